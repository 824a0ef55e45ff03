"""What re-rates are tried on: a version that reaches back, another official's yes, the work done to its end."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from access import approvals
from access.actors import Grant
from access.people_register import create_staff
from api.decide.dispatch import decide
from kernel.calendar import day_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from points.rerate.beforehand import run_what_if
from points.rerate.carry_out import Progress, carry_out, progress
from points.rerate.propose import look, propose
from points.rerate.terms import Figures, Terms
from points.verify import verify
from rules.governance.approvals import submit_draft
from rules.governance.drafts import save_draft
from rules.governance.proposals import propose_text
from rules.governance.publish import PUBLIC_BEFORE_EFFECT, earliest_effect
from rules.governance.registry import Published, load_registry
from rules.language.edit import with_reach
from rules.language.loader import load, pack_sha256

LONG_AGO = date(2025, 1, 1)
_PUBLISH = text("""
    insert into rule_packs (pack_sha256, programme, version, status, text, effective_from, published_at, approval_id)
    values (:sha256, :programme, :version, 'live', :text, :day, :now, :approval_id)
""")


async def reach_back(database: Database, clock: FixedClock, source: str, since: date = LONG_AGO) -> Published:
    """A milder version from its draft to the day on which it is in force and reaches back to `since`."""
    asked = f"effective_from: {earliest_effect(clock.now()).isoformat()}"
    text = with_reach(re.sub(r"(?m)^effective_from: .*$", asked, source), since)
    author, other = await officials(database, clock)
    async with database.transaction(Scope(author)) as session:
        proposal = propose_text(text, registry=await load_registry(session), now=clock.now())
        draft = await save_draft(
            session,
            proposal=proposal,
            reason="新规更有利",
            basis="东文明〔2026〕9号",
            author_id=author,
            now=clock.now(),
        )
        await run_what_if(session, draft_id=draft.draft_id, now=clock.now())
        approval_id = await submit_draft(session, draft_id=draft.draft_id, author_id=author, now=clock.now())
    await said_yes(database, clock, approval_id, other)
    clock.advance(PUBLIC_BEFORE_EFFECT)
    async with database.transaction(Scope()) as session:
        return (await load_registry(session)).by_sha256[draft.sha256]


async def put_right(database: Database, clock: FixedClock, source: str, since: date = LONG_AGO) -> None:
    """A version that is in force for days before it was public, to somebody's loss: no official can publish it."""
    pack = load(source)
    async with database.transaction(Scope()) as session:
        author = await create_staff(session, label="规则岗", grants=[Grant("official")], now=clock.now())
        approval_id = await approvals.submit(
            session, kind="rule_pack", object_id=uuid4(), content={}, author_id=author, now=clock.now(), data={}
        )
        bind = {"programme": pack.programme, "version": pack.version, "text": source, "day": since}
        await session.execute(
            _PUBLISH, {**bind, "sha256": pack_sha256(source), "now": clock.now(), "approval_id": approval_id}
        )


async def officials(database: Database, clock: FixedClock) -> list[UUID]:
    """Two of them, whose labels stand in explanations."""
    async with database.transaction(Scope()) as session:
        return [
            await create_staff(session, label=label, grants=[Grant("official")], now=clock.now())
            for label in ("规则岗一", "规则岗二")
        ]


async def said_yes(database: Database, clock: FixedClock, approval_id: UUID, by: UUID) -> None:
    """Approved as it was submitted."""
    async with database.transaction(Scope(by)) as session:
        approval = await approvals.get(session, approval_id)
        assert approval is not None
        await decide(
            session,
            approval_id=approval_id,
            decided_by=by,
            approve=True,
            reason="",
            seen_sha256=approval.sha256,
            now=clock.now(),
        )


def terms(clock: FixedClock, because: str = "wrong_rule", *, programme: str = "volunteering", **days: date) -> Terms:
    """All days up to today, unless a test says which."""
    return Terms(programme, days.get("from_on", LONG_AGO), days.get("to_on", day_of(clock.now())), because)


async def looked(database: Database, clock: FixedClock, asked: Terms) -> Figures:
    async with database.transaction(Scope()) as session:
        return await look(session, asked, now=clock.now())


async def approved(database: Database, clock: FixedClock, asked: Terms) -> UUID:
    """Proposed by one official and approved by another; nothing of it is carried out yet."""
    author, other = await officials(database, clock)
    async with database.transaction(Scope()) as session:
        re_rate_id = await propose(
            session, asked, reason="更正", basis="东文明〔2026〕9号", author_id=author, now=clock.now()
        )
    await said_yes(database, clock, re_rate_id, other)
    return re_rate_id


async def re_rated(database: Database, clock: FixedClock, asked: Terms) -> Progress:
    """Proposed, approved and carried out."""
    re_rate_id = await approved(database, clock, asked)
    await carry_out(database, clock, re_rate_id)
    return await progress_of(database, re_rate_id)


async def progress_of(database: Database, re_rate_id: UUID) -> Progress:
    async with database.transaction(Scope()) as session:
        found = await progress(session, re_rate_id=re_rate_id)
    assert found is not None
    return found


async def posted(database: Database, holder_id: UUID, kind: str = "volunteer-points") -> int:
    """What a holder has of one kind."""
    query = text("select coalesce(sum(posted), 0) from accounts where holder_id = :holder_id and point_kind = :kind")
    async with database.transaction(Scope()) as session:
        return int(await session.scalar(query, {"holder_id": holder_id, "kind": kind}) or 0)


async def counts(database: Database) -> Mapping[str, Any]:
    """How many rows there are of what a re-rate may write."""
    query = text("""
        select (select count(*) from postings) as postings, (select count(*) from redecisions) as redecisions,
               (select count(*) from lots) as lots, (select count(*) from pending) as pending
    """)
    async with database.transaction(Scope()) as session:
        return dict((await session.execute(query)).one()._mapping)


async def require_green(database: Database) -> None:
    """The whole ledger verifies, each decision too."""
    async with database.transaction(Scope()) as session:
        found = (await verify(session, registry=await load_registry(session))).findings
    assert found == [], found
