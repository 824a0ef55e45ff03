"""Signing in and out, where it leads, and what a browser remembers."""

import json
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from access.actors import Grant
from access.people_register import create_staff, set_sign_in_code
from api.web.preferences import safe_next
from api.web.runtime import Runtime
from api.web.sign_in import counted_as
from kernel.db import Scope
from tests.api.conftest import AsResident, AsStaff, browser


async def test_a_trial_shows_a_card_for_each_kind_of_person(client: AsyncClient, runtime: Runtime) -> None:
    cards = [{"kind": kind, "label": kind, "code": f"CODE-{kind}"} for kind in ("resident", "official", "auditor")]
    runtime.settings.sign_ins_path.write_text(json.dumps(cards))
    html = (await client.get("/sign-in")).text
    assert all(f'value="CODE-{kind}"' in html for kind in ("resident", "official", "auditor"))
    assert "演示城市" in html


async def test_a_real_city_shows_no_cards(client: AsyncClient, runtime: Runtime) -> None:
    runtime.settings.sign_ins_path.write_text(json.dumps([{"kind": "resident", "label": "x", "code": "CODE-1"}]))
    runtime.settings = runtime.settings.model_copy(update={"database_url": "postgresql://elsewhere/tongcheng"})
    assert "CODE-1" not in (await client.get("/sign-in")).text


async def test_a_page_asks_for_a_sign_in_and_comes_back_to_where_it_was(client: AsyncClient, runtime: Runtime) -> None:
    asked = await client.get("/official/packs?x=1")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Fofficial%2Fpacks%3Fx%3D1"
    async with runtime.database.transaction(Scope()) as session:
        now = runtime.clock.now()
        actor_id = await create_staff(session, label="official", grants=[Grant("official")], now=now)
        await set_sign_in_code(session, actor_id=actor_id, code="WZ-1", now=now, ttl=timedelta(days=1))
    form = await client.get(asked.headers["location"])
    assert 'value="/official/packs?x=1"' in form.text
    signed = await client.post("/sign-in", data={"code": "wz-1", "next": "/official/packs?x=1"})
    assert signed.headers["location"] == "/official/packs?x=1"
    cookie = signed.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize(
    "evil",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\r\nset-cookie: x"],
)
def test_nobody_is_led_to_another_site(evil: str) -> None:
    assert safe_next(evil) == "/"


async def test_a_wrong_code_signs_nobody_in_and_says_so(client: AsyncClient) -> None:
    answer = await client.post("/sign-in", data={"code": "WRONG"})
    assert answer.status_code == 422
    assert "登录码不正确或已失效" in answer.text
    assert "set-cookie" not in answer.headers
    assert "WRONG" not in answer.text


async def test_the_eleventh_wrong_code_within_a_minute_is_too_many(client: AsyncClient) -> None:
    answers = [(await client.post("/sign-in", data={"code": f"WRONG-{n}"})).status_code for n in range(11)]
    assert answers == [422] * 10 + [429]


async def test_signing_out_ends_the_session_on_the_server_too(as_resident: AsResident) -> None:
    person = await as_resident()
    kept = dict(person.client.cookies)
    assert (await person.client.post("/sign-out")).headers["location"] == "/sign-in"
    person.client.cookies.update(kept)
    assert (await person.client.get("/points")).status_code == 303


async def test_signing_in_again_ends_the_session_before(
    app: FastAPI, as_resident: AsResident, runtime: Runtime
) -> None:
    person = await as_resident()
    before = dict(person.client.cookies)
    async with runtime.database.transaction(Scope()) as session:
        now = runtime.clock.now()
        await set_sign_in_code(session, actor_id=person.actor_id, code="AGAIN", now=now, ttl=timedelta(days=1))
    await person.client.post("/sign-in", data={"code": "AGAIN"})
    assert (await person.client.get("/points")).status_code == 200
    async with browser(app) as old:
        old.cookies.update(before)
        assert (await old.get("/points")).status_code == 303


async def test_everybody_comes_to_their_own_start(
    client: AsyncClient, as_resident: AsResident, as_staff: AsStaff
) -> None:
    assert (await client.get("/")).headers["location"] == "/sign-in"
    resident, auditor = await as_resident(), await as_staff("auditor")
    assert (await resident.client.get("/")).status_code == 200
    assert (await auditor.client.get("/")).headers["location"] == "/desk"
    assert (await auditor.client.get("/desk")).headers["location"] == "/auditor"


async def test_the_language_is_remembered_and_large_type_too(client: AsyncClient) -> None:
    assert 'lang="zh-Hans-CN"' in (await client.get("/sign-in")).text
    back = await client.post("/language", data={"language": "en", "next": "/sign-in?lang=zh&next=%2Fpoints"})
    assert back.headers["location"] == "/sign-in?next=%2Fpoints"
    english = await client.get("/sign-in")
    assert '<html lang="en">' in english.text
    assert english.headers["content-language"] == "en"
    await client.post("/elder", data={"elder": "1", "next": "/sign-in"})
    assert "data-elder" in (await client.get("/sign-in")).text
    await client.post("/elder", data={"elder": "0", "next": "/sign-in"})
    assert "data-elder" not in (await client.get("/sign-in")).text


async def test_the_address_chooses_the_language_before_cookie_and_browser(client: AsyncClient) -> None:
    asked = await client.get("/sign-in?lang=en", headers={"accept-language": "zh-CN"})
    assert '<html lang="en">' in asked.text
    assert '<html lang="en">' in (await client.get("/sign-in", headers={"accept-language": "zh-CN"})).text


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_whoever_owns_a_whole_network_still_counts_as_one(host: str, counted: str) -> None:
    assert counted_as(host) == counted
