"""The rotating venue code: golden vectors, what is refused, and that nothing forged gets in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.sealed import KeyFile
from points.activity.tokens import Gate, SignedStep, activity_key, current, genuine, read, short_matches, sign, step_of

KEYS = KeyFile(bytes(range(32)))
ACTIVITY = UUID("01936b7a-0000-7000-8000-000000000001")
KEY = activity_key(KEYS, ACTIVITY, 1)
AT = datetime(2026, 11, 22, 6, 0, 3, tzinfo=UTC)
BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def signed(gate: Gate = Gate.IN, at: datetime = AT, key: bytes = KEY) -> SignedStep:
    return sign(
        key,
        base_url="https://points.example.cn",
        activity_id=ACTIVITY,
        activity_code="ABCDEFGH",
        gate=gate,
        step=step_of(at),
    )


def accepted(text: str, at: datetime) -> bool:
    code = read(text.rpartition("/")[2])
    return code is not None and current(code, at) and genuine(KEY, ACTIVITY, code)


def test_the_code_of_a_known_key_and_step_never_changes() -> None:
    assert signed(Gate.IN).text == "HTTPS://POINTS.EXAMPLE.CN/C/1.ABCDEFGH.I1.179532720.XCVWUHIEFJIVNXI2"
    assert signed(Gate.IN).short == "3Y37DY"
    assert signed(Gate.OUT).text == "HTTPS://POINTS.EXAMPLE.CN/C/1.ABCDEFGH.O1.179532720.AZ6GD2AIK4K46EKX"


def test_a_code_is_all_upper_case_so_that_the_image_stays_small() -> None:
    assert signed().text == signed().text.upper()


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (6, True), (16.9, True), (17, False), (600, False)])
def test_a_code_works_for_its_own_step_and_the_next_one_only(seconds: float, good: bool) -> None:
    assert accepted(signed().text, AT + timedelta(seconds=seconds)) is good


def test_a_code_of_a_step_to_come_is_refused() -> None:
    assert not accepted(signed(at=AT + timedelta(seconds=10)).text, AT)


def test_a_new_epoch_makes_every_earlier_code_worthless() -> None:
    assert not accepted(signed(key=activity_key(KEYS, ACTIVITY, 2)).text, AT)


@given(st.text(BASE32, min_size=16, max_size=16))
def test_no_guessed_mac_is_accepted(mac: str) -> None:
    text = signed().text
    assert accepted(text[:-16] + mac, AT) is (mac == text[-16:])


@given(st.integers(0, 15), st.sampled_from(BASE32))
def test_one_changed_letter_of_the_mac_is_refused(place: int, letter: str) -> None:
    text = signed().text
    mac = text[-16:]
    changed = mac[:place] + letter + mac[place + 1 :]
    assert accepted(text[:-16] + changed, AT) is (letter == mac[place])


@given(st.integers(2, 10**7))
def test_replay_after_two_steps_is_always_refused(later: int) -> None:
    assert not accepted(signed().text, AT + timedelta(seconds=10 * later))


def test_a_code_for_coming_does_not_pass_for_going() -> None:
    assert not accepted(signed(Gate.IN).text.replace(".I1.", ".O1."), AT)


@given(st.text(max_size=90))
def test_any_other_text_is_no_code_and_no_fault(text: str) -> None:
    assert read(text) is None or text.startswith("1.")


@pytest.mark.parametrize("gate", list(Gate))
def test_the_six_letters_name_their_gate_now_and_one_step_later(gate: Gate) -> None:
    short = signed(gate).short
    assert short_matches(KEY, ACTIVITY, short, AT) is gate
    assert short_matches(KEY, ACTIVITY, short, AT + timedelta(seconds=10)) is gate
    assert short_matches(KEY, ACTIVITY, short, AT + timedelta(seconds=20)) is None


def test_the_six_letters_may_be_typed_carelessly() -> None:
    short = signed().short
    typed = f" {short[:3].lower()}-{short[3:].lower()} ".replace("o", "0").replace("i", "1").replace("b", "8")
    assert short_matches(KEY, ACTIVITY, typed, AT) is Gate.IN


@given(st.text(max_size=40))
def test_whatever_is_typed_is_never_a_fault(typed: str) -> None:
    short_matches(KEY, ACTIVITY, typed, AT)
