"""What the rules promise to another body's program: schemas of events, waits between awards, families of the day."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from kernel.calendar import SHANGHAI, day_of
from rules.catalogue.register import EventKind, Field, catalogue
from tests.builders import VOLUNTEERING
from tests.hall import Hall, hall, signed, site
from tests.programs import Program, contents, gift, green, program, published, service

__all__ = ["hall", "site"]

HOUSEHOLDS = "/api/v1/households"
FAMILY_RULES = Path("rules/packs/household-service.yaml")
KINDS = {code: kind for code, kind in catalogue().event_kinds.items() if code != "fact_recorded"}
"""Every kind of event whose data is bound by its schema alone: what a fact may say, the fact's own kind bounds."""


def fitting(field: Field) -> Any:
    """A value that a field takes."""
    match field.type:
        case "uuid":
            return str(uuid4())
        case "int":
            return field.most
        case "bool":
            return True
        case "date":
            return "2026-02-28"
        case "enum":
            return field.values[0]
    return "字" * min(field.most, 12)


def unfitting(field: Field) -> list[Any]:
    """Values that a field must not take: another type, just outside, almost right."""
    match field.type:
        case "uuid":
            return ["", 7, str(uuid4())[:-1], str(uuid4()).replace("-", ""), None]
        case "int":
            return [field.most + 1, field.least - 1, str(field.most), float(field.most), True, None]
        case "bool":
            return [1, "true", None]
        case "date":
            return ["2026-02-29", "20260228", "2026-2-28", "2026-02-28T00:00", 20260228, None]
        case "enum":
            return ["", "no-such-value", field.values[0].upper(), 1, [field.values[0]], None]
    return ["", "字" * (field.most + 1), 5, None]


def told(holder_id: UUID, kind: EventKind, at: datetime, **data: Any) -> dict[str, Any]:
    """An event of a kind, all its fields filled in."""
    whole = {name: fitting(field) for name, field in kind.data.items()}
    return {**gift(holder_id, at), "kind": kind.code, "data": {**whole, **data}}


