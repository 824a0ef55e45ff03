"""Look at a re-rate without writing, hand it to another official, and read it back for the decision.

Looking and carrying out decide by the same pure function. Must never post: `points.rerate.carry_out` does, later.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from access import approvals
from access.approvals import Approval
from kernel.calendar import add_months, day_of
from kernel.canonical import sha256
from kernel.db import Session
from kernel.ids import mint
from kernel.sql import named
from points.ledger.pending import waiting_of_events
from points.ledger.reconcile import EVERYONE, Span
from points.rerate.again import Again, Deciding, Past, by_holder
from points.rerate.refusals import (
    NothingToReRate,
    ReRateBroken,
    ReRateMissing,
    ReRateProgrammeMissing,
    ReRateReasonNeeded,
    ReRateSpanInvalid,
    ReRateWaits,
)
from points.rerate.terms import BECAUSE, Figures, Terms
from points.second_look import parts
from rules.governance.registry import Published, Registry, load_registry
from rules.language.milder import LONGEST_MONTHS

KIND: Final = "re_rate"
"""The kind of approval that carries a re-rate out."""
LONGEST_REASON: Final = 500
NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Proposed:
    """One re-rate as its author proposed it: `figures` as they were bound."""

    approval: Approval
    terms: Terms
    reason: str
    basis: str
    figures: dict[str, Any]
    author_label: str


def packs_of(registry: Registry, terms: Terms, known_at: datetime) -> list[Published]:
    """The versions that judge the days of a re-rate by what is known at an instant, in the order of those days."""
    found: dict[bytes, Published] = {}
    for ahead in range((terms.to_on - terms.from_on).days):
        for published in registry.judging(terms.programme, terms.from_on + timedelta(days=ahead), known_at):
            found[published.sha256] = published
    return list(found.values())


def versions_of(registry: Registry, programme: str) -> tuple[str, list[str]]:
    """Whom a programme pays, and all kinds of events that any of its versions reads."""
    versions = registry.versions(programme)
    return versions[0].pack.holder, sorted({kind for one in versions for kind in one.pack.by_kind})


async def read_pasts(
    session: Session, registry: Registry, terms: Terms, span: Span, holder_ids: list[UUID] | None = None
) -> list[Past]:
    """What the programme read of the holders of a span, or of some of them."""
    holder_kind, kinds = versions_of(registry, terms.programme)
    bind = {
        "from_slice": span.from_slice,
        "to_slice": span.to_slice,
        "holder_ids": holder_ids,
        "holder_kind": holder_kind,
        "kinds": kinds,
        "programme": terms.programme,
    }
    return by_holder(await session.execute(named(__file__, "events_again"), bind))


async def decide_all(session: Session, deciding: Deciding, pasts: Sequence[Past]) -> list[Again]:
    """All events of these holders that come out otherwise; one of which something still waits is left as it is."""
    while True:
        found = await asyncio.to_thread(_all, deciding, pasts)
        asked = [(one.row.holder_id, one.row.event_id) for one in found]
        waiting = {one.event_id for one in await waiting_of_events(session, asked)} if asked else set()
        if not waiting:
            return found
        deciding.fixed |= waiting


def _all(deciding: Deciding, pasts: Sequence[Past]) -> list[Again]:
    return [one for past in pasts for one in deciding.again(past)]


async def look(session: Session, terms: Terms, *, now: datetime, most_events: int = 20_000) -> Figures:
    """What a re-rate would do now; nothing is written or claimed. Refuses with what `propose` refuses of its terms."""
    registry = await load_registry(session)
    _check(registry, terms, now)
    return await look_with(session, Deciding(registry, terms, now, NOBODY), most_events=most_events)


async def look_with(session: Session, deciding: Deciding, *, most_events: int = 20_000) -> Figures:
    """The same of everybody, as `deciding` has it."""
    figures = Figures()
    for part in await parts(session, EVERYONE, most_events):
        pasts = await read_pasts(session, deciding.registry, deciding.terms, part)
        count(figures, deciding.terms, pasts, await decide_all(session, deciding, pasts))
    figures.waiting = len(deciding.fixed)
    return figures


def count(figures: Figures, terms: Terms, pasts: list[Past], found: list[Again]) -> None:
    """Add what was looked at and what came out otherwise."""
    figures.events += sum(len(past.within(terms)) for past in pasts)
    figures.merged += sum(past.merged(terms) for past in pasts)
    for one in found:
        figures.add(one.row.goes_on, one.changes)


def _check(registry: Registry, terms: Terms, now: datetime) -> None:
    if not any(one.pack.by_kind for one in registry.versions(terms.programme)):
        raise ReRateProgrammeMissing()
    today = day_of(now)
    earliest = add_months(today, -LONGEST_MONTHS)
    if terms.because not in BECAUSE or not earliest <= terms.from_on < terms.to_on <= today:
        raise ReRateSpanInvalid()


async def propose(session: Session, terms: Terms, *, reason: str, basis: str, author_id: UUID, now: datetime) -> UUID:
    """Hand a re-rate to another official, bound to its terms, the versions it goes by and its figures; gives its id.

    Refuses with ReRateReasonNeeded, ReRateSpanInvalid, ReRateProgrammeMissing, ReRateWaits, NothingToReRate.
    """
    if not all(0 < len(words.strip()) <= LONGEST_REASON for words in (reason, basis)):
        raise ReRateReasonNeeded()
    figures = await look(session, terms, now=now)
    if any(one.data["terms"] == terms.as_json() for one in await approvals.waiting(session, [KIND], now=now)):
        raise ReRateWaits()
    if not figures.changed:
        raise NothingToReRate()
    packs = packs_of(await load_registry(session), terms, now)
    content = {
        "terms": terms.as_json(),
        "reason": reason.strip(),
        "basis": basis.strip(),
        "packs": [one.sha256.hex() for one in packs],
        "figures": figures.as_json(),
    }
    return await approvals.submit(
        session, kind=KIND, object_id=mint(now), content=content, author_id=author_id, now=now, data=content
    )


_LABEL = text("select label from actors where actor_id = :actor_id")


async def review(session: Session, *, re_rate_id: UUID) -> Proposed:
    """One re-rate, checked against its digest. Refuses with ReRateMissing, ReRateBroken."""
    approval = await approvals.get(session, re_rate_id)
    if approval is None or approval.kind != KIND:
        raise ReRateMissing()
    if sha256(approval.data) != approval.sha256:
        raise ReRateBroken()
    label = (await session.execute(_LABEL, {"actor_id": approval.author_id})).scalar_one()
    data = approval.data
    return Proposed(approval, Terms.of(data["terms"]), data["reason"], data["basis"], data["figures"], label)
