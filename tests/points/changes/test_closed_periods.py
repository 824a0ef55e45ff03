"""A closed period through the API: what was published of it never moves; what is learnt later points back."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from kernel.calendar import day_of, start_of
from tests.builders import service
from tests.desk import Desk, desk, hall, site

__all__ = ["desk", "hall", "site"]


async def refused(desk: Desk, **terms: object) -> tuple[int, str]:
    answer = await desk.propose("period_close", **terms)
    return answer.status_code, answer.json()["code"]


@pytest.mark.feature("L23")
async def test_a_published_list_stays_byte_for_byte_whatever_is_learnt_later(desk: Desk) -> None:
    people = sorted([await desk.resident() for _ in range(4)], key=lambda person: person[0].number)
    today = day_of(desk.hall.now)
    drafts = [service(one.holder_id, ended_at=desk.hall.now - timedelta(days=3)) for one, _ in people]
    recorded = [await desk.hall.record(draft) for draft in drafts]
    end = start_of(today)

    async def published() -> bytes:
        """Each resident's points as of the period's end, from their own statement."""
        rows = [
            {
                "number": one.number,
                "points": {
                    kind: str(sum(int(line["amount"]) for line in lines if line["point_kind"] == kind))
                    for kind in sorted({line["point_kind"] for line in lines})
                },
            }
            for one, token in people
            if (lines := [line for line in await desk.postings(one.holder_id, token) if before_end(line)])
        ]
        return json.dumps(rows).encode()

    def before_end(line: dict[str, str]) -> bool:
        return datetime.fromisoformat(line["effective_at"]) < end

    period = {"programme": "volunteering", "from_on": today - timedelta(days=30), "to_on": today}
    assert await refused(desk, **{**period, "to_on": today + timedelta(days=1)}) == (422, "PERIOD_NOT_OVER")
    assert await refused(desk, **{**period, "from_on": today}) == (422, "PERIOD_EMPTY")
    assert await refused(desk, **{**period, "programme": "lottery"}) == (404, "PROGRAMME_MISSING")
    closed = await desk.carry_out("period_close", **period)
    assert closed["figures"] == {"moves": [], "forgiven": [], "waiting": []}
    assert await refused(desk, **period) == (409, "PERIOD_CLOSED")
    first = await published()
    assert first.count(b'"volunteer-points": "20"') == 4

    late = service(people[0][0].holder_id, ended_at=desk.hall.now - timedelta(days=5))
    await desk.hall.record(late)
    longer = replace(
        drafts[1],
        ended_at=drafts[1].ended_at + timedelta(minutes=60),
        data={**drafts[1].data, "minutes": 180},
        corrects_event_id=recorded[1].events[0].event_id,
    )
    await desk.hall.record(longer)
    reversed_event = recorded[2].events[0]
    await desk.carry_out("reversal", holder_id=reversed_event.holder_id, event_id=reversed_event.event_id)

    assert await published() == first
    about = {
        people[0][0].holder_id: day_of(late.occurred_at),
        people[1][0].holder_id: day_of(longer.occurred_at),
        people[2][0].holder_id: day_of(drafts[2].occurred_at),
    }
    for one, token in people:
        after = [line for line in await desk.postings(one.holder_id, token) if not before_end(line)]
        assert {datetime.fromisoformat(line["effective_at"]) for line in after} <= {end}
        assert {line.get("about_on") for line in after} == ({str(about[one.holder_id])} if after else set())
        assert bool(after) == (one.holder_id in about)
    sums: dict[UUID, int] = {}
    for one, token in people:
        lines = await desk.postings(one.holder_id, token)
        sums[one.holder_id] = sum(int(line["amount"]) for line in lines if line["point_kind"] == "volunteer-points")
    assert [sums[one.holder_id] for one, _ in people] == [40, 30, 0, 20]
    await desk.whole()