@pytest.mark.feature("R2")
async def test_an_event_of_any_kind_is_refused_with_the_very_field_that_does_not_fit(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    bodies = [told(resident.holder_id, kind, hall.now) for kind in KINDS.values()]
    before = await contents(hall)
    for body in bodies:
        for name, field in KINDS[body["kind"]].data.items():
            for value in unfitting(field):
                wrong = {**body, "data": {**body["data"], name: value}}
                assert await faults(vendor, wrong) == [f"#/data/{name}"], (body["kind"], value)
            without = {other: value for other, value in body["data"].items() if other != name}
            missing = [f"#/data/{name}"] if field.required else []
            assert await faults(vendor, {**body, "data": without, "dry_run": True}) == missing, body["kind"]
        assert await faults(vendor, {**body, "data": {**body["data"], "a.b/c~": 1}}) == ["#/data/a.b~1c~0"]
    assert await contents(hall) == before
    for body in bodies:
        assert await faults(vendor, body) == [], body["kind"]


async def faults(vendor: Program, body: dict[str, Any]) -> list[str]:
    """The fields that a refusal names; none where the event was taken."""
    answer = await vendor.event(body)
    if answer.status_code == 201:
        return []
    assert (answer.status_code, answer.json()["code"]) == (422, "EVENT_REFUSED"), answer.text
    return [one["pointer"] for one in answer.json()["errors"]]


@pytest.mark.feature("R2")
async def test_all_faults_of_an_event_are_named_at_once_in_both_languages(hall: Hall, site: httpx2.AsyncClient) -> None:
    await hall.publish()
    [resident] = await hall.residents(1)
    vendor = await program(hall, site)
    body = service(resident.holder_id, hall.now)
    body["data"] |= {"minutes": 0, "place": "mars", "coffee": 1}
    del body["data"]["stretch"]
    for lang, words in (
        ("en", "minutes must be a whole number from 1 to 1440."),
        ("zh", "minutes 必须是 1 到 1440 之间的整数。"),
    ):
        errors = (await vendor.event(body, lang=lang)).json()["errors"]
        assert {one["pointer"] for one in errors} == {f"#/data/{x}" for x in ("minutes", "place", "coffee", "stretch")}
        assert words in {one["detail"] for one in errors}
    assert (await vendor.event({**body, "kind": "no_such_kind"})).json()["errors"][0]["pointer"] == "#/kind"


@pytest.mark.feature("R7")
async def test_a_second_event_inside_the_cooldown_gives_nothing_and_the_answer_says_why(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await published(
        hall,
        VOLUNTEERING.read_text("utf-8").replace(
            "    caps: [{per: day", "    cooldown: {hours: 8}\n    caps: [{per: day"
        ),
    )
    one, other = await hall.residents(2)
    vendor = await program(hall, site)
    cooling = [{"programme": "volunteering", "item": "service", "why": "cooldown"}]
    first = hall.now - timedelta(days=2)
    for holder, hours, dry, unpaid in (
        (one, 0, False, []),
        (one, 7.8, True, cooling),
        (one, 7.8, False, cooling),
        (other, 7.8, False, []),  # everybody has a wait of their own
        (one, -7.8, False, cooling),  # told late, of a time before
        (one, 8, True, []),
        (one, 8, False, []),
        (one, 15.8, False, cooling),
        (one, -8, False, []),
    ):
        body = service(holder.holder_id, first + timedelta(hours=hours), minutes=6, dry_run=dry)
        answer = (await vendor.event(body)).json()
        given = [posted["amount"] for posted in answer["posted"] if posted["point_kind"] == "volunteer-points"]
        assert (answer["unpaid"], given) == (unpaid, [] if unpaid else ["1"]), hours
    assert [await hall.points_of(holder.holder_id) for holder in (one, other)] == [3, 1]
    await green(hall)


async def family(hall: Hall, site: httpx2.AsyncClient, official: str, **members: date) -> str:
    """A household whose members joined on these days, as an official keeps it."""
    home = (await site.post(HOUSEHOLDS, headers=signed(official, f"home-{uuid4()}"))).json()["household_id"]
    for number, day in members.items():
        body = {"number": number, "from_on": day.isoformat(), "may_spend": False}
        address = f"{HOUSEHOLDS}/{home}/members"
        answer = await site.post(address, json=body, headers=signed(official, f"join-{uuid4()}"))
        assert answer.status_code == 201, answer.text
    return str(home)


@pytest.mark.feature("R15")
async def test_a_service_counts_for_the_household_of_its_own_day_whenever_it_is_told(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    """Old household from ten days ago up to three days ago, new one since: all is told today."""
    await published(hall, FAMILY_RULES.read_text("utf-8"))
    [one] = await hall.residents(1)
    _, official = await hall.staff("official", "家庭岗")
    vendor, today = await program(hall, site), day_of(hall.now)

    async def balance(home: str) -> int:
        answer = await site.get(f"/api/v1/holders/{home}/balances", headers=signed(official))
        return sum(int(kind["posted"]) for kind in answer.json()["items"])

    joined, left = today - timedelta(days=10), today - timedelta(days=3)
    old = await family(hall, site, official, **{one.number: joined})
    end = f"{HOUSEHOLDS}/{old}/members/{one.holder_id}/end"
    ended = await site.post(end, json={"to_on": left.isoformat()}, headers=signed(official, f"end-{uuid4()}"))
    assert ended.status_code == 200, ended.text
    new = await family(hall, site, official, **{one.number: left})
    standing = [0, 0]
    for day, hour, gets in (
        (joined - timedelta(days=1), 20, None),  # the evening before they joined
        (joined, 0, 0),
        (left - timedelta(days=1), 20, 0),  # their last evening there
        (left, 0, 1),
        (today, 0, 1),
        (left - timedelta(days=2), 12, 0),  # and not by what was told before
    ):
        began = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
        answer = await vendor.event(service(one.holder_id, began + timedelta(hours=2)))
        assert answer.status_code == 201, answer.text
        if gets is not None:
            standing[gets] += 4
        assert [await balance(old), await balance(new)] == standing, (day, hour)
    await green(hall)


@pytest.mark.feature("R15")
async def test_a_membership_entered_later_changes_nothing_that_was_decided_and_counts_from_its_day(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await published(hall, FAMILY_RULES.read_text("utf-8"))
    [one] = await hall.residents(1)
    _, official = await hall.staff("official", "家庭岗")
    vendor, yesterday = await program(hall, site), hall.now - timedelta(days=1)
    assert (await vendor.event(service(one.holder_id, yesterday))).status_code == 201
    home = await family(hall, site, official, **{one.number: day_of(yesterday)})
    assert await hall.points_of(UUID(home), "household-points") == 0
    assert (await vendor.event(service(one.holder_id, yesterday - timedelta(hours=3)))).status_code == 201
    assert await hall.points_of(UUID(home), "household-points") == 4
    await green(hall)
