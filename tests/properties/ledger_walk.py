"""A walk: one random step after the other through the ledger's acts, each held against the little model.

Runs over any store that answers the ledger's statements, the dictionaries or Postgres. After every step each page
that was written must stand where the model stands: posted, held, owed, floor, and what is left of every lot.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kernel.calendar import day_of
from kernel.db import Session
from points.ledger import holds, sweep
from points.ledger.page import Page, spend
from points.ledger.pending import Waiting, defer, mature, read_waiting
from points.ledger.periods import close_period
from points.ledger.refusals import AlreadyCorrected, FloorTooHigh, HolderSuspended, PointsInsufficient
from points.ledger.reversal import read_transactions, reverse
from points.ledger.standing import lift, set_floor, suspend
from points.ledger.transfer import carry, carry_debt
from tests.properties.ledger_ground import POLICIES, TITLE, Done, Ground, Held, Waits
from tests.properties.ledger_model import GONE, Point, Points


class Spending(Ground):
    """Holds, their ends, and changes under four eyes."""

    async def hold(self, session: Session) -> None:
        holder_id, kind = self.anyone()
        count, expires_at = self.chance.randint(1, 15), self.now + timedelta(hours=self.chance.randint(1, 120))
        mine = self.points[holder_id, kind]
        self.lapse(holder_id)
        try:
            new = await holds.hold(
                session, holder_id=holder_id, point_kind=kind, amount=count, purpose="walk", expires_at=expires_at,
                now=self.now,
            )  # fmt: skip
        except HolderSuspended:
            assert mine.suspended, "refused although nobody suspended it"
            return
        except PointsInsufficient:
            assert not mine.suspended
            assert len(mine.spendable()) < count, "refused what is there"
            return
        assert not mine.suspended, "suspended accounts spend nothing"
        taken = mine.spendable()[:count]
        assert len(taken) == count, "held what is not there"
        mine.put(taken, new.hold_id)
        self.held.append(Held(holder_id, kind, new.hold_id, taken, expires_at))
        await self.compare(session, holder_id)

    def end(self, one: Held, captured: int = 0) -> list[Point]:
        """What a hold gives back, in the model; gives what it spent."""
        self.held.remove(one)
        mine = self.points[one.holder_id, one.kind]
        mine.put(one.points[:captured], GONE)
        mine.back(one.points[captured:], self.now, self.later(one.kind))
        mine.lapse(self.now)
        return one.points[:captured]

    async def capture(self, session: Session) -> None:
        """A part, or all; the rest goes back."""
        if not self.held:
            return
        one = self.chance.choice(self.held)
        count = self.chance.choice([len(one.points), self.chance.randint(1, len(one.points))])
        self.lapse(one.holder_id)
        transaction_id = await holds.capture(
            session, holder_id=one.holder_id, hold_id=one.hold_id, contra="redemption:shop", title=TITLE,
            now=self.now, by=None, amount=count,
        )  # fmt: skip
        spent = self.end(one, count)
        self.done.append(Done(one.holder_id, one.kind, transaction_id, None, count, spent))
        await self.compare(session, one.holder_id)

    async def release(self, session: Session) -> None:
        if self.held:
            one = self.chance.choice(self.held)
            self.lapse(one.holder_id)
            await holds.release(session, holder_id=one.holder_id, hold_id=one.hold_id, now=self.now, by=None)
            self.end(one)
            await self.compare(session, one.holder_id)

    async def adjust(self, session: Session) -> None:
        """A change under four eyes, up or down."""
        holder_id, kind = self.anyone()
        [page] = await self.open(session, holder_id, kinds=(kind,))
        transaction_id, count = page.mint(), self.chance.randint(1, 12)
        if self.chance.random() < 0.5:
            self.give(page, kind, transaction_id, "adjustment")
            await self.close(session, page)
            return
        mine = self.points[holder_id, kind]
        try:
            parts = spend(page, kind, count)
        except PointsInsufficient:
            assert len(mine.spendable()) < count, "refused what is there"
            return
        page.debit(
            parts, transaction_id=transaction_id, contra="adjustment", title=TITLE, reason="walk", case_id=page.mint()
        )
        spent = mine.spendable()[:count]
        assert len(spent) == count, "spent what is not there"
        mine.put(spent, GONE)
        self.done.append(Done(holder_id, kind, transaction_id, None, count, spent))
        await self.close(session, page)


class Granting(Ground):
    """Awards, at once or later, and their undoing."""

    async def award(self, session: Session) -> None:
        """Points for something that happened, often long ago."""
        holder_id, kind = self.anyone()
        [page] = await self.open(session, holder_id, kinds=(kind,) if self.chance.random() < 0.5 else ())
        self.give(page, kind, page.mint(), self.contra)
        await self.close(session, page)

    async def undo(self, session: Session) -> None:
        """Reverse any transaction that gave or took; a second time is refused."""
        if not self.done:
            return
        one = self.chance.choice(self.done[-12:])
        [page] = await self.open(session, one.holder_id)
        if not await self.reverse(session, page, one, None):
            return
        await self.close(session, page)

    async def correct(self, session: Session) -> None:
        """Reverse an award and give another instead, in one transaction."""
        awards = [one for one in self.done[-12:] if one.award]
        if not awards:
            return
        one = self.chance.choice(awards)
        [page] = await self.open(session, one.holder_id)
        transaction_id = page.mint()
        if await self.reverse(session, page, one, transaction_id):
            self.give(page, one.kind, transaction_id, self.contra)
            await self.close(session, page)

    async def reverse(self, session: Session, page: Page, one: Done, transaction_id: UUID | None) -> bool:
        try:
            lines = await read_transactions(session, {page.holder_id: page}, [(one.holder_id, one.transaction_id)])
        except AlreadyCorrected:
            assert one.undone
            return False
        assert not one.undone, "undone twice"
        mine, one.undone = self.points[one.holder_id, one.kind], True
        reverse(
            page, one.transaction_id, lines[one.transaction_id], closed=self.closed, approval_id=page.mint(),
            transaction_id=transaction_id,
        )  # fmt: skip
        if one.lot is None:
            mine.back(one.points, self.now, self.later(one.kind))
        else:
            later, cap = self.later(one.kind), POLICIES[one.kind][1]
            mine.undo_grant(one.lot, one.count, one.points, self.now, later, cap)
        mine.lapse(self.now)
        return True

    async def defer(self, session: Session) -> None:
        """Points that are to be posted later, one at a time of each kind."""
        holder_id, kind = self.anyone()
        if any((one.holder_id, one.kind) == (holder_id, kind) for one in self.waits):
            return
        [page] = await self.open(session, holder_id)
        matures, due_at = self.chance.random() < 0.6, self.now + timedelta(hours=self.chance.randint(1, 90))
        count, until = self.chance.randint(1, 9), self.until(kind)
        new = defer(
            page, what="matures" if matures else "lapses", due_at=due_at, event_id=page.mint(), point_kind=kind,
            amount=count, contra=self.contra, title=TITLE, reason="walk", about_on=day_of(self.now),
            lot_expires_at=until, inactive_on=None,
        )  # fmt: skip
        self.waits.append(Waits(holder_id, kind, new.pending_id, matures, due_at, count, until))
        await self.close(session, page)

    async def confirm(self, session: Session) -> None:
        """What somebody confirms in time is posted at once."""
        if not self.waits:
            return
        one = self.chance.choice(self.waits)
        self.waits.remove(one)
        [page] = await self.open(session, one.holder_id)
        waiting: Waiting = (await read_waiting(session, [(one.holder_id, one.pending_id)]))[one.pending_id]
        mature(page, waiting, "confirmed")
        self.points[one.holder_id, one.kind].grant(one.count, one.until, self.now)
        await self.close(session, page)


class Keeping(Spending):
    """What staff and the clock do: floors, suspensions, merges, closed periods, sweeps."""

    async def standing(self, session: Session) -> None:
        """Suspend, lift, or set a floor."""
        holder_id, kind = self.anyone()
        [page] = await self.open(session, holder_id)
        mine, act = (
            self.points[holder_id, kind],
            self.chance.choice(["suspend", "lift", "lift", "floor", "floor", "floor"]),
        )
        if act in ("suspend", "lift"):
            (suspend if act == "suspend" else lift)(page, kind)
            mine.suspended = act == "suspend"
        else:
            floor = self.chance.randint(0, len(mine.at("free")) + 1)
            try:
                set_floor(page, kind, floor)
            except FloorTooHigh:
                assert len(mine.at("free")) < floor
                return
            mine.floor = floor
            assert len(mine.at("free")) >= floor
        await self.close(session, page)

    async def merge(self, session: Session) -> None:
        """All free points and debts of one holder go to another, each with its date; or what so came goes back."""
        giver_id, taker_id = self.chance.sample(self.holder_ids, 2)
        giver, taker = await self.open(session, giver_id, taker_id, kinds=tuple(POLICIES))
        came = self.moved.pop((taker_id, giver_id), None)
        about: dict[str, Any] = {
            "transaction_id": giver.mint(),
            "title": TITLE,
            "reason": "walk",
            "case_id": giver.mint(),
        }
        gone = self.moved[giver_id, taker_id] = {}
        for kind in POLICIES:
            mine, theirs = self.points[giver_id, kind], self.points[taker_id, kind]
            set_floor(giver, kind, 0)
            mine.floor = 0
            numbers = list(dict.fromkeys(point.lot for point in mine.free()))
            lots = zip(giver.open_lots(kind), numbers, strict=True)
            chosen = [(lot, number) for lot, number in lots if came is None or number in came[kind]]
            carry(giver, taker, [(lot, lot.remaining) for lot, _ in chosen], **about)
            points = [point for _, number in chosen for point in mine.free() if point.lot == number]
            mine.put(points, GONE)
            gone[kind] = set()
            for until in dict.fromkeys(mine.until[point.lot] for point in points):
                count = sum(mine.until[point.lot] == until for point in points)
                gone[kind].add(theirs.grant(count, until, self.now)[0])
            if came is None:
                carry_debt(giver, taker, kind, **about)
                theirs.owed, mine.owed = theirs.owed + mine.owed, 0
        await self.close(session, giver, taker)

    async def period(self, session: Session) -> None:
        """Close all days before today: what was published of them stays."""
        today = day_of(self.now)
        if self.closed.get(self.programme, date.min) < today:
            self.closed = {self.programme: today}
            by = self.holder_ids[0]
            await close_period(
                session,
                programme=self.programme,
                from_on=date(2026, 1, 1),
                to_on=today,
                now=self.now,
                by=by,
                approval_id=by,
            )

    async def sweep(self, session: Session) -> None:
        """Days pass, and what became due is ended: holds, points that wait, lots. Nothing due may be hidden."""
        self.now += timedelta(hours=self.chance.randint(6, 60))
        self.lapse(*self.holder_ids)
        await sweep.expire_holds(session, await sweep.due_holds(session, now=self.now), now=self.now)
        for held in [one for one in self.held if one.expires_at <= self.now]:
            self.end(held)
        await sweep.settle_pending(session, await sweep.due_pending(session, now=self.now), now=self.now)
        for waits in [one for one in self.waits if one.due_at <= self.now]:
            self.waits.remove(waits)
            if waits.matures:
                self.points[waits.holder_id, waits.kind].grant(waits.count, waits.until, self.now)
        await sweep.expire_lots(session, await sweep.due_holders(session, now=self.now), now=self.now)
        self.lapse(*self.holder_ids)
        for holder_id in self.holder_ids:
            await self.compare(session, holder_id)


class Walk(Granting, Keeping):
    """One walk over a few holders of its own."""

    async def go(self, steps: int) -> None:
        """Take so many steps; a disagreement tells the whole way to it."""
        self.points = {(one, kind): Points() for one in self.holder_ids for kind in POLICIES}
        acts = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
        for _ in range(steps):
            self.now += timedelta(seconds=self.chance.randint(1, 600))
            self.steps.append(self.chance.choice(acts))
            try:
                async with self.store() as session:
                    await getattr(self, self.steps[-1])(session)
            except AssertionError as error:
                raise AssertionError(f"{error}\nafter {' '.join(self.steps)}") from error


WEIGHTS = {
    "award": 8, "adjust": 3, "hold": 6, "capture": 3, "release": 2, "sweep": 4, "undo": 5, "correct": 2,
    "standing": 3, "defer": 2, "confirm": 1, "merge": 1, "period": 1,
}  # fmt: skip
"""How often each act is taken."""
