"""Refusals: one form for programs, one page for people, in their language, and never an echo."""

import inspect
import json
from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from httpx2 import AsyncClient, Response

from access.actions import ACTIONS
from api.web.problems import every_problem, slug
from tests.api.conftest import BASE, AsResident
from tests.api.test_policies import actions_of

EVENT: dict[str, Any] = {
    "holder_id": str(uuid4()),
    "kind": "service",
    "business_key": "a/1",
    "occurred_at": "2026-11-22T01:00:00Z",
    "ended_at": "2026-11-22T02:00:00Z",
    "data": {},
}


async def send(client: AsyncClient, token: str, body: str, **headers: str) -> Response:
    sent = {"authorization": f"Bearer {token}", "idempotency-key": uuid4().hex, "content-type": "application/json"}
    return await client.post("/api/v1/events", content=body.encode(errors="surrogatepass"), headers=sent | headers)


async def test_a_problem_has_its_type_title_status_detail_code_and_request_id(client: AsyncClient) -> None:
    answer = await client.get("/api/v1/holders/x/balances", headers={"accept-language": "en"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": f"{BASE}/problems/not-signed-in",
        "title": "Please sign in",
        "status": 401,
        "detail": "You are not signed in, or your session has ended.",
        "code": "NOT_SIGNED_IN",
        "next_step": "Sign in and try again; nothing was recorded.",
        "request_id": answer.headers["x-request-id"],
    }
    chinese = await client.get("/api/v1/holders/x/balances", headers={"accept-language": "zh-CN"})
    assert chinese.json()["detail"] == "您还没有登录,或者登录已过期。"
    assert chinese.headers["content-language"] == "zh-Hans-CN"


async def test_people_get_the_same_as_a_page(as_resident: AsResident) -> None:
    person = await as_resident()
    answer = await person.client.get(f"/points/{uuid4()}/how")
    assert answer.status_code == 404
    assert "这里没有内容,或者您不能查看。" in answer.text
    assert "请核对地址,或回到您的首页。" in answer.text
    assert answer.headers["x-request-id"] in answer.text


@pytest.mark.parametrize(
    "hostile",
    [
        json.dumps(EVENT | {"business_key": "secret\x00value"}),
        json.dumps(EVENT | {"data": {"place": "secret\x00value"}}),
        json.dumps(EVENT | {"data": {"place": "\ud800"}}),
        json.dumps(EVENT | {"data": {"minutes": 1 << 63}}),
        json.dumps(EVENT | {"data": {"minutes": float("nan")}}),
        json.dumps(EVENT | {"data": {"minutes": float("inf")}}),
        json.dumps(EVENT | {"occurred_at": "0000-00-00T00:00:00Z"}),
        json.dumps(EVENT | {"occurred_at": "9999-12-31T23:59:59-12:00", "ended_at": "0001-01-01T00:00:00+14:00"}),
        json.dumps(EVENT | {"occurred_at": EVENT["ended_at"], "ended_at": EVENT["occurred_at"]}),
        json.dumps(EVENT | {"surprise": "secret value"}),
        json.dumps(EVENT | {"data": {"deep": [[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]}}),
        json.dumps([EVENT]),
        "null",
        "{}",
    ],
)
async def test_what_can_not_be_stored_is_the_senders_mistake_and_is_never_echoed(
    client: AsyncClient, vendor_token: str, hostile: str
) -> None:
    answer = await send(client, vendor_token, hostile)
    assert answer.status_code == 422, answer.text
    assert "secret" not in answer.text


async def test_a_body_that_is_not_json_is_malformed(client: AsyncClient, vendor_token: str) -> None:
    for body in ("{", "", "\udcff"):
        assert (await send(client, vendor_token, body)).status_code in (400, 422)


async def test_a_nul_byte_in_a_form_is_the_senders_mistake(client: AsyncClient) -> None:
    assert (await client.post("/sign-in", data={"code": "a\x00b"})).status_code == 422


async def test_a_method_that_an_address_does_not_offer_is_405_with_what_it_does(client: AsyncClient) -> None:
    answer = await client.delete("/api/v1/openapi.json")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.feature("I9")
async def test_every_code_has_a_page_that_says_what_it_means(client: AsyncClient) -> None:
    listed = (await client.get("/problems?lang=en")).text
    for error in every_problem():
        assert error.code in listed
        page = await client.get(f"/problems/{slug(error.code)}")
        assert page.status_code == 200, error.code
    assert (await client.get("/problems/no-such-problem")).status_code == 404


async def test_the_description_of_the_api_is_served_with_a_page_of_our_own(client: AsyncClient) -> None:
    described = (await client.get("/api/v1/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/events" in described["paths"]
    assert not [path for path in described["paths"] if not path.startswith("/api/v1/")]
    page = (await client.get("/docs/api")).text
    assert "/api/v1/events" in page
    assert "cdn" not in page
    for gone in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(gone)).status_code == 404


async def test_a_refused_event_has_a_page_of_its_own_and_a_number_to_ask_with(
    client: AsyncClient, vendor_token: str
) -> None:
    refused = (await send(client, vendor_token, json.dumps(EVENT), **{"accept-language": "en"})).json()
    assert refused["code"] == "EVENT_REFUSED"
    assert len(refused["request_id"]) >= 8
    assert refused["next_step"]
    assert (await client.get(refused["type"])).status_code == 200


def described_routes(app: FastAPI) -> Iterator[tuple[str, dict[str, Any], APIRoute]]:
    """Every operation of the API with its place in the description and its route."""
    paths = app.openapi()["paths"]
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            if operation := paths.get(route.path, {}).get(method.lower()):
                yield f"{method} {route.path}", operation, cast(APIRoute, route.original_route)


def test_the_description_asks_for_a_request_key_exactly_where_one_is_needed(app: FastAPI) -> None:
    routes = list(described_routes(app))
    assert len(routes) > 25
    for name, operation, route in routes:
        needed = "door.request_key(" in inspect.getsource(route.endpoint)
        headers = [one for one in operation.get("parameters", []) if one["in"] == "header"]
        assert [one["name"] for one in headers] == (["Idempotency-Key"] if needed else []), name


def test_the_description_asks_for_a_token_exactly_where_somebody_must_be_signed_in(app: FastAPI) -> None:
    scheme = app.openapi()["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for name, operation, route in described_routes(app):
        (action,) = actions_of(route.dependant)
        assert operation.get("security", []) == ([{"bearer": []}] if ACTIONS[action].kinds else []), name


async def test_alive_and_ready(client: AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "ok\n"
    assert (await client.get("/readyz")).text == "ready\n"
