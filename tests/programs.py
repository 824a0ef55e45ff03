"""Another body's program and the servers it talks to, and small packs whose numbers a test can work out by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
from sqlalchemy import text

from access.people_register import create_vendor
from access.tokens import issue
from api.app import build_templates, create_app
from api.web.runtime import Runtime
from kernel.calendar import rfc3339
from kernel.db import Database, Scope
from kernel.settings import Settings
from points.intake import Intake
from points.verify import verify
from rules.governance.publish import publish
from rules.governance.registry import load_registry
from tests.hall import LONG_AGO, Hall, signed

EVENTS = "/api/v1/events"
BATCHES = "/api/v1/events/batches"

GIVING = """
programme: {programme}
version: "{version}"
status: live
effective_from: 2025-01-01
sunset_on: 2029-12-31
title: {{zh: 捐赠积分, en: Points for gifts}}
holder: {holder}
mode: accrual
purpose: incentive
catalogue: 2026-11
basis: [city-default-2026]
lawful: {{domain: volunteering, impact_assessment: PIA-2025-001, consultation: /rules}}
{limits}
items:
  - code: gift
    title: {{zh: 捐赠, en: A gift}}
    on: charitable_donation
    quantity: {{data: yuan}}
    price: {{every: 1, give: {give}}}
    {terms}
    into: {into}
    basis: [city-default-2026]
"""


def giving(
    *,
    programme: str = "giving",
    version: str = "1",
    holder: str = "resident",
    give: int = 1,
    terms: str = "expires: {never: true}",
    limits: str = "",
    into: str = "volunteer-points",
) -> str:
    """A pack that pays so many points a yuan; `terms` are further lines of its one item, `limits` of the pack.

    Money buys no points without end, so that a bound nobody reaches stands beside the caps of `terms`.
    """
    bound = "{per: lifetime, most: 1000000000}"
    terms = terms.replace("caps: [", f"caps: [{bound}, ") if "caps: [" in terms else f"{terms}\n    caps: [{bound}]"
    return GIVING.format(
        programme=programme, version=version, holder=holder, give=give, terms=terms, limits=limits, into=into
    )


async def published(hall: Hall, text: str, since: date = LONG_AGO) -> None:
    """Publish a programme's first version."""
    async with hall.transaction() as session:
        await publish(session, text=text, approval_id=None, now=hall.now, effective_from=since)


@dataclass(frozen=True, slots=True)
class Program:
    """A program with its token, at one or several servers."""

    hall: Hall
    token: str
    sites: tuple[httpx2.AsyncClient, ...]

    async def post(
        self, address: str, body: Any, *, key: str | None = None, server: int = 0, lang: str = "en"
    ) -> httpx2.Response:
        """One request, with a request key of its own unless one is given."""
        headers = signed(self.token, key or f"key-{uuid4()}")
        return await self.sites[server].post(f"{address}?lang={lang}", json=body, headers=headers)

    async def event(self, body: dict[str, Any], **how: Any) -> httpx2.Response:
        return await self.post(EVENTS, body, **how)


async def program(
    hall: Hall,
    *sites: httpx2.AsyncClient,
    may: tuple[str, ...] = ("record_events",),
    purpose: str | None = "partner-services",
) -> Program:
    """A vendor's program that may do these things, for a declared purpose."""
    async with hall.transaction() as session:
        actor_id = await create_vendor(session, label="vendor", now=hall.now)
        ttl = timedelta(days=365)
        token = await issue(session, actor_id=actor_id, kind="api", scopes=may, purpose=purpose, ttl=ttl, now=hall.now)
    return Program(hall, token, sites)


@asynccontextmanager
async def server(hall: Hall, url: str, *, lock_timeout: str | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """One more server over the same city: its own connections, its own lanes; one connection where it is hasty."""
    database = Database(url, pool_size=1 if lock_timeout else 10)
    if lock_timeout:
        async with database.transaction(Scope()) as session:
            await session.execute(text(f"set lock_timeout = '{lock_timeout}'"))
    intake = Intake(database, hall.clock)
    runtime = Runtime(Settings(), database, hall.clock, hall.keys, intake, build_templates())
    transport = httpx2.ASGITransport(app=create_app(runtime))
    async with httpx2.AsyncClient(transport=transport, base_url=runtime.settings.base_url) as client:
        yield client
    await intake.close()
    await database.close()


def gift(holder_id: UUID, at: datetime, *, yuan: int = 10, key: str | None = None, **more: Any) -> dict[str, Any]:
    """A gift of so many yuan at an instant, as a program tells it."""
    return {
        "holder_id": str(holder_id),
        "kind": "charitable_donation",
        "business_key": key or str(uuid4()),
        "occurred_at": rfc3339(at),
        "ended_at": rfc3339(at),
        "data": {"yuan": yuan},
        **more,
    }


def service(holder_id: UUID, ended_at: datetime, *, minutes: int = 120, **more: Any) -> dict[str, Any]:
    """A service that ended then, as a program tells it."""
    shift_id = str(uuid4())
    return {
        "holder_id": str(holder_id),
        "kind": "service",
        "business_key": f"{shift_id}/1",
        "occurred_at": rfc3339(ended_at - timedelta(minutes=minutes)),
        "ended_at": rfc3339(ended_at),
        "data": {"activity_id": shift_id, "shift_id": shift_id, "stretch": 1, "minutes": minutes},
        **more,
    }


_TABLES = text("""
    select table_name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'
        and table_name not in ('tokens', 'disclosures', 'alembic_version')
    order by table_name
""")


async def contents(hall: Hall) -> dict[str, str]:
    """What every table holds, as one digest each; tokens remember when they were last used, and what a
    program is told is written down even where nothing else is."""
    found: dict[str, str] = {}
    async with hall.transaction() as session:
        for (name,) in (await session.execute(_TABLES)).all():
            digest = f"select coalesce(md5(string_agg(t::text, chr(10) order by t::text)), '') from \"{name}\" t"
            found[name] = str(await session.scalar(text(digest)))
    return found


async def green(hall: Hall) -> int:
    """Verify the whole ledger; gives how many events stand."""
    async with hall.transaction() as session:
        verified = await verify(session, registry=await load_registry(session))
    assert verified.findings == []
    return verified.events_count
