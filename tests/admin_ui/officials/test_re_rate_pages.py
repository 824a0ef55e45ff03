"""A re-rate as two officials do it: one sees what it would do, another approves, both follow the work."""

from datetime import timedelta
from uuid import UUID

import httpx2
import pytest

from points.rerate.carry_out import carry_out
from rules.language.edit import with_parameter
from tests.admin_ui.officials.test_official_pages import plain
from tests.builders import VOLUNTEERING
from tests.hall import Hall, forms_of, signed
from tests.points.rerate.back import reach_back, require_green

PROPOSE = "/official/re-rates/propose"
DAYS = {"programme": "volunteering", "from_on": "2026-11-01", "last_on": "2026-11-22", "because": "milder"}


async def milder_rule(hall: Hall) -> list[UUID]:
    """Three residents who served two hours, and a version that pays half as much again and reaches back."""
    await hall.publish()
    holders = [resident.holder_id for resident in await hall.residents(3)]
    for holder_id in holders:
        await hall.serve(holder_id, days_ago=2)
    hall.clock.advance(timedelta(days=1))
    source = with_parameter(VOLUNTEERING.read_text("utf-8"), "points_per_hour", 15, version="milder")
    await reach_back(hall.database, hall.clock, source)
    hall.clock.advance(timedelta(minutes=1))
    return holders


async def proposed(site: httpx2.AsyncClient, token: str) -> str:
    """Look, then hand it over; gives the re-rate's address."""
    page = (await site.get(PROPOSE, params={**DAYS, "lang": "zh"}, headers=signed(token))).text
    assert "3 人" in plain(page)
    hidden = next(form for form in forms_of(page, PROPOSE) if "request_key" in form)
    form = {**hidden, "reason": "新规更有利", "basis": "东文明〔2026〕9号"}
    answer = await site.post(PROPOSE, data=form, headers=signed(token))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.mark.feature("R21")
async def test_a_re_rate_is_seen_proposed_approved_by_another_and_posts_the_differences_once(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    holders = await milder_rule(hall)
    _, author = await hall.staff("official", "规则岗一")
    _, colleague = await hall.staff("official", "规则岗二")
    at = await proposed(site, author)
    own = (await site.get(f"{at}?lang=zh", headers=signed(author))).text
    assert forms_of(own, at) == []
    theirs = (await site.get(f"{at}?lang=zh", headers=signed(colleague))).text
    hidden = next(form for form in forms_of(theirs, at) if form["verdict"] == "approve")
    assert (await site.post(at, data=hidden, headers=signed(author))).status_code == 403
    assert (await site.post(at, data=hidden, headers=signed(colleague))).status_code == 303
    assert "正在办理" in (await site.get(f"{at}?lang=zh", headers=signed(author))).text
    assert [await hall.points_of(one) for one in holders] == [20, 20, 20]
    for _ in range(2):
        await carry_out(hall.database, hall.clock, UUID(at.rpartition("/")[2]))
        assert [await hall.points_of(one) for one in holders] == [30, 30, 30]
    done = plain((await site.get(f"{at}?lang=zh", headers=signed(author))).text)
    assert "已办结" in done
    await require_green(hall.database)
    again = await site.get(PROPOSE, params={**DAYS, "lang": "zh"}, headers=signed(author))
    assert "现在算来与当时所得相同" in again.text


async def test_a_program_previews_and_proposes_a_re_rate_and_reads_how_far_it_has_come(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await milder_rule(hall)
    _, author = await hall.staff("official", "规则岗一")
    seen = await site.post("/api/v1/re-rates/preview", json=DAYS, headers=signed(author))
    assert seen.json()["kinds"][0]["given"] == "30"
    body = {**DAYS, "reason": "新规更有利", "basis": "东文明〔2026〕9号"}
    made = await site.post("/api/v1/re-rates", json=body, headers=signed(author, "key-of-this-one-request"))
    assert (made.status_code, made.json()["figures"]) == (201, seen.json())
    again = await site.post("/api/v1/re-rates", json=body, headers=signed(author, "another-key-of-a-request"))
    assert (again.status_code, again.json()["code"]) == (409, "RE_RATE_WAITS")
    found = (await site.get(f"/api/v1/re-rates/{made.json()['re_rate_id']}", headers=signed(author))).json()
    assert (found["state"], found["parts"], found["done"]) == ("waiting", None, None)


async def test_nothing_is_proposed_where_nothing_differs_or_the_days_are_not_over(
    hall: Hall, site: httpx2.AsyncClient
) -> None:
    await hall.publish()
    _, author = await hall.staff("official", "规则岗一")
    body = {**DAYS, "reason": "核对", "basis": "核对"}
    body["last_on"] = "2026-11-21"
    none = await site.post("/api/v1/re-rates", json=body, headers=signed(author, "key-of-none-of-them"))
    assert (none.status_code, none.json()["code"]) == (409, "NOTHING_TO_RE_RATE")
    for no, last_on in enumerate(("2027-11-22", "9999-12-31")):
        ahead = await site.post(
            "/api/v1/re-rates", json={**body, "last_on": last_on}, headers=signed(author, f"key-of-days-ahead-{no}")
        )
        assert (ahead.status_code, ahead.json()["code"]) == (422, "RE_RATE_SPAN_INVALID")
        seen = await site.get(PROPOSE, params={**DAYS, "last_on": last_on}, headers=signed(author))
        assert seen.status_code == 422
