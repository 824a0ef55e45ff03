"""Whole lives through the use cases: whatever a family, the officials and the clock do in any order, the ledger proves.

No model beside: each act may be refused for a reason a person can read, and nothing else may go wrong; what an official
saw beforehand is what is then done; at the end every decision, lot, hold, debt and reversal is proved again.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

from access.approvals import Approval
from kernel.calendar import day_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.errors import DomainError
from kernel.sealed import KeyFile
from points import jobs
from points.award import award
from points.changes.accounts import lift_accounts, set_account_floor, suspend_accounts
from points.changes.propose import carry_out, look
from points.changes.terms import Adjustment, Merge, PeriodClose, Reversal, Terms, Unmerge, as_json
from points.events.model import EventDraft
from points.ledger.confirm import confirm
from points.ledger.holds import capture, hold, release
from points.ledger.statement import balances
from points.people.households import create_household, join
from points.submission import Outcome, Submission
from points.verify import verify
from rules.governance.publish import publish
from rules.governance.registry import load_registry
from tests.builders import residents
from tests.programs import giving

PACKS = {
    "dated": ("resident", "volunteer-points", "expires: {months: 1}\n    caps: [{per: day, most: 40}]"),
    "idle": ("resident", "service-hours", "expires: {inactive_months: 1}"),
    "waits": ("resident", "volunteer-points", "expires: {months: 2}\n    matures: {days: 3}"),
    "asks": ("resident", "volunteer-points", "matures: {on: confirmation, within_days: 2}\n    expires: {never: true}"),
    "home": ("household", "household-points", "expires: {months: 3}"),
}
"""Five schemes that one gift earns from: dated and capped, lasting while active, maturing, confirmed, the family's."""
KINDS = ("volunteer-points", "service-hours", "household-points")
TITLE = {"zh": "换领", "en": "Redeemed"}


