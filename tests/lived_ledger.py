"""A small ledger to which everything happened once: what verifies it must find nothing, and each damage to it.

Two weeks of three residents and a household, through the use cases that the ledger itself offers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from kernel.calendar import day_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.sealed import KeyFile
from points.events.model import EventDraft
from points.events.record import find_event
from points.ledger.book import ALL_KINDS, open_book
from points.ledger.holds import capture, hold
from points.ledger.periods import close_period, read_closed
from points.ledger.reversal import read_transactions, reverse, transactions_of_events
from points.ledger.sweep import due_holders, due_pending, expire_lots, settle_pending
from points.ledger.transfer import carry, carry_debt
from points.ledger.trial import roll_up
from points.ledger.write import write
from points.people.aliases import add_alias
from points.people.households import create_household, join
from points.submission import Outcome, Recorded
from rules.governance.publish import publish
from tests.builders import award_all, publish_volunteering, residents, service

KIND, HOURS = "volunteer-points", "service-hours"
TITLE = {"zh": "换领“大米”", "en": 'Redeemed "rice"'}
LONG_AGO = date(2025, 1, 1)


@dataclass(slots=True)
class Lived:
    """The residents: Ada has a household, a hold, a debt that was paid; Cyn's register was merged into Ben's."""

    database: Database
    clock: FixedClock
    ada: UUID
    ben: UUID
    cyn: UUID
    home: UUID

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def award(self, *drafts: EventDraft) -> list[Recorded]:
        """Each its own submission of one batch; gives the events, without the household's shares."""
        self.clock.advance(timedelta(minutes=1))
        outcomes = await award_all(self.database, self.clock, *drafts)
        assert all(isinstance(one, Outcome) and one.status == "recorded" for one in outcomes), outcomes
        return [event for one in outcomes if isinstance(one, Outcome) for event in one.events]

    async def undo(self, session: Session, holder_id: UUID, transaction_ids: Iterable[UUID]) -> None:
        """Reverse these transactions of a holder under an approval."""
        book = await open_book(session, [holder_id], now=self.now)
        lines = await read_transactions(session, book, [(holder_id, one) for one in transaction_ids])
        for one, found in lines.items():
            reverse(book[holder_id], one, found, closed=await read_closed(session), approval_id=uuid4())
        await write(session, list(book.values()))


async def live(database: Database, clock: FixedClock, keys: KeyFile) -> Lived:
    """All of it, in order."""
    lived = await _begin(database, clock, keys)
    first, second, _ = await _serve(lived)
    await _spend(lived)
    await _undo(lived, first, second)
    await _wait(lived)
    await _merge(lived)
    await _close(lived)
    return lived


async def _begin(database: Database, clock: FixedClock, keys: KeyFile) -> Lived:
    await publish_volunteering(database, clock, since=LONG_AGO)
    ada, ben, cyn = [one.holder_id for one in await residents(database, clock, keys, 3)]
    async with database.transaction(Scope()) as session:
        text = Path("rules/packs/household-service.yaml").read_text("utf-8")
        await publish(session, text=text, approval_id=None, now=clock.now(), effective_from=LONG_AGO)
        home = (await create_household(session, now=clock.now())).holder_id
        since = day_of(clock.now()) - timedelta(days=10)
        await join(session, household_id=home, member_id=ada, from_on=since, may_spend=False, now=clock.now())
    return Lived(database, clock, ada, ben, cyn, home)


async def _serve(lived: Lived) -> list[Recorded]:
    """Two services of Ada in one batch, with her household's shares; Cyn takes half of a day's cap."""
    days = [service(lived.ada, ended_at=lived.now - timedelta(days=ago)) for ago in (3, 2)]
    events = await lived.award(*days, service(lived.cyn, ended_at=lived.now - timedelta(hours=4), minutes=240))
    await lived.award(service(lived.ben, ended_at=lived.now - timedelta(days=1), minutes=600))
    return events


async def _spend(lived: Lived) -> None:
    """Ada holds 25 of her 40 points: 15 stay held, 6 of 10 are spent. Ben's spending is undone."""
    async with lived.database.transaction(Scope()) as session:
        for holder_id, amount, captured in ((lived.ada, 15, 0), (lived.ada, 10, 6), (lived.ben, 30, 30)):
            lived.clock.advance(timedelta(minutes=1))
            expires_at = lived.now + timedelta(days=40)
            held = await hold(
                session, holder_id=holder_id, point_kind=KIND, amount=amount, purpose="redemption",
                expires_at=expires_at, now=lived.now,
            )  # fmt: skip
            if captured:
                transaction_id = await capture(
                    session, holder_id=holder_id, hold_id=held.hold_id, contra="redemption:shop", title=TITLE,
                    now=lived.now, by=None, amount=captured,
                )  # fmt: skip
        await lived.undo(session, lived.ben, [transaction_id])


