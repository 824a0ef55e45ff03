"""What every answer carries and every request must pass, however it comes in."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text

from api.app import create_app
from api.web.door import Door, public
from api.web.runtime import Runtime
from api.web.security import host_allowed
from kernel.settings import Settings
from tests.api.conftest import BASE, NAMES, AsResident

POLICY = (
    "default-src 'self'; script-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
CROSS = {"sec-fetch-site": "cross-site"}


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/nowhere", "/api/v1/nowhere", "/healthz", "/static/tongcheng.css", "/static/none.css"]
)
async def test_every_answer_carries_the_security_headers(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert len(answer.headers["x-request-id"]) >= 8


async def test_only_files_named_by_their_content_are_kept_by_browsers(client: AsyncClient) -> None:
    page = await client.get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    assert (await client.get("/static/tongcheng.css")).headers["cache-control"] == "public, no-cache"
    assert "immutable" in (await client.get("/static/tongcheng.css?v=1")).headers["cache-control"]


async def test_no_page_holds_anything_that_the_policy_forbids(client: AsyncClient, as_resident: AsResident) -> None:
    person = await as_resident()
    for path in ("/", "/points", "/scan", "/activities", "/rewards", "/nowhere"):
        html = (await person.client.get(path)).text
        assert "<script>" not in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert "http://" not in html.replace("http://www.w3.org", "")
        assert "https://" not in html


async def test_a_fault_of_ours_is_told_as_a_page_with_its_number_and_headers(app: FastAPI, client: AsyncClient) -> None:
    router = APIRouter()

    @router.get("/fault")
    async def fault(door: Annotated[Door, public()]) -> None:
        raise RuntimeError("the secret detail")

    app.include_router(router)
    answer = await client.get("/fault", headers={"x-request-id": "given-by-the-proxy"})
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-request-id"] == "given-by-the-proxy"
    assert "given-by-the-proxy" in answer.text
    assert "secret" not in answer.text


async def test_what_the_database_says_of_a_persons_row_reaches_no_log(
    app: FastAPI, client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    router = APIRouter()

    @router.get("/fault")
    async def fault(door: Annotated[Door, public()], kind: str) -> None:
        async with door.transaction() as session:
            if kind == "typed":
                await session.execute(text("select cast(:name as integer)"), {"name": NAMES[0]})
            await session.execute(
                text("insert into failed_attempts values (null, now(), length(:name))"), {"name": NAMES[0]}
            )

    app.include_router(router)
    for kind in ("typed", "row"):
        assert (await client.get(f"/fault?kind={kind}")).status_code == 500
    assert NAMES[0] not in caplog.text
    assert "Failing row" not in caplog.text
    assert "test_security.py" in caplog.text
    assert "23502" in caplog.text


async def test_a_request_id_that_is_not_plain_is_replaced(client: AsyncClient) -> None:
    answer = await client.get("/healthz", headers={"x-request-id": "<script>alert(1)</script>"})
    assert "<" not in answer.headers["x-request-id"]


async def test_a_form_from_another_site_is_refused_and_changes_nothing(as_resident: AsResident) -> None:
    person = await as_resident()
    refused = await person.client.post("/sign-out", headers=CROSS)
    assert refused.status_code == 403
    assert "CROSS_SITE" in refused.text
    assert (await person.client.get("/points")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "origin": BASE}, False),
        ({"origin": BASE}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
async def test_where_a_form_comes_from_is_told_by_the_browser(
    app: FastAPI, as_resident: AsResident, headers: dict[str, str], passes: bool
) -> None:
    person = await as_resident()
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE, cookies=person.client.cookies) as bare:
        answer = await bare.post("/elder", data={"elder": "1"}, headers=headers)
    assert answer.status_code == (303 if passes else 403)


async def test_a_program_with_a_token_needs_no_browser_headers(app: FastAPI, vendor_token: str) -> None:
    async with AsyncClient(transport=ASGITransport(app), base_url=BASE) as bare:
        answer = await bare.post("/api/v1/events", json={}, headers={"authorization": f"Bearer {vendor_token}"})
    assert answer.status_code == 422


async def test_a_body_past_its_limit_is_refused_with_and_without_a_length(
    client: AsyncClient, vendor_token: str
) -> None:
    headers = {"authorization": f"Bearer {vendor_token}", "content-type": "application/json"}
    large = b" " * (1024 * 1024 + 1)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield large[: 64 * 1024]

    for body in (large, chunks()):
        answer = await client.post("/api/v1/events", content=body, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["code"] == "BODY_TOO_LARGE"


@pytest.mark.parametrize(
    ("hosts", "public_url", "allowed"),
    [
        (["127.0.0.1:8321"], None, True),
        (["192.168.1.7:8321"], None, True),
        (["[::1]:8321"], "https://jf.example", True),
        (["jf.example"], "https://jf.example", True),
        (["evil.example"], "https://jf.example", False),
        (["jf.example/../x"], None, False),
        (["a@b"], None, False),
        ([], None, False),
        (["jf.example", "jf.example"], None, False),
    ],
)
def test_only_our_own_host_is_answered(hosts: list[str], public_url: str | None, allowed: bool) -> None:
    assert host_allowed(hosts, public_url) is allowed


async def test_behind_https_the_session_cookie_is_bound_to_the_host(runtime: Runtime) -> None:
    runtime.settings = Settings(public_url="https://jf.example", data_dir=runtime.settings.data_dir)
    transport = ASGITransport(create_app(runtime))
    async with AsyncClient(transport=transport, base_url="https://jf.example") as client:
        answer = await client.get("/sign-in")
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert runtime.session_cookie == "__Host-sid"