@dataclass(slots=True)
class Life:
    """A family of three, and all that happens to it."""

    database: Database
    clock: FixedClock
    chance: Random
    members: list[UUID]
    home: UUID
    events: list[tuple[EventDraft, UUID]] = field(default_factory=list)
    transactions: list[tuple[UUID, UUID]] = field(default_factory=list)
    waiting: list[tuple[UUID, UUID]] = field(default_factory=list)
    held: list[tuple[UUID, UUID, int]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @property
    def anyone(self) -> UUID:
        return self.chance.choice([*self.members, self.home])

    async def go(self, steps: int) -> None:
        acts: list[Callable[[], Awaitable[None]]] = [
            *[self.give] * 5, *[self.hold] * 3, *[self.end] * 3, *[self.change] * 3, self.correct, self.correct,
            self.confirm, self.stand, self.sweep, self.sweep,
        ]  # fmt: skip
        for _ in range(steps):
            self.clock.advance(timedelta(minutes=self.chance.randint(1, 600)))
            act = self.chance.choice(acts)
            try:
                await act()
                self.done.append(act.__name__)
            except DomainError as refused:
                self.done.append(refused.code)
        await self.sweep()

    async def record(self, *drafts: EventDraft) -> None:
        """Award as one batch; what must wait for its neighbours comes again."""
        left = list(drafts)
        while left:
            async with self.database.transaction(Scope()) as session:
                registry = await load_registry(session)
                asked = [Submission((draft,)) for draft in left]
                outcomes = await award(session, submissions=asked, now=self.clock.now(), registry=registry)
            told = [(draft, one) for draft, one in zip(left, outcomes, strict=True) if isinstance(one, Outcome)]
            assert told, "a batch must get on"
            for draft, outcome in told:
                left.remove(draft)
                if outcome.status == "recorded":
                    self.events.append((draft, outcome.events[0].event_id))
                for event in outcome.events:
                    self.transactions += [(event.holder_id, one.transaction_id) for one in event.posted]
                    self.waiting += [(event.holder_id, one.pending_id) for one in event.waiting]

    def gift(self, holder_id: UUID, key: str = "", corrects: UUID | None = None) -> EventDraft:
        at = self.clock.now() - timedelta(hours=self.chance.choice([1, 1, 30, 30, 400, 1500]))
        return EventDraft(
            holder_id, "charitable_donation", key or str(uuid4()), at, at, "imported", "vendor:test",
            {"yuan": self.chance.randint(1, 30)}, corrects_event_id=corrects,
        )  # fmt: skip

    async def give(self) -> None:
        await self.record(*(self.gift(self.chance.choice(self.members)) for _ in range(self.chance.randint(1, 3))))

    async def correct(self) -> None:
        """One or two corrections in a batch, also of what was undone or corrected before."""
        chosen = [self.chance.choice(self.events) for _ in range(min(len(self.events), self.chance.randint(1, 2)))]
        await self.record(*(self.gift(draft.holder_id, draft.business_key, one) for draft, one in chosen))

    async def hold(self) -> None:
        holder_id, amount, now = self.anyone, self.chance.randint(1, 40), self.clock.now()
        async with self.database.transaction(Scope()) as session:
            new = await hold(
                session, holder_id=holder_id, point_kind=self.chance.choice(KINDS), amount=amount, purpose="partner",
                expires_at=now + timedelta(days=self.chance.randint(1, 40)), now=now,
            )  # fmt: skip
        self.held.append((holder_id, new.hold_id, amount))

    async def end(self) -> None:
        """Capture in part or in full, or release; also what has ended already."""
        if not self.held:
            return
        holder_id, hold_id, amount = self.chance.choice(self.held[-6:])
        now, part = self.clock.now(), self.chance.choice([None, 0, self.chance.randint(1, amount)])
        async with self.database.transaction(Scope()) as session:
            if part == 0:
                await release(session, holder_id=holder_id, hold_id=hold_id, now=now, by=None)
                return
            transaction_id = await capture(
                session, holder_id=holder_id, hold_id=hold_id, contra="redemption:shop", title=TITLE, now=now, by=None,
                amount=part,
            )  # fmt: skip
        self.transactions.append((holder_id, transaction_id))

    async def confirm(self) -> None:
        if self.waiting:
            holder_id, pending_id = self.chance.choice(self.waiting[-6:])
            async with self.database.transaction(Scope()) as session:
                transaction_id = await confirm(
                    session, holder_id=holder_id, pending_id=pending_id, now=self.clock.now()
                )
            self.transactions.append((holder_id, transaction_id))

    async def stand(self) -> None:
        """Suspend, lift, set a floor."""
        holder_id, kind, now = self.anyone, self.chance.choice(KINDS), self.clock.now()
        async with self.database.transaction(Scope()) as session:
            act = self.chance.choice(["suspend", "lift", "lift", "floor"])
            if act == "floor":
                floor = self.chance.randint(0, 20)
                await set_account_floor(session, holder_id=holder_id, point_kind=kind, floor=floor, reason="x", now=now)
            else:
                does = suspend_accounts if act == "suspend" else lift_accounts
                await does(session, holder_id=holder_id, point_kind=kind, reason="x", now=now)

    def terms(self) -> Terms:
        """Something that officials may do."""
        one, other = self.chance.sample(self.members, 2)
        today = day_of(self.clock.now())
        last_on = self.chance.choice([None, today + timedelta(days=20)])
        sorts: list[Terms] = [
            Adjustment(self.anyone, self.chance.choice(KINDS), self.chance.randint(1, 25), "missed", last_on),
            Adjustment(self.anyone, self.chance.choice(KINDS), -self.chance.randint(1, 25), "miscounted"),
            Merge(one, other), Unmerge(one), Unmerge(other),
            PeriodClose(self.chance.choice(list(PACKS)), date(2026, 1, 1), today - timedelta(days=5)),
        ]  # fmt: skip
        sorts += [Reversal(*self.chance.choice(self.transactions[-20:])) for _ in range(6) if self.transactions]
        return self.chance.choice(sorts)

    async def change(self) -> None:
        """What an official looks at first is what is then carried out."""
        terms, now = self.terms(), self.clock.now()
        async with self.database.transaction(Scope()) as session:
            seen = await look(session, terms, now=now)
        data = {"change": terms.sort, "terms": as_json(terms)}
        approval = Approval(
            uuid4(), f"ledger.{terms.sort}", uuid4(), b"", uuid4(), now, now + timedelta(days=1), data, uuid4(), True
        )
        async with self.database.transaction(Scope()) as session:
            assert await carry_out(session, approval, now) == seen, terms

    async def sweep(self) -> None:
        """Days or weeks pass; then the jobs run, in any order."""
        self.clock.advance(timedelta(days=self.chance.choice([0, 1, 3, 40])))
        due = [jobs.expire_lots, jobs.expire_holds, jobs.settle_pending]
        self.chance.shuffle(due)
        before = await available(self)
        await due[0](self.database, self.clock)
        if due[0] is jobs.expire_lots:
            assert await available(self) == before, "what is due is subtracted before it is swept"
        for job in due[1:]:
            await job(self.database, self.clock)


async def available(life: "Life") -> dict[tuple[UUID, str], int]:
    """What all of them may spend now, by holder and kind."""
    async with life.database.transaction(Scope()) as session:
        return {
            (holder_id, one.point_kind): one.available
            for holder_id in (*life.members, life.home)
            for one in await balances(session, holder_id=holder_id, now=life.clock.now())
        }


async def test_whatever_a_family_and_its_officials_do_the_ledger_proves(
    database: Database, clock: FixedClock, keys: KeyFile, gates: bool
) -> None:
    async with database.transaction(Scope()) as session:
        for programme, (holder, into, terms) in PACKS.items():
            text = giving(programme=programme, holder=holder, into=into, terms=terms)
            await publish(session, text=text, approval_id=None, now=clock.now(), effective_from=date(2026, 1, 1))
    seen: set[str] = set()
    for seed in range(300 if gates else 8):
        people = [one.holder_id for one in await residents(database, clock, keys, 3)]
        async with database.transaction(Scope()) as session:
            home = (await create_household(session, now=clock.now())).holder_id
            for member_id in people[:2]:
                await join(
                    session, household_id=home, member_id=member_id, may_spend=True, now=clock.now(),
                    from_on=day_of(clock.now()) - timedelta(days=50),
                )  # fmt: skip
        life = Life(database, clock, Random(seed), people, home)
        await life.go(60)
        seen.update(life.done)
        async with database.transaction(Scope()) as session:
            registry = await load_registry(session)
            for holder_id in (*people, home):
                findings = (await verify(session, holder_id=holder_id, registry=registry)).findings
                assert findings == [], (seed, [str(one) for one in findings], life.done)
    assert {"give", "correct", "hold", "end", "change", "POINTS_INSUFFICIENT", "ALREADY_CORRECTED"} <= seen