async def _undo(lived: Lived, first: Recorded, second: Recorded) -> None:
    """Ada's first service is reversed, of which a point is owed; a third pays it; the second is corrected twice."""
    async with lived.database.transaction(Scope()) as session:
        lived.clock.advance(timedelta(minutes=1))
        found = await transactions_of_events(session, [(lived.ada, first.event_id)])
        await lived.undo(session, lived.ada, found[first.event_id])
    await lived.award(service(lived.ada, ended_at=lived.now - timedelta(days=1)))
    shift_id = UUID(await _shift(lived, second.event_id))
    corrected = second.event_id
    for minutes in (60, 90):
        shorter = service(lived.ada, ended_at=lived.now - timedelta(days=2), minutes=minutes, shift_id=shift_id)
        [event] = await lived.award(replace(shorter, corrects_event_id=corrected))
        corrected = event.event_id


async def _shift(lived: Lived, event_id: UUID) -> str:
    async with lived.database.transaction(Scope()) as session:
        found = await find_event(session, holder_id=lived.ada, event_id=event_id)
    assert found is not None
    return str(found.data["shift_id"])


async def _wait(lived: Lived) -> None:
    """Referrals: Ben's matures; Ada's is corrected, so that one ends undone and another still waits. Some lapse."""
    at, who = lived.now - timedelta(hours=1), str(uuid4())
    brought = EventDraft(lived.ben, "referral", who, at, at, "declared", "vendor", {"referred_id": who})
    mine = replace(brought, holder_id=lived.ada)
    [_, event] = await lived.award(brought, mine)
    lived.clock.advance(timedelta(days=15))
    later = lived.now - timedelta(hours=2)
    corrected = replace(mine, occurred_at=later, ended_at=later, corrects_event_id=event.event_id)
    await lived.award(corrected)
    async with lived.database.transaction(Scope()) as session:
        await settle_pending(session, await due_pending(session, now=lived.now), now=lived.now)
        page = (await open_book(session, [lived.ben], now=lived.now))[lived.ben]
        page.credit(
            KIND, 7, lot_expires_at=lived.now + timedelta(hours=1), transaction_id=page.mint(), contra="adjustment",
            title=TITLE, reason="missed", case_id=uuid4(),
        )  # fmt: skip
        await write(session, [page])
    lived.clock.advance(timedelta(hours=2))
    async with lived.database.transaction(Scope()) as session:
        await expire_lots(session, await due_holders(session, now=lived.now), now=lived.now)


async def _merge(lived: Lived) -> None:
    """Cyn goes on as Ben; what Cyn had taken of the day's cap counts for Ben."""
    lived.clock.advance(timedelta(minutes=1))
    async with lived.database.transaction(Scope()) as session:
        book = await open_book(session, [lived.cyn, lived.ben], now=lived.now, kinds=[ALL_KINDS])
        gone, goes_on = book[lived.cyn], book[lived.ben]
        transaction_id, approval_id = gone.mint(), uuid4()
        for kind in (KIND, HOURS):
            about = {"transaction_id": transaction_id, "title": TITLE, "reason": "merge", "case_id": approval_id}
            carry_debt(gone, goes_on, kind, **about)
            carry(gone, goes_on, [(lot, lot.remaining) for lot in gone.open_lots(kind)], **about)
        await write(session, [gone, goes_on])
        await add_alias(
            session, holder_id=lived.cyn, alias_of=lived.ben, since=goes_on.recorded_at, approval_id=approval_id,
            transaction_id=transaction_id,
        )  # fmt: skip
    same_day = datetime(2026, 11, 22, 10, tzinfo=lived.now.tzinfo)
    [event] = await lived.award(service(lived.cyn, ended_at=same_day, minutes=300))
    assert (event.holder_id, [one.amount for one in event.posted if one.point_kind == KIND]) == (lived.ben, [40])


async def _close(lived: Lived) -> None:
    """November is closed; a late event counts from December. Days that are over are summed."""
    async with lived.database.transaction(Scope()) as session:
        await close_period(
            session, programme="volunteering", from_on=date(2026, 11, 1), to_on=date(2026, 12, 1), now=lived.now,
            by=uuid4(), approval_id=uuid4(),
        )  # fmt: skip
    lived.clock.advance(timedelta(days=1))
    await lived.award(service(lived.ada, ended_at=datetime(2026, 11, 25, 4, tzinfo=lived.now.tzinfo)))
    async with lived.database.transaction(Scope()) as session:
        assert await roll_up(session, lived.now)
