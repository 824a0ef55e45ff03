"""After the claim: share out what many holders share, then put every award on its holder's page.

`take_room` is the one conditional update of a batch; items are trimmed in the order they were decided, which is the
order they are recorded in. Must never post more than was decided.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.calendar import day_of
from kernel.db import Session
from kernel.sql import named
from points.judge import Award, Judged, waits
from points.ledger.book import Book
from points.ledger.model import Minor
from points.ledger.pending import defer, earn
from points.ledger.periods import Closed, counts_from
from points.submission import Posted, Waits
from rules.engine.limits import taken_of
from rules.engine.model import Ask, Grant

_OPEN_LIMITS = text("""
    insert into limits (limit_id, granted, ceiling)
    select limit_id, 0, ceiling from unnest(cast(:limit_ids as text[]), cast(:ceilings as bigint[]))
        as r (limit_id, ceiling) order by limit_id
    on conflict do nothing
""")
_GIVE_BACK = text("""
    update limits l set granted = l.granted - r.unused
    from unnest(cast(:limit_ids as text[]), cast(:unused as bigint[])) as r (limit_id, unused)
    where l.limit_id = r.limit_id
""")


async def take_room(session: Session, asks: Iterable[Ask]) -> dict[str, Minor]:
    """What shared limits leave of what these ask together, by limit; taken at once. The limits stay locked."""
    wanted: Counter[str] = Counter()
    ceilings: dict[str, Minor] = {}
    for ask in asks:
        wanted[ask.limit_id] += ask.points
        ceilings[ask.limit_id] = ask.ceiling
    limit_ids = sorted(wanted)
    bind: dict[str, list[Any]] = {
        "limit_ids": limit_ids,
        "asked": [wanted[limit_id] for limit_id in limit_ids],
        "ceilings": [ceilings[limit_id] for limit_id in limit_ids],
    }
    given = {row.limit_id: row.given for row in await session.execute(named(__file__, "take_room"), bind)}
    if len(given) < len(limit_ids):
        await session.execute(_OPEN_LIMITS, {"limit_ids": limit_ids, "ceilings": bind["ceilings"]})
        missing = [place for place, limit_id in enumerate(limit_ids) if limit_id not in given]
        bind = {name: [column[place] for place in missing] for name, column in bind.items()}
        given |= {row.limit_id: row.given for row in await session.execute(named(__file__, "take_room"), bind)}
    return given


async def give_back(session: Session, unused: Mapping[str, Minor]) -> None:
    """Return to shared limits what was taken and not used."""
    left = {limit_id: amount for limit_id, amount in sorted(unused.items()) if amount}
    if left:
        await session.execute(_GIVE_BACK, {"limit_ids": list(left), "unused": list(left.values())})


async def share_out(session: Session, awards: Sequence[Award]) -> None:
    """Trim these awards to the room that shared limits leave, in the order they were decided.

    What follows a trimmed award of the same holder is decided again: it may have more room under a cap.
    """
    asks = [ask for award in awards for ask in award.decision.asks]
    if not asks:
        return
    left = await take_room(session, asks)
    trimmed: set[UUID] = set()
    for award in awards:
        holder_id = award.event.draft.holder_id
        asked = {ask.limit_id: ask.points for ask in award.decision.asks}
        if holder_id in trimmed or any(points > left[limit_id] for limit_id, points in asked.items()):
            trimmed.add(holder_id)
            award.decide(room=left)
        for limit_id, points in taken_of(award.decision.trace).items():
            left[limit_id] = left.get(limit_id, 0) - points
    await give_back(session, left)


def enter(
    book: Book, verdicts: Iterable[Judged], closed: Closed
) -> tuple[dict[UUID, list[Posted]], dict[UUID, list[Waits]]]:
    """Put every award on its holder's page; gives by event what was posted and what waits. Pure."""
    posted: dict[UUID, list[Posted]] = defaultdict(list)
    waiting: dict[UUID, list[Waits]] = defaultdict(list)
    for verdict in verdicts:
        for award in verdict.awards:
            for grant in award.decision.grants:
                if waits(grant):
                    waiting[award.event.event_id].append(_defer(book, award, grant))
                else:
                    posted[award.event.event_id] += _credit(book, award, grant, closed)
    return posted, waiting


def _credit(book: Book, award: Award, grant: Grant, closed: Closed) -> list[Posted]:
    event, draft = award.event, award.event.draft
    page, about_on = book[draft.holder_id], day_of(draft.occurred_at)
    before = len(page.postings)
    page.credit(
        grant.point_kind,
        grant.amount,
        lot_expires_at=grant.expires_at,
        transaction_id=event.transaction_id,
        contra=f"issuance:{award.programme}",
        title=dict(grant.title),
        reason=",".join(grant.items),
        effective_at=counts_from(closed, award.programme, about_on, min(draft.ended_at, event.recorded_at)),
        about_on=about_on,
        event_id=event.event_id,
    )
    earn(page, grant.point_kind, grant.inactive_on)
    return [
        Posted(one.draft.point_kind, one.draft.amount, one.balance_after, one.draft.transaction_id, one.seq)
        for one in page.postings[before:]
    ]


def _defer(book: Book, award: Award, grant: Grant) -> Waits:
    event, draft = award.event, award.event.draft
    due_at = grant.matures_at or grant.confirm_by
    assert due_at is not None
    new = defer(
        book[draft.holder_id],
        what="matures" if grant.matures_at else "lapses",
        due_at=due_at,
        event_id=event.event_id,
        point_kind=grant.point_kind,
        amount=grant.amount,
        contra=f"issuance:{award.programme}",
        title=grant.title,
        reason=",".join(grant.items),
        about_on=day_of(draft.occurred_at),
        lot_expires_at=grant.expires_at,
        inactive_on=grant.inactive_on,
    )
    return Waits(new.pending_id, grant.point_kind, grant.amount, new.what, due_at)
