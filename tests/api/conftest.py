"""The application over a real database, and people who are signed in to it.

person = await as_resident()                          person.client, person.holder_id
desk = await as_staff("organiser", organisation_id=x)  desk.client, desk.actor_id
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from access.actors import Grant, Role
from access.people_register import create_resident_actor, create_staff, create_vendor, set_sign_in_code
from access.tokens import issue
from api.app import build_templates, create_app
from api.web.runtime import Runtime
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from kernel.settings import Settings
from points.intake import Intake
from points.people.register import NewResident, register_residents

BASE = "http://127.0.0.1:8321"
NAMES = ("陈晓明", "李芳", "欧阳小三", "Anna Bell")
_codes = count(1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody with a browser of their own. A resident's `holder_id` is their `actor_id`."""

    client: AsyncClient
    actor_id: UUID

    @property
    def holder_id(self) -> UUID:
        return self.actor_id


AsResident = Callable[..., Awaitable[SignedIn]]
AsStaff = Callable[..., Awaitable[SignedIn]]


@pytest.fixture
async def runtime(database: Database, clock: FixedClock, keys: KeyFile, tmp_path: Path) -> AsyncIterator[Runtime]:
    """One server process's runtime over this test's database."""
    intake = Intake(database, clock)
    yield Runtime(Settings(data_dir=tmp_path), database, clock, keys, intake, build_templates())
    await intake.close()


@pytest.fixture
def app(runtime: Runtime) -> FastAPI:
    return create_app(runtime)


def browser(app: FastAPI) -> AsyncClient:
    """A browser: it says that its forms come from our own pages, and keeps its cookies."""
    headers = {"sec-fetch-site": "same-origin", "accept": "text/html,*/*"}
    return AsyncClient(transport=ASGITransport(app), base_url=BASE, headers=headers)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A browser in which nobody is signed in."""
    async with browser(app) as opened:
        yield opened


@pytest.fixture
async def sign_in_as(app: FastAPI, runtime: Runtime) -> AsyncIterator[Callable[[UUID], Awaitable[SignedIn]]]:
    """Sign an actor in through the real form, in a new browser."""
    async with AsyncExitStack() as stack:

        async def sign(actor_id: UUID) -> SignedIn:
            code = f"TEST-{next(_codes):06}"
            async with runtime.database.transaction(Scope()) as session:
                ttl = timedelta(days=1)
                await set_sign_in_code(session, actor_id=actor_id, code=code, now=runtime.clock.now(), ttl=ttl)
            opened = await stack.enter_async_context(browser(app))
            answer = await opened.post("/sign-in", data={"code": code})
            assert answer.status_code == 303, answer.text
            return SignedIn(opened, actor_id)

        yield sign


@pytest.fixture
def as_resident(runtime: Runtime, sign_in_as: Callable[[UUID], Awaitable[SignedIn]]) -> AsResident:
    """Register a resident and sign them in: `await as_resident(name="陈晓明")`."""

    async def make(name: str = NAMES[0]) -> SignedIn:
        now = runtime.clock.now()
        async with runtime.database.transaction(Scope()) as session:
            (one,) = await register_residents(session, [NewResident(name)], keys=runtime.keys, now=now)
            await create_resident_actor(session, holder_id=one.holder_id, now=now)
        return await sign_in_as(one.holder_id)

    return make


@pytest.fixture
def as_staff(runtime: Runtime, sign_in_as: Callable[[UUID], Awaitable[SignedIn]]) -> AsStaff:
    """Make a member of staff with one role and sign them in: `await as_staff("merchant", merchant_id=...)`."""

    async def make(role: Role, *, organisation_id: UUID | None = None, merchant_id: UUID | None = None) -> SignedIn:
        grant = Grant(role, organisation_id, merchant_id)
        async with runtime.database.transaction(Scope()) as session:
            actor_id = await create_staff(session, label=role, grants=[grant], now=runtime.clock.now())
        return await sign_in_as(actor_id)

    return make


@pytest.fixture
async def vendor_token(runtime: Runtime) -> str:
    """A program's token that may record events: send it as `Authorization: Bearer ...`."""
    now = runtime.clock.now()
    async with runtime.database.transaction(Scope()) as session:
        actor_id = await create_vendor(session, label="vendor", now=now)
        ttl = timedelta(days=30)
        return await issue(
            session,
            actor_id=actor_id,
            kind="api",
            scopes=["record_events"],
            purpose="service-records",
            ttl=ttl,
            now=now,
        )
