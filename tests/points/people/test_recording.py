"""Whoever declines to have good deeds recorded is recorded on no road from then on, and loses nothing else (CH-20)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import text

from kernel.calendar import day_of
from kernel.postgres import Server
from points.award import award
from points.event_files.bad_rows import bad_rows
from points.events.model import EventDraft
from points.measured.score import score_from_database
from points.people.aliases import add_alias
from points.people.households import create_household, join
from points.people.recording import choose_recording, declined
from points.submission import Moved, Outcome, Submission
from points.what_if.one import for_holder
from rules.catalogue.register import catalogue, good_deed
from rules.governance.registry import load_registry
from rules.language.loader import load
from tests.builders import VOLUNTEERING, service
from tests.hall import Hall, hall, signed, site
from tests.points.activity.test_late_scans import Phone, told
from tests.points.event_files.files import counts, served, take_in, write
from tests.points.imports.test_hours_workbook import commit, last_sunday, preview, row, workbook
from tests.programs import BATCHES, gift, green, program, published
from tests.redemption.conftest import street
from tests.redemption.street import Street
from tests.venue import Venue, venue

__all__ = ["hall", "site", "street", "venue"]

CODE = "RECORDING_DECLINED"
PACKS = Path("rules/packs")


async def choose(hall: Hall, holder_id: UUID, *, off: bool = True) -> None:
    async with hall.transaction(holder_id) as session:
        await choose_recording(session, holder_id=holder_id, declined=off, now=hall.now)


async def codes(hall: Hall, *drafts: EventDraft) -> list[str]:
    """Why a submission is refused; nothing where it is recorded."""
    return [finding.code for finding in (await hall.intake.submit(Submission(drafts))).findings]


async def events_of(hall: Hall, holder_id: UUID) -> int:
    async with hall.transaction() as session:
        query = text("select count(*) from events where holder_id = :holder_id")
        return int(await session.scalar(query, {"holder_id": holder_id}) or 0)


def test_what_a_pack_pays_residents_and_households_for_is_a_good_deed_and_what_it_states_is_none() -> None:
    paid = {
        kind
        for path in sorted(PACKS.glob("*.yaml"))
        if not path.name.endswith(".cases.yaml")
        for pack in [load(path.read_text("utf-8"))]
        if pack.by_kind
        for kind in pack.by_kind
    }
    assert paid >= {"service", "referral", "model_deed", "care_service"}
    assert [kind for kind in sorted(paid) if not good_deed(kind)] == []
    stated = (
        "fact_recorded",
        "lawful_decision",
        "level_changed",
        "insured_period",
        "detention",
        "checked_out",
        "no_such",
    )
    assert [kind for kind in stated if good_deed(kind)] == []
    assert {kind for kind in catalogue().event_kinds if good_deed(kind)} >= {"blood_donation", "honour", "checked_in"}


async def test_from_the_choice_on_no_good_deed_of_any_day_is_recorded_and_facts_still_are(hall: Hall) -> None:
    await hall.publish()
    [one] = await hall.residents(1)
    await hall.serve(one.holder_id, days_ago=9)
    await choose(hall, one.holder_id)
    assert await codes(hall, service(one.holder_id, ended_at=hall.now)) == [CODE]
    assert await codes(hall, service(one.holder_id, ended_at=hall.now - timedelta(days=30))) == [CODE]
    fact = {"name": "missed_dates", "value": 1, "valid_from": "2026-11-01", "standing": "verified"}
    assert await codes(hall, _told(one.holder_id, hall, "fact_recorded", fact)) == []
    assert await hall.points_of(one.holder_id) == 20
    await choose(hall, one.holder_id, off=False)
    assert await codes(hall, service(one.holder_id, ended_at=hall.now)) == []
    assert await hall.points_of(one.holder_id) == 40
    assert await green(hall) == 3


def _told(holder_id: UUID, hall: Hall, kind: str, data: dict[str, Any]) -> EventDraft:
    return EventDraft(holder_id, kind, str(uuid4()), hall.now, hall.now, "imported", "department", data)


async def test_what_stands_can_be_told_again_and_put_right_although_nothing_new_is_recorded(hall: Hall) -> None:
    await hall.publish()
    [one] = await hall.residents(1)
    first = service(one.holder_id, ended_at=hall.now)
    stands = (await hall.record(first)).events[0].event_id
    await choose(hall, one.holder_id)
    assert (await hall.intake.submit(Submission((first,)))).status == "repeat"
    right = replace(first, data={**first.data, "minutes": 60}, corrects_event_id=stands)
    assert await codes(hall, right) == []
    assert await hall.points_of(one.holder_id) == 10
    await green(hall)


async def test_a_row_of_a_batch_is_refused_by_itself_and_an_atomic_batch_as_a_whole(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    one, other = await hall.residents(2)
    await choose(hall, one.holder_id)
    sender = await program(hall, site)
    rows = [gift(one.holder_id, hall.now), gift(other.holder_id, hall.now)]
    alone = await sender.event(rows[0], lang="zh")
    assert (alone.status_code, alone.json()["errors"][0]["code"]) == (422, CODE)
    assert alone.json()["errors"][0]["detail"] == "本人已选择不记录好事,这一条不予记录。"
    together = await sender.post(BATCHES, {"mode": "atomic", "items": rows})
    assert (together.status_code, together.json()["errors"][0]["code"]) == (422, CODE)
    each = (await sender.post(BATCHES, {"mode": "each", "items": rows})).json()
    assert [item["status"] for item in each["items"]] == [422, 201]
    assert [await events_of(hall, holder_id) for holder_id in (one.holder_id, other.holder_id)] == [0, 1]


async def test_a_departments_file_goes_on_without_that_row_and_keeps_nothing_of_it(
    hall: Hall, fresh: Server, tmp_path: Path
) -> None:
    await hall.publish()
    one, other = await hall.residents(2)
    await choose(hall, one.holder_id)
    rows = [served(one.number, 0, ref="told-of-one"), served(other.number, 0)]
    file = await take_in(hall.database, fresh, hall.clock, write(tmp_path / "served.csv", rows))
    assert counts(file) == (2, 1, 0, 1)
    async with hall.transaction() as session:
        lines = b"".join([piece async for piece in bad_rows(session, file=file)]).decode()
    assert "本人已选择不记录好事" in lines
    assert one.number not in lines
    assert "told-of-one" not in lines


async def test_a_workbook_says_so_before_it_is_imported_and_a_choice_in_between_is_heeded(venue: Venue) -> None:
    hall = venue.hall
    people = await hall.residents(3)
    activity = await last_sunday(venue)
    await choose(hall, people[0].holder_id)
    seen = await preview(venue, activity, workbook(*(row(one.number) for one in people)))
    first = seen.json()["rows"][0]
    assert [fault["code"] for fault in first["findings"]] == [CODE]
    assert people[0].number not in seen.text
    late = row(people[0].number, "23:00", "23:30")
    worse = await preview(venue, activity, workbook(late, row(people[0].number, "16:00", "14:00")))
    assert [[fault["code"] for fault in one["findings"]] for one in worse.json()["rows"]] == [[CODE], [CODE]]
    assert people[0].number not in worse.text
    await choose(hall, people[1].holder_id)
    done = (await commit(venue, seen.json()["import_id"])).json()
    assert [one["outcome"] for one in done["rows"]] == ["skipped", "refused", "recorded"]
    assert [await hall.points_of(one.holder_id) for one in people] == [0, 0, 20]


async def test_a_late_scan_is_answered_for_good(venue: Venue) -> None:
    [one] = await venue.hall.residents(1)
    await choose(venue.hall, one.holder_id)
    activity = await venue.activity(starts=timedelta(days=-1))
    phone = await Phone(venue).enrol()
    item = phone.log(one.number, activity, activity.starts_at, 60)
    assert told(await phone.send(item)) == [("refused", CODE)]
    assert told(await phone.send(item)) == [("refused", CODE)]
    assert await events_of(venue.hall, one.holder_id) == 0


async def test_a_members_declined_deed_does_not_count_for_the_household(hall: Hall) -> None:
    await hall.publish()
    await published(hall, (PACKS / "household-service.yaml").read_text("utf-8"))
    one, other = await hall.residents(2)
    async with hall.transaction() as session:
        home = (await create_household(session, now=hall.now)).holder_id
        for member in (one, other):
            terms = {"from_on": day_of(hall.now), "may_spend": False, "now": hall.now}
            await join(session, household_id=home, member_id=member.holder_id, **terms)
    await choose(hall, one.holder_id)
    assert await codes(hall, service(one.holder_id, ended_at=hall.now)) == [CODE]
    await hall.serve(other.holder_id)
    assert await hall.points_of(home, "household-points") == 4


async def test_what_a_merged_register_chose_last_goes_on_with_it(hall: Hall) -> None:
    await hall.publish()
    gone, goes_on = await hall.residents(2)
    await choose(hall, gone.holder_id)
    async with hall.transaction() as session:
        into = {"holder_id": gone.holder_id, "alias_of": goes_on.holder_id, "since": hall.now}
        await add_alias(session, **into, approval_id=uuid4(), transaction_id=uuid4())
    for told_of in (gone, goes_on):
        assert await codes(hall, service(told_of.holder_id, ended_at=hall.now)) == [CODE]
    hall.clock.advance(timedelta(minutes=1))
    await choose(hall, gone.holder_id, off=False)
    async with hall.transaction() as session:
        assert not await declined(session, goes_on.holder_id)
    assert await codes(hall, service(goes_on.holder_id, ended_at=hall.now)) == []


async def test_a_batch_that_decided_before_the_choice_writes_nothing_after_it(hall: Hall) -> None:
    await hall.publish()
    [one] = await hall.residents(1)
    chosen: list[UUID] = []

    async def run() -> Outcome | Moved:
        async with hall.transaction() as session:
            execute = session.execute

            async def choice_first(statement: object, *rest: object) -> object:
                if "update holders" in str(statement) and not chosen:
                    chosen.append(one.holder_id)
                    await choose(hall, one.holder_id)
                return await execute(statement, *rest)  # type: ignore[call-overload]

            session.execute = choice_first  # type: ignore[method-assign, assignment]
            asked = [Submission((service(one.holder_id, ended_at=hall.now),))]
            registry = await load_registry(session)
            return (await award(session, submissions=asked, now=hall.now, registry=registry))[0]

    assert isinstance(await run(), Moved)
    outcome = await run()
    assert isinstance(outcome, Outcome)
    assert [finding.code for finding in outcome.findings] == [CODE]
    assert await events_of(hall, one.holder_id) == 0


async def test_asking_costs_one_query_however_many_there_are(hall: Hall) -> None:
    await hall.publish()
    people = await hall.residents(40)
    asked: list[str] = []
    async with hall.transaction() as session:
        execute = session.execute

        async def counted(statement: object, *rest: object) -> object:
            asked.append(str(statement))
            return await execute(statement, *rest)  # type: ignore[call-overload]

        session.execute = counted  # type: ignore[method-assign, assignment]
        submissions = [Submission((service(one.holder_id, ended_at=hall.now),)) for one in people]
        await award(session, submissions=submissions, now=hall.now, registry=await load_registry(session))
    assert sum("recording_choices" in statement for statement in asked) == 1


async def test_nothing_else_is_lost_by_declining(hall: Hall, street: Street, site: httpx2.AsyncClient) -> None:
    offer = await street.offer(price=60)
    holder_id, token = await street.resident_who_signs_in((130, None))
    draft = load(VOLUNTEERING.read_text("utf-8").replace("value: 10", "value: 12", 1))
    enrolment = load((PACKS / "school-enrolment-2027.yaml").read_text("utf-8"))

    async def services() -> tuple[object, ...]:
        async with hall.transaction() as session:
            day = day_of(hall.now)
            score = await score_from_database(session, enrolment, holder_id, as_of=day, known_at=hall.now)
            paid = await for_holder(session, holder_id=holder_id, base=None, draft=draft, now=hall.now)
            placed = await for_holder(session, holder_id=holder_id, base=enrolment, draft=enrolment, now=hall.now)
        shown = await site.get(f"/api/v1/holders/{holder_id}/balances", headers=signed(token))
        return score, paid, placed, shown.json()["items"]

    before = await services()
    await choose(hall, holder_id)
    assert await services() == before
    body = {"offer_id": str(offer)}
    keyed = signed(token, "redeem-after-the-choice")
    made = await site.post(f"/api/v1/holders/{holder_id}/redemptions", json=body, headers=keyed)
    assert made.status_code == 201, made.text
    assert await street.account(holder_id) == (130, 60)


async def test_each_choice_is_written_down_without_a_name_and_the_same_again_is_none(hall: Hall) -> None:
    [one] = await hall.residents(1)
    for off in (True, True, False, False, True):
        await choose(hall, one.holder_id, off=off)
        hall.clock.advance(timedelta(seconds=1))
    async with hall.transaction() as session:
        acts = await session.execute(text("select action, actor_id, object_id, data from audit order by audit_id"))
        assert [tuple(row) for row in acts if row.action.startswith("recording_")] == [
            (action, one.holder_id, str(one.holder_id), {})
            for action in ("recording_declined", "recording_resumed", "recording_declined")
        ]
        assert await session.scalar(text("select count(*) from recording_choices")) == 3
