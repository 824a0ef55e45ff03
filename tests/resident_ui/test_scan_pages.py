"""Scanning on the phone, page by page: the address, the sign-in between, the tap, the answer."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from access.people_register import set_sign_in_code
from points.activity import refusals
from points.activity.tokens import Gate
from tests.hall import forms_of, signed
from tests.venue import Venue

FROM_HERE = {"sec-fetch-site": "same-origin", "accept": "text/html"}


async def confirm(venue: Venue, token: str, page: str) -> str:
    """Press the button on the page with the tap; gives the page after it."""
    form = forms_of(page, "/scan/confirm")[0]
    sent = await venue.site.post("/scan/confirm", data=form, headers=signed(token))
    assert sent.status_code == 303, sent.text
    return (await venue.site.get(sent.headers["location"], headers=signed(token))).text


@pytest.mark.feature("E2")
async def test_scan_tap_and_leave_shows_the_points_with_their_reason(venue: Venue) -> None:
    _, token = await venue.resident()
    activity = await venue.activity()
    for gate, minutes in ((Gate.IN, 120), (Gate.OUT, 0)):
        path = "/C/" + venue.code(activity, gate).text.rpartition("/")[2]
        scanned = await venue.site.get(path, headers=signed(token))
        assert (scanned.status_code, scanned.headers["location"]) == (303, "/scan/kept")
        tap = await venue.site.get("/scan/kept", headers=signed(token))
        shown = await confirm(venue, token, tap.text)
        venue.hall.clock.advance(timedelta(minutes=minutes))
    assert "签退成功 · 16:00" in shown
    assert "+20" in shown
    assert "/how" in shown


@pytest.mark.feature("E2")
async def test_a_scan_before_the_sign_in_survives_it_and_belongs_to_this_browser(venue: Venue) -> None:
    resident, _ = await venue.resident()
    activity = await venue.activity()
    async with venue.hall.transaction() as session:
        ttl = timedelta(days=1)
        await set_sign_in_code(session, actor_id=resident.holder_id, code="LAKE-1", now=venue.hall.now, ttl=ttl)
    scanned = await venue.site.get("/C/" + venue.code(activity).text.rpartition("/")[2], headers=FROM_HERE)
    assert scanned.headers["location"] == "/scan/kept"
    asked = await venue.site.get("/scan/kept", headers=FROM_HERE)
    assert asked.headers["location"].startswith("/sign-in?next=")
    venue.hall.clock.advance(timedelta(minutes=3))
    signed_in = await venue.site.post("/sign-in", data={"code": "LAKE-1", "next": "/scan/kept"}, headers=FROM_HERE)
    assert signed_in.headers["location"] == "/scan/kept"
    tap = await venue.site.get("/scan/kept", headers=FROM_HERE)
    form = forms_of(tap.text, "/scan/confirm")[0]
    sent = await venue.site.post("/scan/confirm", data=form, headers=FROM_HERE)
    shown = await venue.site.get(sent.headers["location"], headers=FROM_HERE)
    assert "签到成功 · 14:00" in shown.text
    assert await venue.events(resident.holder_id, "checked_in") == 1


@pytest.mark.feature("E3")
async def test_an_old_code_says_what_happened_that_nothing_was_recorded_and_what_to_do(venue: Venue) -> None:
    _, token = await venue.resident()
    path = "/C/" + venue.code(await venue.activity()).text.rpartition("/")[2]
    venue.hall.clock.advance(timedelta(seconds=30))
    late = await venue.site.get(path, headers=signed(token))
    assert late.status_code == 409
    for words in ("签到码已过期", "没有记录", "请扫屏幕上的新码"):
        assert words in late.text


async def test_the_six_letters_do_what_a_scan_does(venue: Venue) -> None:
    _, token = await venue.resident()
    activity = await venue.activity()
    form = forms_of((await venue.site.get("/scan", headers=signed(token))).text, "/scan")[0]
    wrong = await venue.site.post("/scan", data=form | {"code": "AAAAAA"}, headers=signed(token))
    assert wrong.status_code == 409
    typed = await venue.site.post(
        "/scan", data=form | {"code": venue.code(activity).short.lower()}, headers=signed(token)
    )
    assert typed.headers["location"] == "/scan/kept"
    tap = await venue.site.get("/scan/kept", headers=signed(token))
    assert "签到成功" in await confirm(venue, token, tap.text)


async def test_a_form_sent_twice_leads_to_one_answer(venue: Venue) -> None:
    resident, token = await venue.resident()
    await venue.site.get("/C/" + venue.code(await venue.activity()).text.rpartition("/")[2], headers=signed(token))
    form = forms_of((await venue.site.get("/scan/kept", headers=signed(token))).text, "/scan/confirm")[0]
    sent = [await venue.site.post("/scan/confirm", data=form, headers=signed(token)) for _ in range(2)]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert await venue.events(resident.holder_id, "checked_in") == 1


async def test_nobody_reads_anothers_answer(venue: Venue) -> None:
    _, token = await venue.resident()
    _, other = await venue.resident()
    await venue.site.get("/C/" + venue.code(await venue.activity()).text.rpartition("/")[2], headers=signed(token))
    form = forms_of((await venue.site.get("/scan/kept", headers=signed(token))).text, "/scan/confirm")[0]
    sent = await venue.site.post("/scan/confirm", data=form, headers=signed(token))
    assert (await venue.site.get(sent.headers["location"], headers=signed(other))).status_code == 404


async def test_residents_see_open_activities_and_no_drafts(venue: Venue) -> None:
    _, token = await venue.resident()
    shown, draft = await venue.activity(), await venue.activity(opened=False)
    listed = (await venue.site.get("/activities", headers=signed(token))).text
    assert str(shown.activity_id) in listed
    assert str(draft.activity_id) not in listed
    assert (await venue.site.get(f"/activities/{shown.activity_id}", headers=signed(token))).status_code == 200
    assert (await venue.site.get(f"/activities/{draft.activity_id}", headers=signed(token))).status_code == 404


async def test_forged_codes_from_nobody_in_particular_do_not_fill_the_database(
    venue: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "ANONYMOUS_A_MINUTE", 3)
    count = text("select count(*) from refused_scans")
    for minute in (1, 2):
        for number in range(6):
            answer = await venue.site.get(f"/C/forged-{number}", headers=FROM_HERE)
            assert answer.status_code == 409
        async with venue.hall.transaction() as session:
            assert await session.scalar(count) == 3 * minute
        venue.hall.clock.advance(timedelta(minutes=2))
