"""Privacy and choices on the phone: the switch, what it says beforehand, and scans of somebody who switched it off."""

from datetime import timedelta

import httpx2
from sqlalchemy import text

from points.activity.model import Activity
from points.activity.tokens import Gate
from tests.hall import forms_of, signed
from tests.venue import Venue

ADDRESS = "/privacy/recording"


async def read(venue: Venue, token: str, address: str = "/privacy", **query: str) -> str:
    answer = await venue.site.get(address, params={"lang": "zh"} | query, headers=signed(token))
    assert answer.status_code == 200, answer.text
    return answer.text


async def switch(venue: Venue, token: str, good_deeds: str) -> httpx2.Response:
    """Press the one button of the page."""
    form = forms_of(await read(venue, token), ADDRESS)[0] | {"good_deeds": good_deeds}
    return await venue.site.post(ADDRESS, data=form, headers=signed(token))


async def scan_on_the_phone(venue: Venue, token: str, activity: Activity, gate: Gate = Gate.IN) -> httpx2.Response:
    path = "/C/" + venue.code(activity, gate).text.rpartition("/")[2]
    return await venue.site.get(path, headers=signed(token))


async def heads(venue: Venue, activity: Activity) -> tuple[int, int]:
    """Who is here, and who came, as the organiser's screen counts."""
    answer = await venue.site.get(f"/organiser/activities/{activity.activity_id}", headers=signed(venue.organiser))
    assert answer.status_code == 200
    query = text("""
        select count(*) filter (where kind = 'checked_in') - count(*) filter (where kind = 'checked_out'),
            count(*) filter (where kind = 'checked_in')
        from events where data ->> 'activity_id' = :activity_id and kind in ('checked_in', 'checked_out')
    """)
    async with venue.hall.transaction() as session:
        here, came = (await session.execute(query, {"activity_id": str(activity.activity_id)})).one()
    return here, came


async def test_the_page_says_what_it_means_before_and_the_switch_goes_both_ways(venue: Venue) -> None:
    one, token = await venue.resident()
    await venue.hall.serve(one.holder_id)
    assert 'href="/privacy"' in await read(venue, token, "/")
    before = await read(venue, token)
    for words in ("隐私与选择", "立即生效", "已有的积分和服务时长仍然归您", "其他一切不变", "关闭期间做的不会补记"):
        assert words in before
    sent = await switch(venue, token, "decline")
    assert (sent.status_code, sent.headers["location"]) == (303, "/privacy")
    off = await read(venue, token)
    assert "11月22日" in off
    assert "您的好事不再记录" in off
    assert "your good deeds are not recorded" in await read(venue, token, lang="en")
    for address in ("/", "/points"):
        shown = await read(venue, token, address)
        assert "您的好事现在不作记录" in shown
        assert "20" in shown
    await switch(venue, token, "record")
    assert "您的好事现在不作记录" not in await read(venue, token, "/")
    assert "从现在起不记录我的好事" in await read(venue, token)


async def test_a_form_sent_twice_is_one_choice_and_another_word_is_refused(venue: Venue) -> None:
    _, token = await venue.resident()
    form = forms_of(await read(venue, token), ADDRESS)[0] | {"good_deeds": "decline"}
    for _ in range(2):
        assert (await venue.site.post(ADDRESS, data=form, headers=signed(token))).status_code == 303
    async with venue.hall.transaction() as session:
        assert await session.scalar(text("select count(*) from recording_choices")) == 1
    odd = form | {"good_deeds": "maybe"}
    assert (await venue.site.post(ADDRESS, data=odd, headers=signed(token))).status_code == 422


async def test_over_the_api_a_resident_chooses_alone_and_once(venue: Venue) -> None:
    one, token = await venue.resident()
    other, _ = await venue.resident()
    address = f"/api/v1/holders/{one.holder_id}/recording"
    assert (await venue.site.get(address, headers=signed(token))).json() == {"declined": False, "chosen_at": None}
    made = await venue.site.post(address, json={"declined": True}, headers=signed(token, "choice-of-mine-1"))
    assert made.json() == {"declined": True, "chosen_at": "2026-11-22T06:00:00.000001Z"}
    assert (await venue.site.get(address, headers=signed(token))).json() == made.json()
    again = await venue.site.post(address, json={"declined": True}, headers=signed(token, "choice-of-mine-1"))
    assert (again.content, again.headers["idempotency-replayed"]) == (made.content, "true")
    foreign = f"/api/v1/holders/{other.holder_id}/recording"
    refused = await venue.site.post(foreign, json={"declined": True}, headers=signed(token, "choice-of-another"))
    assert refused.status_code == 404
    assert (await venue.site.get(foreign, headers=signed(token))).status_code == 404
    assert (await venue.site.get(address, headers=signed(venue.organiser))).status_code == 403


async def test_who_declined_is_told_kindly_at_the_gate_and_no_trace_of_them_is_kept(venue: Venue) -> None:
    one, token = await venue.resident()
    activity = await venue.activity()
    await switch(venue, token, "decline")
    for gate in Gate:
        shown = await scan_on_the_phone(venue, token, activity, gate)
        assert shown.status_code == 409
        assert "您已选择不记录好事,所以没有记录。同样欢迎您参加。" in shown.text
        assert 'href="/privacy"' in shown.text
    opened = await venue.open_scan(token, venue.code(activity).text)
    assert (opened.status_code, opened.json()["code"]) == (409, "RECORDING_DECLINED")
    assert await heads(venue, activity) == (0, 0)
    async with venue.hall.transaction() as session:
        kept = (await session.execute(text("select reason, actor_id from refused_scans"))).all()
        assert [tuple(row) for row in kept] == [("RECORDING_DECLINED", None)] * 3
        for table in ("check_in_tickets", "events"):
            assert await session.scalar(text(f"select count(*) from {table} where holder_id = '{one.holder_id}'")) == 0


async def test_whoever_chooses_between_the_scan_and_the_tap_is_not_recorded(venue: Venue) -> None:
    one, token = await venue.resident()
    activity = await venue.activity()
    opened = await venue.open_scan(token, venue.code(activity).text)
    await switch(venue, token, "decline")
    tap = f"/api/v1/scans/{opened.json()['ticket']}/confirm"
    for _ in range(2):
        answer = await venue.site.post(tap, headers=signed(token))
        assert (answer.status_code, answer.json()["code"]) == (409, "RECORDING_DECLINED")
    assert await venue.events(one.holder_id, "checked_in") == 0


async def test_whoever_chooses_during_the_shift_leaves_and_the_organisers_count_is_right(venue: Venue) -> None:
    one, token = await venue.resident()
    other, others = await venue.resident()
    activity = await venue.activity()
    for who in (token, others):
        assert (await venue.scan(who, activity)).status_code == 200
    assert await heads(venue, activity) == (2, 2)
    await switch(venue, token, "decline")
    venue.hall.clock.advance(timedelta(hours=2))
    left = await venue.scan(token, activity, Gate.OUT)
    assert (left.status_code, left.json()["code"]) == (200, "LEFT_UNRECORDED")
    assert (await venue.scan(others, activity, Gate.OUT)).json()["code"] == "CHECKED_OUT"
    assert await heads(venue, activity) == (0, 2)
    assert [await venue.events(who.holder_id, "service") for who in (one, other)] == [0, 1]
    assert [await venue.hall.points_of(who.holder_id) for who in (one, other)] == [0, 20]
