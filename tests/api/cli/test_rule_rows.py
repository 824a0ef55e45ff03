"""What the rule language promises, row by row, as whoever writes a table of points would try it on the command line."""

import json
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from api.cli.main import app
from tests.rules.packs.command import HOME, items_of, scored

pytestmark = pytest.mark.thorough

HEAD = """\
programme: rows
version: "1"
status: example
effective_from: 2026-01-01
sunset_on: 2026-12-31
title: {{zh: 示例, en: Rows}}
holder: resident
mode: {mode}
purpose: incentive
decimals: {decimals}
catalogue: 2026-11
basis: [city-default-2026]
parameters:
  moved: {{title: {{zh: 可调, en: Moved}}, value: {value}, min: {least}, max: 9, basis: city-default-2026}}
items:
{items}
{more}
"""
ON = "on: service, into: volunteer-points, quantity: {data: minutes}"
Write = Callable[..., str]


def item(code: str, rest: str) -> str:
    """One item on a line."""
    return f"  - {{code: {code}, title: {{zh: 项{code}, en: Item {code}}}, {rest}}}"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a pack of these items and gives its path."""

    def write_pack(*items: str, decimals: int = 0, more: str = "", value: int = 1, least: int = 0) -> str:
        mode = "accrual" if "into:" in items[0] else "assessment"
        path = tmp_path / "rows.yaml"
        lines = "\n".join(items)
        path.write_text(
            HEAD.format(mode=mode, decimals=decimals, items=lines, more=more, value=value, least=least), "utf-8"
        )
        return str(path)

    return write_pack


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rules", *arguments])


def found_in(pack: str) -> list[tuple[str, str]]:
    """The findings that keep a pack from being used: their codes and places."""
    found = [json.loads(line) for line in run("check", pack, "--json").stdout.splitlines()]
    return [(one["code"], one["path"]) for one in found if one["code"] not in ("NO_CASE", "UNUSED")]


def served(began: str, minutes: int = 60, ended: str | None = None, **data: Any) -> dict[str, Any]:
    """A service, as a file of facts holds it."""
    more = {"ended_at": ended} if ended else {}
    return {"kind": "service", "occurred_at": began, **more, "data": {"minutes": minutes, **data}}


def explained(folder: Path, pack: str, *events: dict[str, Any]) -> str:
    """What `tongcheng rules explain` says of these events."""
    file = folder / "events.json"
    file.write_text(json.dumps([{"holder": "H", "events": events}]), "utf-8")
    told = run("explain", pack, "--facts", str(file), "--holder", "H", "--as-of", "2026-12-31", "--lang", "en")
    assert told.exit_code == 0, told.output
    return told.stdout


def paid(folder: Path, pack: str, *events: dict[str, Any]) -> dict[str, str]:
    """What each item gives for these events."""
    return items_of(scored(folder, pack, "2026-12-31", {"events": list(events)}))


@pytest.mark.feature("R3")
@pytest.mark.parametrize("engine", ["single", "columns"])
@pytest.mark.parametrize(("rounding", "way"), [("half_up", ROUND_HALF_UP), ("up", ROUND_UP), ("down", ROUND_DOWN)])
def test_fixed_proportional_and_shared_points_are_exact_and_rounded_as_the_item_says(
    write: Write, tmp_path: Path, rounding: str, way: str, engine: str
) -> None:
    chance = Random(3)
    rows = [(chance.randint(0, 60), chance.randint(1, 5_000), Decimal(chance.randint(1, 9_999)) / 100)]
    rows += [
        (chance.randint(0, 60), chance.randint(1, 5_000), Decimal(chance.randint(1, 9_999)) / 100) for _ in "12345"
    ]
    for years, every, points in rows:
        prices = {
            "a-fixed": f"{{give: {points}}}",
            "b-part": f"{{every: {every}, give: {points}, part: counts}}",
            "c-whole": f"{{every: 7, give: {points}}}",
            "d-shared": f"{{share: {points}, plus: 3}}",
            "e-taken": f"{{every: {every}, take: {points}, part: counts}}",
        }
        reads = {code: "{number: 1}" if code == "a-fixed" else "{fact: age}" for code in prices}
        rests = {c: f"quantity: {reads[c]}, price: {price}, rounding: {rounding}" for c, price in prices.items()}
        pack = write(*(item(code, rest) for code, rest in rests.items()), decimals=1)
        with localcontext(prec=60):
            exact = {
                "a-fixed": points,
                "b-part": points * years / every,
                "c-whole": points * (years // 7),
                "d-shared": points / (years + 3) if years else Decimal(0),
                "e-taken": -points * years / every,
            }
            wanted = {code: value.quantize(Decimal("0.1"), way) for code, value in exact.items()}
        row = scored(tmp_path, pack, "2026-11-22", {"age": years}, "--engine", engine)
        assert {code: Decimal(points) for code, points in row["items"].items()} == wanted, (years, every, points)
        assert Decimal(row["total"]) == sum(wanted.values())


@pytest.mark.feature("R3")
def test_a_half_goes_away_from_zero_and_each_item_is_rounded_once(write: Write, tmp_path: Path) -> None:
    half = "quantity: {fact: age}, price: {every: 2, give: 1, part: counts}"
    pack = write(item("a", half), item("b", f"{half}, rounding: down"), item("c", f"{half}, rounding: up"))
    assert items_of(scored(tmp_path, pack, "2026-11-22", {"age": 5})) == {"a": "3", "b": "2", "c": "3"}
    events = [served("2026-11-22T08:00", 33), served("2026-11-22T10:00", 33)]
    pack = write(item("a", f"{ON}, price: {{every: 60, give: 10, part: counts}}"))
    assert paid(tmp_path, pack, *events) == {"a": "12"}  # each 5.5 is 6


PRICED = (
    "{WORD: N}",
    "{every: 1, WORD: N}",
    "{every: 1, beyond: 45, WORD: N}",
    "{bands: [{from: 0, WORD: N}], reading: whole}",
    "{add: [{WORD: 1}, {WORD: N}]}",
    "{highest: [{WORD: 4}, {WORD: N}]}",
    "{percent: 50, of: {WORD: N}}",
)
SIZED = ("{share: N, plus: 1}", "{percent: N, of: {give: 2}}", "{every: 1, give: 2, cap: N}")


@pytest.mark.feature("R4")
@pytest.mark.parametrize("price", [*(one.replace("WORD", word) for word in ("give", "take") for one in PRICED), *SIZED])
def test_no_sign_can_be_written_and_no_official_can_move_a_number_past_zero(write: Write, price: str) -> None:
    """A number below zero, one that was moved there, and one that may be: each is refused where it stands."""
    for reads in ("quantity: {fact: age}", ON):
        for number, value, least in (("-3", 1, 0), ("{parameter: moved}", -3, -5), ("{parameter: moved}", 3, -5)):
            pack = write(item("x", f"{reads}, price: {price.replace('N', number)}"), value=value, least=least)
            ((code, place),) = found_in(pack)
            assert (code, place.startswith("items.0.price.")) == ("SIGN", True), number
        fit = write(item("x", f"{reads}, price: {price.replace('N', '{parameter: moved}')}"))
        assert "SIGN" not in dict(found_in(fit))


@pytest.mark.feature("R4")
@pytest.mark.parametrize("price", PRICED)
def test_what_takes_never_gives_and_what_pays_for_events_never_takes(write: Write, tmp_path: Path, price: str) -> None:
    taking, giving = (price.replace("WORD", word).replace("N", "3") for word in ("take", "give"))
    items = [item(code, f"quantity: {{fact: age}}, price: {one}") for code, one in (("a", taking), ("b", giving))]
    for age in (0, 1, 44, 46, 150):
        row = scored(tmp_path, write(*items), "2026-11-22", {"age": age})["items"]
        assert int(row["a"]) <= 0 <= int(row["b"])
        assert "highest" in price or int(row["a"]) == -int(row["b"])
    assert {code for code, _ in found_in(write(item("x", f"{ON}, price: {taking}")))} == {"TAKES"}
    assert found_in(write(item("x", f"{ON}, price: {giving}"))) == []


@pytest.mark.feature("R7")
@pytest.mark.parametrize(
    ("cooldown", "within", "after"),
    [
        ("{hours: 8}", "2026-11-22T15:59", "2026-11-22T16:00"),
        ("{minutes: 90}", "2026-11-22T09:29", "2026-11-22T09:30"),
        ("{days: 2}", "2026-11-24T07:59", "2026-11-24T08:00"),
    ],
)
def test_a_second_event_inside_the_cooldown_gives_nothing_and_is_told_why(
    write: Write, tmp_path: Path, cooldown: str, within: str, after: str
) -> None:
    pack = write(item("x", f"{ON}, price: {{every: 60, give: 10}}, cooldown: {cooldown}"))
    first, second, third = served("2026-11-22T08:00"), served(within), served(after)
    assert paid(tmp_path, pack, first, second) == {"x": "10"}
    assert "No points: less than " in explained(tmp_path, pack, first, second)
    assert "from the one of 2026-11-22 08:00." in explained(tmp_path, pack, first, second)
    assert paid(tmp_path, pack, first, second, third) == {"x": "20"}  # what gave nothing starts no new wait
    assert paid(tmp_path, pack, second, first) == {"x": "10"}  # what is recorded late is held to it too
    assert paid(tmp_path, pack, first, third) == {"x": "20"}


REFERRED = {"referred_id": "0192f0c1-2b3a-7c4d-8e5f-000000000001"}
EVENTS = [
    served("2026-11-22T18:00", 300, "2026-11-22T23:00"),
    served("2026-11-22T08:00", 240, "2026-11-22T12:00"),
    {"kind": "referral", "occurred_at": "2026-11-22T12:00", "data": REFERRED},
    {"kind": "model_deed", "occurred_at": "2026-11-22T13:00", "data": {"deed": "neighbourly"}},
]


@pytest.mark.feature("R12")
@pytest.mark.parametrize("name", ["volunteering", "civic-conduct"])
def test_in_whatever_order_items_are_written_each_event_earns_the_same(tmp_path: Path, name: str) -> None:
    tree = yaml.safe_load((HOME / f"{name}.yaml").read_text("utf-8"))
    items = [{"on" if key is True else key: value for key, value in one.items()} for one in tree["items"]]
    wanted = scored(tmp_path, name, "2026-12-31", {"age": 30, "events": EVENTS})
    assert items_of(wanted)
    turned = tmp_path / "turned.yaml"
    for order in permutations(items):
        turned.write_text(yaml.safe_dump({**tree, "items": list(order)}, allow_unicode=True), "utf-8")
        assert scored(tmp_path, str(turned), "2026-12-31", {"age": 30, "events": EVENTS}) == wanted


@pytest.mark.feature("R12")
@pytest.mark.parametrize(
    ("combine", "both", "one"),
    [
        ("", "19", "12"),
        ("sum", "19", "12"),
        ("highest", "12", "12"),
        ("lowest", "7", "0"),
        ("first", "7", "12"),
        ("only", "0", "12"),
    ],
)
def test_items_add_up_unless_a_group_says_that_they_exclude_each_other(
    write: Write, tmp_path: Path, combine: str, both: str, one: str
) -> None:
    """`first` follows the order in its own group, and no other order counts for anything."""
    items = [
        item("a", "quantity: {fact: age}, price: {give: 12}"),
        item("b", "quantity: {fact: employed_years}, price: {give: 7}"),
    ]
    group = f"groups: {{g: {{title: {{zh: 组, en: G}}, of: [b, a], combine: {combine}}}}}" if combine else ""
    for order in (items, items[::-1]):
        pack = write(*order, more=group)
        assert scored(tmp_path, pack, "2026-11-22", {"age": 30, "employed_years": 2})["total"] == both
        assert scored(tmp_path, pack, "2026-11-22", {"age": 30, "employed_years": 0})["total"] == one


AT_NIGHT = "{minutes_within: {from: '22:00', to: '06:00'}, of: minutes}"
NIGHT = f"multiply: [{{code: n, title: {{zh: 夜, en: Night}}, percent: 20, quantity: {AT_NIGHT}}}]"


@pytest.mark.feature("R13")
@pytest.mark.parametrize(
    ("began", "ended", "minutes", "points"),
    [
        ("2026-11-20T21:00", "2026-11-21T07:00", 600, 116),  # eight of ten hours, across midnight
        ("2026-12-31T23:00+08:00", "2027-01-01T01:00+08:00", 120, 24),  # across the year's end
        ("2026-11-20T21:00", "2026-11-20T22:00", 60, 10),  # ends as the night begins
        ("2026-11-21T06:00", "2026-11-21T07:00", 60, 10),  # begins as it ends
        ("2026-11-20T13:00Z", "2026-11-20T15:00Z", 120, 22),  # 21:00 to 23:00 here
        ("2026-11-20T20:00", "2026-11-22T08:00", 1_440, 272),  # two nights are 16 hours, of the 24 that count
        ("2026-11-20T21:00", "2026-11-21T07:00", 60, 12),  # of one hour that counts no more than one is at night
    ],
)
def test_a_night_extra_runs_across_midnight_and_counts_the_minutes_of_the_night(
    write: Write, tmp_path: Path, began: str, ended: str, minutes: int, points: int
) -> None:
    pack = write(item("x", f"{ON}, price: {{every: 60, give: 10, part: counts}}, {NIGHT}"))
    assert scored(tmp_path, pack, "2027-01-02", {"events": [served(began, minutes, ended)]})["total"] == str(points)


DAYS = {
    "2026-10-01": ("holiday", "a Thursday of National Day"),
    "2026-10-03": ("holiday", "a Saturday of National Day"),
    "2026-10-10": ("working_day", "a Saturday that is worked in return"),
    "2026-09-20": ("working_day", "a Sunday that is worked in return"),
    "2026-11-21": ("weekend", "a Saturday"),
    "2026-11-22": ("weekend", "a Sunday"),
    "2026-11-23": ("working_day", "a Monday"),
}


@pytest.mark.feature("R13")
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("asked", ["[holiday]", "[weekend]", "[holiday, weekend]", "[working_day]"])
def test_a_day_is_a_holiday_a_weekend_or_worked_as_the_notice_of_its_year_says(
    write: Write, tmp_path: Path, day: str, asked: str
) -> None:
    pack = write(item("x", f"{ON}, price: {{give: 10}}, when: {{day: {asked}}}"))
    whole_day = [served(f"{day}T00:00"), served(f"{day}T23:59")]
    wanted = {"x": "20"} if DAYS[day][0] in asked else {}
    assert paid(tmp_path, pack, *whole_day) == wanted, DAYS[day]
    if not wanted:
        assert f"needed: the day is: {words_of(asked)}; it was {day}" in explained(tmp_path, pack, *whole_day)


def words_of(asked: str) -> str:
    """Days as an explanation calls them."""
    words = {"holiday": "a public holiday", "weekend": "a weekend", "working_day": "a working day"}
    return ", ".join(words[one] for one in asked.strip("[]").split(", "))


@pytest.mark.feature("R13")
def test_the_day_is_the_one_here_on_which_it_began_and_no_year_is_guessed(write: Write, tmp_path: Path) -> None:
    pack = write(item("x", f"{ON}, price: {{give: 10}}, when: {{day: [weekend]}}"))
    friday, saturday = served("2026-11-20T15:59Z"), served("2026-11-20T16:00Z")
    sunday, monday = served("2026-11-22T23:30", 60, "2026-11-23T00:30"), served("2026-11-22T16:00Z")
    assert [paid(tmp_path, pack, one) for one in (friday, saturday, sunday, monday)] == [
        {},
        {"x": "10"},
        {"x": "10"},
        {},
    ]
    longer = Path(pack).read_text("utf-8").replace("sunset_on: 2026-12-31", "sunset_on: 2027-01-02")
    Path(pack).write_text(longer, "utf-8")
    assert [code for code, _ in found_in(pack)] == ["HOLIDAYS_UNKNOWN"]


@pytest.mark.feature("R14")
@pytest.mark.parametrize(
    ("asked", "here", "there"),
    [
        ("{data: place, is: in_city}", True, False),
        ("{data: place, in: [in_city, elsewhere]}", True, True),
        ("{all: [{data: minutes, at_least: 1}, {data: place, is: in_city}]}", True, False),
        ("{any: [{data: place, is: in_city}, {data: place, is: elsewhere}]}", True, True),
        ("{none: [{data: place, is: elsewhere}]}", True, False),
        ("{none: [{none: [{data: place, is: in_city}]}]}", True, False),
        ("{none: [{all: [{data: place, is: elsewhere}, {data: minutes, at_least: 1}]}]}", True, False),
    ],
)
def test_what_does_not_say_where_it_was_never_passes_a_condition_on_the_place(
    write: Write, tmp_path: Path, asked: str, here: bool, there: bool
) -> None:
    pack = write(item("x", f"{ON}, price: {{give: 10}}, when: {asked}"))
    in_city, elsewhere = (served("2026-11-22T08:00", place=place) for place in ("in_city", "elsewhere"))
    assert paid(tmp_path, pack, in_city) == ({"x": "10"} if here else {})
    assert paid(tmp_path, pack, elsewhere) == ({"x": "10"} if there else {})
    assert paid(tmp_path, pack, served("2026-11-22T08:00")) == {}
    assert "place of service is" in explained(tmp_path, pack, served("2026-11-22T08:00"))


@pytest.mark.feature("R14")
def test_a_missing_place_is_told_as_not_proven_and_an_unknown_one_is_no_place(write: Write, tmp_path: Path) -> None:
    pack = write(item("x", f"{ON}, price: {{give: 10}}, when: {{data: place, is: in_city}}"))
    nowhere, elsewhere = served("2026-11-22T08:00"), served("2026-11-22T08:00", place="elsewhere")
    assert "Item x: needed, and not proven: place of service is in the city" in explained(tmp_path, pack, nowhere)
    assert "Item x: needed: place of service is in the city; it was elsewhere" in explained(tmp_path, pack, elsewhere)
    for place in ("", None, "in the city", 0):
        file = tmp_path / "one.json"
        file.write_text(json.dumps([{"holder": "H", "events": [served("2026-11-22T08:00", place=place)]}]), "utf-8")
        result = run("score", pack, "--facts", str(file), "--as-of", "2026-12-31", "--json")
        assert (result.exit_code, result.stdout) == (3, ""), place
        assert json.loads(result.stderr)["path"].endswith("data.place")
    summed = "quantity: {sum: minutes, of: service, where: {data: place, is: in_city}}, price: {every: 60, give: 1}"
    events = [nowhere, elsewhere, served("2026-11-22T10:00", 120, place="in_city")]
    assert paid(tmp_path, write(item("x", summed)), *events) == {"x": "2"}
