"""A pack tried on somebody made up: it asks for what it reads and nothing else, and every answer reaches the engine."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rules import packs
from rules.engine.model import Pack
from rules.language.loader import load
from rules.language.score import score
from rules.language.trying import answered, asks, asks_of

TODAY = date(2026, 11, 22)
INSURANCE = ("pension", "medical", "unemployment", "work_injury", "maternity")
HOME = Path(packs.__file__).parent


def pack(name: str) -> Pack:
    return load((HOME / f"{name}.yaml").read_text("utf-8"))


def every_pack() -> Iterator[Pack]:
    for path in sorted(HOME.rglob("*.yaml")):
        if ".cases." not in path.name:
            yield load(path.read_text("utf-8"))


def test_every_pack_has_a_form_and_each_field_a_name_of_its_own_and_words() -> None:
    for one in every_pack():
        names = [ask.name for group in asks(one) for ask in group.fields]
        assert len(names) == len(set(names)) > 0, one.programme
        for ask in (ask for group in asks(one) for ask in group.fields):
            assert ask.title.get("zh"), (one.programme, ask.name)
            assert ask.title.get("en"), (one.programme, ask.name)


def test_two_packs_side_by_side_are_asked_for_all_that_either_reads() -> None:
    def names(*packs: Pack) -> list[str]:
        return [ask.name for group in asks_of(packs) for ask in group.fields]

    old, new = pack("records/household-registration-2016"), pack("household-registration-2026")
    assert names(new) == [ask.name for group in asks(new) for ask in group.fields]
    assert set(names(old)) - set(names(new))
    assert set(names(old, new)) == {*names(old), *names(new)}
    assert len(names(old, new)) == len(set(names(old, new)))


def test_what_is_filled_in_is_scored_as_the_same_facts_are() -> None:
    filled = {
        "f.residence_permit_valid": "true",
        "f.insured_in_province": "true",
        "f.without_criminal_record": "true",
        "f.age": "38",
        "f.education": "junior_college",
        "f.employed_years": "4",
        **{f"f.insured_years.{kind}": "2" for kind in INSURANCE},
        "e.blood_donation.times": "3",
        "e.blood_donation.occurred_at": "2016-01-02",
        "e.service.data.minutes": "1440",
        "e.service.data.place": "in_city",
        "e.service.times": "5",
        "e.service.occurred_at": "2016-02-01",
    }
    decree = pack("records/household-registration-2016")
    known, findings = answered(decree, filled, date(2016, 5, 31))
    assert not findings
    assert score(decree, known, date(2016, 5, 31)).total == 107  # schemes.md, R2


def test_what_is_left_empty_is_not_known_and_an_event_without_a_day_was_today() -> None:
    decree = pack("household-registration-2026")
    known, findings = answered(decree, {"f.education": "", "f.employed_years": " "}, TODAY)
    assert [one.path for one in findings] == ["f.employed_years"]
    assert "education" not in known.facts
    known, _ = answered(pack("records/household-registration-2016"), {"e.blood_donation.times": "1"}, TODAY)
    assert [event.occurred_at.date().isoformat() for event in known.events] == ["2026-11-21"]  # midnight in Shanghai


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("f.age", "old"),
        ("f.age", "-1"),
        ("f.residence_permit_valid", "maybe"),
        ("f.education", "wizard"),
        ("f.insured_years.pension", "9" * 30),
        ("e.blood_donation.times", "51"),
        ("e.blood_donation.times", "-1"),
        ("e.blood_donation.occurred_at", "yesterday"),
        ("e.service.data.minutes", "half an hour"),
    ],
)
def test_an_answer_that_does_not_fit_is_told_at_its_own_field(field: str, text: str) -> None:
    _, findings = answered(pack("records/household-registration-2016"), {field: text}, TODAY)
    assert field in [one.path for one in findings]


def test_what_the_pack_does_not_read_is_not_taken() -> None:
    known, findings = answered(pack("volunteering"), {"f.education": "bachelor", "e.tax_paid.times": "1"}, TODAY)
    assert (known.facts, known.events, findings) == ({}, (), [])


def test_an_event_of_the_night_earns_its_extra() -> None:
    evening = {
        "e.service.occurred_at": "2026-11-21T20:00",
        "e.service.ended_at": "2026-11-21T23:30",
        "e.service.data.minutes": "210",
    }
    known, findings = answered(pack("volunteering"), evening, TODAY)
    assert not findings
    assert score(pack("volunteering"), known, TODAY).items["service"] == 38
