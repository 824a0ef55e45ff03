"""Every route says who may use it, and nobody else can: the matrix of all routes and all kinds of people."""

import re
from collections.abc import Iterator
from typing import Annotated
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from httpx2 import AsyncClient, Response
from starlette.routing import Mount

from access.actions import ACTIONS
from access.actors import Actor, Grant, Role
from access.authorize import Forbidden, NotSignedIn, authorize
from api.web.door import Door, may
from kernel.errors import DomainError
from tests.api.conftest import AsResident, AsStaff

HERE = uuid4()
STAFF: tuple[Role, ...] = ("organiser", "merchant", "official", "auditor", "operator")


def actions_of(dependant: Dependant) -> Iterator[str]:
    for inner in dependant.dependencies:
        if action := getattr(inner.call, "action", None):
            yield action
        yield from actions_of(inner)


def policies(app: FastAPI) -> list[tuple[str, str, list[str]]]:
    """Method, path and declared actions of each route; static files are the one thing mounted."""
    found = []
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            assert route.path == "/static"
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            found.append((method, route.path or "", list(actions_of(route.dependant))))
    return found


def address(path: str) -> str:
    """The path with something in each place that is well-formed and belongs to nobody."""
    return re.sub(r"\{[^}]+\}", str(HERE), path)


async def test_every_route_declares_exactly_one_policy(app: FastAPI) -> None:
    routes = policies(app)
    assert len(routes) > 40
    for method, path, actions in routes:
        assert len(actions) == 1, f"{method} {path} declares {actions}"
        assert actions[0] in ACTIONS


async def test_a_route_without_a_policy_is_found(app: FastAPI) -> None:
    bare = APIRouter()

    @bare.get("/bare")
    async def forgotten() -> str:
        return "anybody"

    app.include_router(bare)
    assert ("GET", "/bare", []) in policies(app)


async def test_a_policy_that_is_not_declared_can_not_be_named() -> None:
    with pytest.raises(KeyError):
        may("print_money")


async def ask(client: AsyncClient, method: str, path: str) -> Response:
    return await client.request(method, address(path), headers={"accept": "application/json"})


def expected(actor: Actor | None, action: str) -> DomainError | None:
    try:
        authorize(actor, action)
    except DomainError as refusal:
        return refusal
    return None


@pytest.mark.feature("A1")
async def test_nobody_gets_past_a_door_that_is_not_theirs(
    app: FastAPI, client: AsyncClient, as_resident: AsResident, as_staff: AsStaff, vendor_token: str
) -> None:
    resident = await as_resident()
    people: list[tuple[str, AsyncClient, Actor | None, dict[str, str]]] = [
        ("nobody", client, None, {}),
        (
            "vendor",
            client,
            Actor(HERE, "vendor", scopes=frozenset({"record_events"}), purpose="service-records"),
            {"authorization": f"Bearer {vendor_token}"},
        ),
        ("resident", resident.client, Actor(resident.actor_id, "resident", resident.holder_id), {}),
    ]
    for role in STAFF:
        grant = Grant(role, uuid4(), uuid4())
        desk = await as_staff(role, organisation_id=grant.organisation_id, merchant_id=grant.merchant_id)
        people.append((role, desk.client, Actor(desk.actor_id, "staff", grants=(grant,)), {}))
    wrong = []
    for method, path, (action,) in policies(app):
        if action == "view_public":
            continue
        for name, browser, actor, headers in people:
            answer = await browser.request(method, address(path), headers={"accept": "application/json", **headers})
            refusal = expected(actor, action)
            status = {NotSignedIn: 401, Forbidden: 403, type(None): None}[type(refusal)]
            right = answer.status_code == status if status else answer.status_code not in (401, 403, 500)
            if not right:
                wrong.append(f"{name} {method} {path} ({action}): {answer.status_code}")
    assert wrong == []


@pytest.mark.feature("I7")
async def test_a_programs_token_does_nothing_that_its_scope_omits(
    app: FastAPI, client: AsyncClient, vendor_token: str
) -> None:
    headers = {"authorization": f"Bearer {vendor_token}", "accept": "application/json"}
    for method, path, (action,) in policies(app):
        if action not in ("view_public", "record_events"):
            answer = await client.request(method, address(path), headers=headers)
            assert answer.status_code == 403, f"{method} {path}"
    refused = await client.post("/api/v1/events", headers={"authorization": "Bearer tc_live_forged"}, json={})
    assert refused.status_code == 401


async def test_somebody_elses_object_reads_exactly_like_a_missing_one(as_resident: AsResident) -> None:
    one, other = await as_resident(), await as_resident("李芳")
    foreign = await one.client.get(f"/api/v1/holders/{other.holder_id}/balances")
    missing = await one.client.get(f"/api/v1/holders/{UUID(int=other.holder_id.int ^ 1 << 70)}/balances")
    own = await one.client.get(f"/api/v1/holders/{one.holder_id}/balances")
    assert own.status_code == 200
    assert foreign.status_code == missing.status_code == 404
    bodies = [{**answer.json(), "request_id": ""} for answer in (foreign, missing)]
    assert bodies[0] == bodies[1]


async def test_the_door_stays_shut_when_the_route_forgets_to_look_at_it(app: FastAPI, client: AsyncClient) -> None:
    router = APIRouter()

    @router.get("/careless")
    async def careless(door: Annotated[Door, may("audit_read")], _: Annotated[None, Depends(lambda: None)]) -> str:
        return "secret"

    app.include_router(router)
    answer = await client.get("/careless", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert "secret" not in answer.text
