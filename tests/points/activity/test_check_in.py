"""In and out through the API: one scan is one interval, hours are out minus in, and every refusal has its reason."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from points.activity import check_in
from points.activity.refusals import count_refusals
from points.activity.tickets import sweep_tickets
from points.activity.tokens import Gate
from tests.hall import signed
from tests.venue import Venue


@pytest.mark.feature("E7")
async def test_hours_are_out_minus_in_and_earn_by_the_pack(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity()
    left = await venue.attend(token, activity, 120)
    assert (left.status_code, left.json()["code"], left.json()["minutes"]) == (200, "CHECKED_OUT", 120)
    assert await venue.hall.points_of(resident.holder_id) == 20
    assert await venue.hall.points_of(resident.holder_id, "service-hours") == 120


@pytest.mark.feature("E2")
async def test_fifty_parallel_confirms_of_one_scan_and_ten_of_others_make_one_check_in(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity()
    tickets = [(await venue.open_scan(token, venue.code(activity).text)).json()["ticket"] for _ in range(3)]
    answers = await asyncio.gather(
        *(venue.site.post(f"/api/v1/scans/{ticket}/confirm", headers=signed(token)) for ticket in tickets * 8)
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert any(answer.status_code == 200 for answer in answers)
    assert await venue.events(resident.holder_id, "checked_in") == 1


@pytest.mark.feature("E3")
async def test_a_photo_of_the_code_forwarded_after_two_steps_is_refused_with_its_reason(venue: Venue) -> None:
    _, token = await venue.resident()
    activity = await venue.activity()
    photo = venue.code(activity).text
    venue.hall.clock.advance(timedelta(seconds=10))
    assert (await venue.open_scan(token, photo)).status_code == 201
    venue.hall.clock.advance(timedelta(seconds=10))
    late = await venue.open_scan(token, photo)
    assert (late.status_code, late.json()["code"]) == (409, "CODE_EXPIRED")


@pytest.mark.feature("E8")
async def test_who_stays_longer_than_the_shift_earns_the_shift_and_nothing_more(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity(hours=2)
    left = await venue.attend(token, activity, 200)
    assert left.json()["minutes"] == 120
    assert await venue.hall.points_of(resident.holder_id) == 20


@pytest.mark.feature("E8")
async def test_a_forgotten_check_out_never_mints_hours(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity(hours=2)
    assert (await venue.scan(token, activity)).status_code == 200
    venue.hall.clock.advance(timedelta(hours=4, seconds=1))
    late = await venue.scan(token, activity, Gate.OUT)
    assert (late.status_code, late.json()["code"]) == (409, "TOO_LATE")
    assert await venue.hall.points_of(resident.holder_id, "service-hours") == 0


@pytest.mark.feature("E11")
async def test_each_wrong_scan_is_told_apart(venue: Venue) -> None:
    _, token = await venue.resident()
    activity, later = await venue.activity(), await venue.activity(starts=timedelta(hours=5))

    async def code_of(answer_of: object) -> str:
        answer = await answer_of  # type: ignore[misc]
        return str(answer.json()["code"])

    assert await code_of(venue.scan(token, activity, Gate.OUT)) == "NOT_IN_YET"
    assert await code_of(venue.scan(token, later)) == "TOO_EARLY"
    assert await code_of(venue.open_scan(token, venue.code(activity).text[:-1] + "?")) == "WRONG_CODE"
    assert await code_of(venue.open_scan(token, venue.code(activity).text.replace(".I1.", ".O1."))) == "WRONG_CODE"
    assert await code_of(venue.scan(token, activity)) == "CHECKED_IN"
    venue.hall.clock.advance(timedelta(seconds=1))
    assert await code_of(venue.scan(token, activity)) == "ALREADY_IN"
    venue.hall.clock.advance(timedelta(minutes=30))
    assert await code_of(venue.scan(token, activity, Gate.OUT)) == "CHECKED_OUT"
    venue.hall.clock.advance(timedelta(seconds=1))
    again = await venue.scan(token, activity, Gate.OUT)
    assert again.json()["code"] == "ALREADY_OUT"
    assert "14:30" in again.json()["detail"]
    venue.hall.clock.advance(timedelta(hours=3))
    assert await code_of(venue.scan(token, activity)) == "TOO_LATE"


@pytest.mark.feature("E12")
async def test_refused_scans_are_counted_by_reason(venue: Venue) -> None:
    _, token = await venue.resident()
    activity = await venue.activity()
    old = venue.code(activity).text
    venue.hall.clock.advance(timedelta(minutes=1))
    for _ in range(3):
        await venue.open_scan(token, old)
    forged = venue.code(activity).text[:-16] + "A" * 16
    await venue.open_scan(token, forged)
    async with venue.hall.transaction() as session:
        counts = {
            one.reason: one.refused_count for one in await count_refusals(session, activity_id=activity.activity_id)
        }
    assert counts == {"CODE_EXPIRED": 3, "FORGED": 1}
    shown = await venue.site.get(
        f"/organiser/activities/{activity.activity_id}", headers=signed(venue.organiser) | {"accept-language": "en"}
    )
    assert "A code older than 20 seconds" in shown.text


@pytest.mark.feature("E17")
async def test_who_is_checked_in_elsewhere_is_not_let_in_at_a_second_place(venue: Venue) -> None:
    resident, token = await venue.resident()
    here, there = await venue.activity(), await venue.activity(hours=2)
    assert (await venue.scan(token, here)).status_code == 200
    second = await venue.scan(token, there)
    assert (second.status_code, second.json()["code"]) == (409, "OVERLAPS")
    assert "17:00" in second.json()["detail"]
    assert await venue.events(resident.holder_id, "checked_in") == 1


async def test_a_second_coming_within_the_shift_is_a_second_stretch(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity()
    await venue.attend(token, activity, 60)
    venue.hall.clock.advance(timedelta(minutes=30))
    left = await venue.attend(token, activity, 30)
    assert left.json()["minutes"] == 30
    assert await venue.hall.points_of(resident.holder_id, "service-hours") == 90


async def test_a_ticket_shown_again_gets_the_same_answer_and_another_person_does_not(venue: Venue) -> None:
    resident, token = await venue.resident()
    _, other = await venue.resident()
    activity = await venue.activity()
    ticket = (await venue.open_scan(token, venue.code(activity).text)).json()["ticket"]
    stolen = await venue.site.post(f"/api/v1/scans/{ticket}/confirm", headers=signed(other))
    assert stolen.json()["code"] == "TICKET_USED"
    first = await venue.site.post(f"/api/v1/scans/{ticket}/confirm", headers=signed(token))
    venue.hall.clock.advance(timedelta(minutes=5))
    again = await venue.site.post(f"/api/v1/scans/{ticket}/confirm", headers=signed(token))
    assert first.json() == again.json()
    assert await venue.events(resident.holder_id, "checked_in") == 1


async def test_a_ticket_older_than_a_minute_records_nothing(venue: Venue) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity()
    ticket = (await venue.open_scan(token, venue.code(activity).text)).json()["ticket"]
    venue.hall.clock.advance(timedelta(seconds=61))
    late = await venue.site.post(f"/api/v1/scans/{ticket}/confirm", headers=signed(token))
    assert late.json()["code"] == "TICKET_EXPIRED"
    assert await venue.events(resident.holder_id, "checked_in") == 0


async def test_twenty_wrong_tries_within_a_minute_slow_a_person_down(venue: Venue) -> None:
    _, token = await venue.resident()
    activity = await venue.activity()
    answers = [await venue.open_scan(token, "ABCDEF") for _ in range(21)]
    assert [answer.json()["code"] for answer in answers][-2:] == ["WRONG_CODE", "SCANNED_TOO_OFTEN"]
    venue.hall.clock.advance(timedelta(seconds=61))
    assert (await venue.open_scan(token, venue.code(activity).short)).status_code == 201


async def test_a_draft_and_a_called_off_activity_let_nobody_in(venue: Venue) -> None:
    _, token = await venue.resident()
    draft, off = await venue.activity(opened=False), await venue.activity(starts=timedelta(minutes=10))
    assert (await venue.scan(token, draft)).json()["code"] == "WRONG_CODE"
    called = await venue.site.post(f"/api/v1/activities/{off.activity_id}/call-off", headers=signed(venue.organiser))
    assert called.status_code == 200
    assert (await venue.scan(token, off)).json()["code"] == "CALLED_OFF"


async def test_a_crash_between_record_and_answer_is_healed_by_the_same_ticket(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident, token = await venue.resident()
    activity = await venue.activity()
    ticket = (await venue.open_scan(token, venue.code(activity).text)).json()["ticket"]

    async def crash(*_: object, **__: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(check_in, "answer_ticket", crash)
        assert (await venue.site.post(f"/api/v1/scans/{ticket}/confirm", headers=signed(token))).status_code >= 500
    assert await venue.events(resident.holder_id, "checked_in") == 1
    venue.hall.clock.advance(timedelta(seconds=30))
    again = await venue.site.post(f"/api/v1/scans/{ticket}/confirm", headers=signed(token))
    assert (again.status_code, again.json()["code"]) == (200, "CHECKED_IN")
    assert await venue.events(resident.holder_id, "checked_in") == 1


async def test_tickets_are_forgotten_after_a_week(venue: Venue) -> None:
    _, token = await venue.resident()
    await venue.scan(token, await venue.activity())
    for days, left in ((6, 1), (2, 0)):
        venue.hall.clock.advance(timedelta(days=days))
        async with venue.hall.transaction() as session:
            await sweep_tickets(session, before=venue.hall.now - timedelta(days=7))
            assert await session.scalar(text("select count(*) from check_in_tickets")) == left
