"""Carry an approved re-rate out: a plan of pieces first, then each piece in one transaction of its own.

What was cut off goes on with the pieces that are not done; a piece that is done is never done again. Whoever moves
meanwhile is read again under the claim. Must never post anything that the approval does not name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from access import approvals
from access.approvals import Approval
from kernel.audit import audit
from kernel.canonical import dumps
from kernel.clock import Clock
from kernel.db import Database, Scope, Session
from kernel.ids import SLICES, slice_of
from kernel.queue import enqueue
from kernel.sql import named
from points.ledger.book import Book, open_book
from points.ledger.page import Page
from points.ledger.periods import read_closed
from points.ledger.reconcile import EVERYONE, Span
from points.ledger.reversal import Undone, read_transactions, transactions_of_events
from points.ledger.write import write
from points.rerate.again import Again, Deciding, Past
from points.rerate.post import Authority, post
from points.rerate.propose import count, decide_all, packs_of, read_pasts
from points.rerate.refusals import ReRateMissing, RulesMovedOn
from points.rerate.terms import Figures, Terms, together
from points.second_look import parts
from points.settle import give_back, take_room
from rules.engine.model import Ask
from rules.governance.registry import load_registry

JOB: Final = "points.re_rate"
AT_ONCE: Final = 2
"""So many jobs share the pieces of a re-rate, each in a worker of its own where there are several."""
MOST_EVENTS: Final = 5_000
"""So many events make a piece, roughly: its holders wait for a moment only."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a re-rate has come: pieces done of all, and what they did together."""

    done: int
    of: int
    figures: dict[str, Any]

    @property
    def finished(self) -> bool:
        return self.done == self.of


_BEGIN = text("""
    insert into re_rates (re_rate_id, programme, from_on, to_on, firsts, begun_at)
    values (:re_rate_id, :programme, :from_on, :to_on, :firsts, :begun_at)
""")
_PLAN = text("select firsts, begun_at from re_rates where re_rate_id = :re_rate_id")
_DONE = text("select piece, figures from re_rate_pieces where re_rate_id = :re_rate_id order by piece")
_FINISH = text("""
    insert into re_rate_pieces (re_rate_id, piece, events_count, figures, done_at)
    values (:re_rate_id, :piece, :events_count, cast(:figures as jsonb), :done_at)
""")
_IF_FREE = text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_WAIT = text("select pg_advisory_xact_lock(hashtextextended(:name, 0)) is not null")


async def begin(session: Session, approval: Approval, now: datetime) -> None:
    """What another official's yes sets in motion: a plan, and the work asked for. Refuses with RulesMovedOn."""
    terms = Terms.of(approval.data["terms"])
    registry = await load_registry(session)
    if [one.sha256.hex() for one in packs_of(registry, terms, now)] != approval.data["packs"]:
        raise RulesMovedOn()
    firsts = [part.from_slice for part in await parts(session, EVERYONE, MOST_EVENTS)]
    values = {
        "re_rate_id": approval.approval_id,
        "programme": terms.programme,
        "from_on": terms.from_on,
        "to_on": terms.to_on,
        "firsts": firsts,
        "begun_at": now,
    }
    await session.execute(_BEGIN, values)
    for _ in range(AT_ONCE):
        await enqueue(session, JOB, {"re_rate_id": str(approval.approval_id)})
    await audit(
        session, at=now, action="re_rate", object_kind="approval", object_id=approval.approval_id, data=terms.as_json()
    )


async def progress(session: Session, *, re_rate_id: UUID) -> Progress | None:
    """How far it has come; none while it has not begun."""
    plan = (await session.execute(_PLAN, {"re_rate_id": re_rate_id})).one_or_none()
    if plan is None:
        return None
    done = (await session.execute(_DONE, {"re_rate_id": re_rate_id})).all()
    return Progress(len(done), len(plan.firsts), together([row.figures for row in done]))


async def carry_out(database: Database, clock: Clock, re_rate_id: UUID) -> None:
    """Do every piece that is not done; may be repeated at any time, by several at once: each takes what is free, then
    waits for what others have. Refuses with ReRateMissing.
    """
    async with database.transaction(Scope(request_id=JOB)) as session:
        plan = (await session.execute(_PLAN, {"re_rate_id": re_rate_id})).one_or_none()
        if plan is None:
            raise ReRateMissing()
        done = {row.piece for row in await session.execute(_DONE, {"re_rate_id": re_rate_id})}
    ends = [*(first - 1 for first in plan.firsts[1:]), SLICES - 1]
    spans = [Span(first, last) for first, last in zip(plan.firsts, ends, strict=True)]
    for lock in (_IF_FREE, _WAIT):
        for piece, span in enumerate(spans):
            if piece not in done:
                async with database.transaction(Scope(request_id=JOB)) as session:
                    if (await session.execute(lock, {"name": f"{re_rate_id}/{piece}"})).scalar_one():
                        await _piece(session, re_rate_id, piece, span, plan.begun_at, clock.now())
                        done.add(piece)


