"""A closed period through the API: what was published of it never moves; what is learnt later points back."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.calendar import day_of, start_of
from points.events.model import EventDraft
from points.people.register import Resident
from points.submission import Outcome
from tests.builders import service
from tests.desk import POINTS, Desk, desk, hall, site

__all__ = ["desk", "hall", "site"]

People = list[tuple[Resident, str]]


async def refused(desk: Desk, **terms: object) -> tuple[int, str]:
    answer = await desk.propose("period_close", **terms)
    return answer.status_code, answer.json()["code"]


def counts_before(line: dict[str, Any], end: datetime) -> bool:
    return datetime.fromisoformat(line["effective_at"]) < end


async def published(desk: Desk, people: People, end: datetime) -> bytes:
    """The list: each resident's points of every kind as of the period's end, summed from their statements."""
    rows = []
    for one, token in people:
        lines = [line for line in await desk.postings(one.holder_id, token) if counts_before(line, end)]
        kinds = sorted({line["point_kind"] for line in lines})
        sums = {kind: str(sum(int(line["amount"]) for line in lines if line["point_kind"] == kind)) for kind in kinds}
        rows.append({"number": one.number, "points": sums})
    return json.dumps(rows).encode()


async def learn_later(
    desk: Desk, people: People, drafts: list[EventDraft], recorded: list[Outcome]
) -> dict[UUID, date]:
    """A late event, a correction and a reversal, of one resident each; gives which day each is about."""
    late = service(people[0][0].holder_id, ended_at=desk.hall.now - timedelta(days=5))
    await desk.hall.record(late)
    longer = replace(
        drafts[1],
        ended_at=drafts[1].ended_at + timedelta(minutes=60),
        data={**drafts[1].data, "minutes": 180},
        corrects_event_id=recorded[1].events[0].event_id,
    )
    await desk.hall.record(longer)
    event = recorded[2].events[0]
    await desk.carry_out("reversal", holder_id=event.holder_id, event_id=event.event_id)
    return {draft.holder_id: day_of(draft.occurred_at) for draft in (late, longer, drafts[2])}


@pytest.mark.feature("L23")
async def test_a_published_list_stays_byte_for_byte_whatever_is_learnt_later(desk: Desk) -> None:
    people = [await desk.resident() for _ in range(4)]
    today = day_of(desk.hall.now)
    end = start_of(today)
    drafts = [service(one.holder_id, ended_at=desk.hall.now - timedelta(days=3)) for one, _ in people]
    recorded = [await desk.hall.record(draft) for draft in drafts]
    await desk.carry_out("period_close", programme="volunteering", from_on=today - timedelta(days=30), to_on=today)
    first = await published(desk, people, end)
    assert first.count(b'"volunteer-points": "20"') == 4
    about = await learn_later(desk, people, drafts, recorded)
    assert await published(desk, people, end) == first
    sums = []
    for one, token in people:
        lines = await desk.postings(one.holder_id, token)
        after = [line for line in lines if not counts_before(line, end)]
        assert {datetime.fromisoformat(line["effective_at"]) for line in after} == ({end} if after else set())
        days = {str(about[one.holder_id])} if one.holder_id in about else set()
        assert {line["about_on"] for line in after} == days
        sums.append(sum(int(line["amount"]) for line in lines if line["point_kind"] == POINTS))
    assert sums == [40, 30, 0, 20]
    await desk.whole()


async def test_a_period_closes_once_and_only_when_it_is_over(desk: Desk) -> None:
    today = day_of(desk.hall.now)
    period = {"programme": "volunteering", "from_on": today - timedelta(days=30), "to_on": today}
    assert await refused(desk, **{**period, "to_on": today + timedelta(days=1)}) == (422, "PERIOD_NOT_OVER")
    assert await refused(desk, **{**period, "from_on": today}) == (422, "PERIOD_EMPTY")
    assert await refused(desk, **{**period, "programme": "lottery"}) == (404, "PROGRAMME_MISSING")
    closed = await desk.carry_out("period_close", **period)
    assert closed["figures"] == {"moves": [], "forgiven": [], "waiting": []}
    assert await refused(desk, **period) == (409, "PERIOD_CLOSED")