async def _piece(session: Session, re_rate_id: UUID, piece: int, span: Span, begun_at: datetime, now: datetime) -> None:
    """One piece: decide without a lock, claim whoever differs, decide again who has moved meanwhile, post."""
    if any(row.piece == piece for row in await session.execute(_DONE, {"re_rate_id": re_rate_id})):
        return
    approval = await approvals.get(session, re_rate_id)
    assert approval is not None
    registry = await load_registry(session)
    deciding = Deciding(registry, Terms.of(approval.data["terms"]), begun_at, re_rate_id)
    pasts = await read_pasts(session, registry, deciding.terms, span)
    found = await decide_all(session, deciding, pasts)
    figures = Figures()
    standing: list[Again] = []
    if found:
        book = await open_book(session, {one.row.holder_id for one in found}, now=now)
        moved = [own.holder_id for own in pasts if own.holder_id in book and _moved(book[own.holder_id], own)]
        claimed = [own for own in pasts if own.holder_id in book and own.holder_id not in moved]
        if moved:
            again = await read_pasts(session, registry, deciding.terms, span, moved)
            found = [one for one in found if one.row.holder_id not in moved]
            found += await decide_all(session, deciding, again)
            claimed += again
        standing = await _with_room(session, deciding, claimed, found)
        authority = Authority(deciding.terms.programme, re_rate_id, approval.decided_by, await read_closed(session))
        lines = await _given(session, book, standing)
        for one in standing:
            post(book[one.row.holder_id], one, lines.get(one.row.event_id, ()), authority)
        await _record(session, book, standing, deciding.terms.programme)
        await write(session, list(book.values()))
    count(figures, deciding.terms, pasts, standing)
    figures.waiting = len(deciding.fixed)
    values = {
        "re_rate_id": re_rate_id,
        "piece": piece,
        "events_count": figures.events,
        "figures": dumps(figures.as_json()),
        "done_at": now,
    }
    await session.execute(_FINISH, values)


def _moved(page: Page, past: Past) -> bool:
    """Whether something was recorded of a holder between the look without a lock and the claim, which counts itself."""
    return page.holder.version != past.version + 1


async def _with_room(session: Session, deciding: Deciding, pasts: Sequence[Past], found: list[Again]) -> list[Again]:
    """What comes out otherwise, with the room that shared limits really leave; `found` is as if there were enough."""
    asked: Counter[str] = Counter()
    ceilings: dict[str, int] = {}
    for one in found:
        asked.update(one.asks)
        ceilings |= one.ceilings
    if asked:
        deciding.left = Counter(await take_room(session, [Ask(name, ceilings[name], asked[name]) for name in asked]))
        found = await decide_all(session, deciding, pasts)
        await give_back(session, {name: left for name, left in deciding.left.items() if left > 0})
    return found


async def _given(session: Session, book: Book, found: Sequence[Again]) -> dict[UUID, list[Undone]]:
    """By event, the postings by which its points were given."""
    asked = [(one.row.holder_id, one.row.event_id) for one in found if one.changes]
    made = await transactions_of_events(session, asked) if asked else {}
    holder_of = {event_id: holder_id for holder_id, event_id in asked}
    wanted = [(holder_of[event_id], one) for event_id, ids in made.items() for one in sorted(ids)]
    lines = await read_transactions(session, book, wanted) if wanted else {}
    return {event_id: [line for one in sorted(ids) for line in lines[one]] for event_id, ids in made.items()}


async def _record(session: Session, book: Book, found: Sequence[Again], programme: str) -> None:
    """Write the new decisions beside the old ones."""
    if found:
        await session.execute(
            named(__file__, "insert_redecisions"),
            {
                "slices": [slice_of(one.row.holder_id) for one in found],
                "holder_ids": [one.row.holder_id for one in found],
                "event_ids": [one.row.event_id for one in found],
                "programme": programme,
                "decision_nos": [one.row.decision_no + 1 for one in found],
                "recorded_ats": [book[one.row.holder_id].recorded_at for one in found],
                "decisions": [dumps(one.stored) for one in found],
            },
        )
