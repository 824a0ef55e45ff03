"""The acts on a page, one case each: debts, grace, reversals, floors, transfers, inactivity, bounds. No database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from kernel.calendar import day_of, start_of
from kernel.db import Session
from kernel.ids import mint
from points.ledger import holds, sweep
from points.ledger.book import ALL_KINDS, open_book
from points.ledger.model import Account, Lot
from points.ledger.page import Page, spend
from points.ledger.pending import defer, earn
from points.ledger.periods import Closed
from points.ledger.refusals import AlreadyCorrected, FloorTooHigh, HolderSuspended, NotReversible, PointsInsufficient
from points.ledger.reversal import Reversed, read_transactions, reverse
from points.ledger.standing import lift, set_floor, suspend
from points.ledger.transfer import carry, carry_debt
from points.ledger.write import write
from tests.properties.ledger_memory import Memory

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)
POLICIES: dict[str, tuple[int, int | None]] = {"rice": (0, None), "tea": (3, 10)}
"""Rice has no grace; tea has three days of it, and no more than ten are owed."""


class Desk:
    """Two holders, and the acts that a test needs, each a page opened and written."""

    def __init__(self) -> None:
        self.now = NOON
        self.one, self.other = mint(NOON), mint(NOON)
        self.memory = Memory([self.one, self.other], NOON, POLICIES)
        self.session = cast(Session, self.memory)
        self.closed: Closed = {}

    async def open(self, holder_id: UUID | None = None) -> Page:
        holder_id = holder_id or self.one
        return (await open_book(self.session, [holder_id], now=self.now, kinds=[ALL_KINDS]))[holder_id]

    async def give(self, amount: int, until: datetime | None = None, kind: str = "rice", **about: Any) -> UUID:
        page = await self.open()
        transaction_id = page.mint()
        named = {"contra": "issuance:p", "title": {"zh": "", "en": ""}, "reason": "x", "event_id": page.mint()}
        page.credit(kind, amount, lot_expires_at=until, transaction_id=transaction_id, **{**named, **about})
        await write(self.session, [page])
        return transaction_id

    async def hold(self, amount: int, kind: str = "rice") -> UUID:
        new = await holds.hold(
            self.session, holder_id=self.one, point_kind=kind, amount=amount, purpose="x",
            expires_at=self.now + DAY, now=self.now,
        )  # fmt: skip
        return new.hold_id

    async def capture(self, hold_id: UUID, amount: int | None = None) -> UUID:
        return await holds.capture(
            self.session, holder_id=self.one, hold_id=hold_id, contra="redemption:s", title={"zh": "", "en": ""},
            now=self.now, by=None, amount=amount,
        )  # fmt: skip

    async def release(self, hold_id: UUID) -> None:
        await holds.release(self.session, holder_id=self.one, hold_id=hold_id, now=self.now, by=None)

    async def reverse(self, transaction_id: UUID) -> Reversed:
        page = await self.open()
        lines = (await read_transactions(self.session, {self.one: page}, [(self.one, transaction_id)]))[transaction_id]
        done = reverse(page, transaction_id, lines, closed=self.closed, approval_id=page.mint())
        await write(self.session, [page])
        return done

    async def look(self) -> None:
        """Write what is due."""
        await write(self.session, [await self.open()])

    async def sweep(self) -> tuple[int, int, int]:
        """End what is due; how many holders' lots, holds and waiting points were."""
        lots = await sweep.due_holders(self.session, now=self.now)
        await sweep.expire_lots(self.session, lots, now=self.now)
        ended = await sweep.due_holds(self.session, now=self.now)
        await sweep.expire_holds(self.session, ended, now=self.now)
        settled = await sweep.due_pending(self.session, now=self.now)
        await sweep.settle_pending(self.session, settled, now=self.now)
        return len(lots), len(ended), len(settled)

    def account(self, kind: str = "rice", holder_id: UUID | None = None) -> Any:
        return self.memory.accounts[holder_id or self.one][kind]

    def lots(self, kind: str = "rice", holder_id: UUID | None = None) -> list[tuple[int, datetime | None]]:
        """What is left of each open lot, and until when."""
        owner = holder_id or self.one
        rows = [row for row in self.memory.postings[owner, kind] if row.amount > 0]
        return [lot[:2] for row in rows if (lot := self.memory.lot_of(owner, kind, row.seq))[0]]

    def contras(self, kind: str = "rice") -> list[tuple[str, int]]:
        return [(row.contra, row.amount) for row in self.memory.postings[self.one, kind]]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def owing(desk: Desk, amount: int, kind: str = "rice") -> None:
    """The holder spent an award that is then reversed."""
    first = await desk.give(amount, kind=kind)
    await desk.capture(await desk.hold(amount, kind))
    await desk.reverse(first)


async def test_an_award_pays_what_is_owed_first_in_one_transaction(desk: Desk) -> None:
    await owing(desk, 8)
    assert (desk.account().posted, desk.account("debt:rice").posted) == (0, 8)
    await desk.give(5, NOON + DAY)
    assert (desk.account().posted, desk.account("debt:rice").posted) == (0, 3)
    transaction_id = await desk.give(5, NOON + DAY)
    assert (desk.lots(), desk.account("debt:rice").posted) == ([(2, NOON + DAY)], 0)
    mine = [row for row in desk.memory.postings[desk.one, "rice"] if row.transaction_id == transaction_id]
    assert [(row.contra, row.amount) for row in mine] == [("issuance:p", 5), ("debt", -3)]


async def test_no_more_is_owed_than_the_cap_and_the_rest_is_told_as_forgiven(desk: Desk) -> None:
    first = await desk.give(14, kind="tea")
    await desk.capture(await desk.hold(14, "tea"))
    done = await desk.reverse(first)
    assert (done.owed, done.forgiven, desk.account("debt:tea").posted) == (10, 4, 10)


async def test_reversing_an_award_that_paid_a_debt_leaves_the_debt_as_it_was(desk: Desk) -> None:
    await owing(desk, 8)
    second = await desk.give(12)
    assert desk.lots() == [(4, None)]
    done = await desk.reverse(second)
    assert (done.owed, desk.account().posted, desk.account("debt:rice").posted) == (0, 0, 8)


async def test_a_lot_that_comes_back_late_lives_on_for_its_days_of_grace(desk: Desk) -> None:
    await desk.give(6, NOON + DAY, "tea")
    held = await desk.hold(6, "tea")
    desk.now = NOON + 5 * DAY
    await desk.release(held)
    until = start_of(day_of(desk.now) + 4 * DAY)
    assert desk.lots("tea") == [(6, until)]
    assert desk.account("tea").expires_next_at == until
    desk.now = until
    await desk.look()
    assert (desk.lots("tea"), desk.account("tea").posted) == ([], 0)


async def test_without_grace_it_lapses_at_once_and_is_told(desk: Desk) -> None:
    await desk.give(6, NOON + DAY)
    held = await desk.hold(4)
    desk.now = NOON + 5 * DAY
    await desk.release(held)
    assert (desk.lots(), desk.account().posted, desk.account().held) == ([], 0, 0)
    assert desk.contras() == [("issuance:p", 6), ("expiry", -2), ("expiry", -4)]


async def test_points_held_before_their_date_may_be_spent_after_it(desk: Desk) -> None:
    await desk.give(6, NOON + DAY)
    held = await desk.hold(4)
    desk.now = NOON + 5 * DAY
    await desk.capture(held)
    assert desk.contras() == [("issuance:p", 6), ("expiry", -2), ("redemption:s", -4)]


async def test_reversing_an_award_partly_held_partly_spent_partly_lapsed(desk: Desk) -> None:
    first = await desk.give(20, NOON + DAY)
    await desk.capture(await desk.hold(5))
    held = await desk.hold(7)
    desk.now = NOON + 2 * DAY
    await desk.give(3)
    assert desk.contras()[-2:] == [("expiry", -8), ("issuance:p", 3)]
    done = await desk.reverse(first)
    # Of 20, 8 lapsed; 3 are found in another lot; 5 were spent and 7 are held: these 9 are owed.
    assert (done.owed, desk.account("debt:rice").posted) == (9, 9)
    assert (desk.account().posted, desk.account().held, desk.lots()) == (7, 7, [])
    await desk.release(held)
    assert (desk.account().posted, desk.account("debt:rice").posted) == (0, 9), "what was held had lapsed as well"


async def test_what_lapses_as_the_page_is_opened_is_not_taken_again(desk: Desk) -> None:
    first = await desk.give(20, NOON + DAY)
    await desk.give(30)
    desk.now = NOON + 2 * DAY
    done = await desk.reverse(first)
    assert (done.owed, desk.lots()) == (0, [(30, None)])
    assert desk.contras() == [("issuance:p", 20), ("issuance:p", 30), ("expiry", -20)]


async def test_reversing_a_capture_restores_the_same_lots_with_their_dates(desk: Desk) -> None:
    for days in (3, 1, 2):
        await desk.give(5, NOON + days * DAY)
    before = desk.lots()
    spent = await desk.capture(await desk.hold(13), 12)
    assert desk.lots() == [(3, NOON + 3 * DAY)]
    await desk.reverse(spent)
    assert (desk.lots(), desk.account().posted) == (before, 15)
    with pytest.raises(AlreadyCorrected):
        await desk.reverse(spent)


async def test_a_correction_can_itself_be_undone_and_only_its_new_half_is(desk: Desk) -> None:
    first = await desk.give(20)
    page = await desk.open()
    second = page.mint()
    lines = (await read_transactions(desk.session, {desk.one: page}, [(desk.one, first)]))[first]
    reverse(page, first, lines, closed={}, transaction_id=second, by_event_id=page.mint())
    page.credit(
        "rice", 12, lot_expires_at=None, transaction_id=second, contra="issuance:p", title={"zh": "", "en": ""},
        reason="x", event_id=page.mint(),
    )  # fmt: skip
    await write(desk.session, [page])
    assert desk.account().posted == 12
    done = await desk.reverse(second)
    assert (desk.account().posted, done.owed) == (0, 0)
    with pytest.raises(NotReversible):
        await desk.reverse(done.transaction_id)


async def test_all_that_undoes_an_award_counts_in_the_open_period_what_it_paid_back_too(desk: Desk) -> None:
    await owing(desk, 8)
    second = await desk.give(12)
    desk.now, desk.closed = NOON + 40 * DAY, {"p": date(2026, 12, 1)}
    before = len(desk.memory.postings[desk.one, "rice"]), len(desk.memory.postings[desk.one, "debt:rice"])
    await desk.reverse(second)
    later = (
        desk.memory.postings[desk.one, "rice"][before[0] :] + desk.memory.postings[desk.one, "debt:rice"][before[1] :]
    )
    assert {row.effective_at for row in later} == {start_of(date(2026, 12, 1))}
    assert len(later) == 3


async def test_of_an_event_that_two_programmes_paid_each_half_counts_by_its_own_closed_periods(desk: Desk) -> None:
    page = await desk.open()
    transaction_id, event_id = page.mint(), page.mint()
    for programme, kind in (("p", "rice"), ("q", "tea")):
        page.credit(
            kind, 5, lot_expires_at=None, transaction_id=transaction_id, contra=f"issuance:{programme}",
            title={"zh": "", "en": ""}, reason="x", event_id=event_id, effective_at=NOON,
        )  # fmt: skip
    await write(desk.session, [page])
    desk.now, desk.closed = NOON + 40 * DAY, {"q": date(2026, 12, 1)}
    await desk.reverse(transaction_id)
    at = {kind: desk.memory.postings[desk.one, kind][-1].effective_at for kind in ("rice", "tea")}
    assert at == {"rice": NOON, "tea": start_of(date(2026, 12, 1))}


async def test_a_floor_bounds_spending_and_reversals_but_not_the_calendar(desk: Desk) -> None:
    first = await desk.give(10)
    await desk.give(4, NOON + DAY)
    page = await desk.open()
    with pytest.raises(FloorTooHigh):
        set_floor(page, "rice", 15)
    set_floor(page, "rice", 12)
    await write(desk.session, [page])
    with pytest.raises(PointsInsufficient) as refused:
        await desk.hold(3)
    assert refused.value.values == {"available": 2, "needed": 3}
    desk.now = NOON + 2 * DAY
    await desk.look()
    assert (desk.account().posted, desk.account().floor) == (10, 10)
    done = await desk.reverse(first)
    assert (done.owed, desk.account().posted) == (10, 10)


async def test_a_suspended_account_earns_lapses_and_ends_its_holds_but_spends_nothing(desk: Desk) -> None:
    await desk.give(9, NOON + 3 * DAY)
    held = await desk.hold(2)
    page = await desk.open()
    suspend(page, "rice")
    await write(desk.session, [page])
    with pytest.raises(HolderSuspended):
        await desk.hold(1)
    await desk.give(1)
    await desk.release(held)
    desk.now = NOON + 4 * DAY
    page = await desk.open()
    lift(page, "rice")
    await write(desk.session, [page])
    await desk.hold(1)
    assert desk.contras() == [("issuance:p", 9), ("issuance:p", 1), ("expiry", -9)]


async def test_points_that_change_hands_keep_their_dates_and_pay_what_the_taker_owes(desk: Desk) -> None:
    await owing(desk, 3)
    taker_id, desk.one, desk.other = desk.one, desk.other, desk.one
    for days in (2, 1, 2):
        await desk.give(5, NOON + days * DAY)
    giver, taker = await desk.open(), await desk.open(taker_id)
    about: dict[str, Any] = {"transaction_id": giver.mint(), "title": {"zh": "", "en": ""}, "reason": "x"}
    carry(giver, taker, spend(giver, "rice", 12), case_id=giver.mint(), **about)
    await write(desk.session, [giver, taker])
    assert desk.lots() == [(3, NOON + 2 * DAY)]
    assert desk.lots(holder_id=taker_id) == [(2, NOON + DAY), (7, NOON + 2 * DAY)]
    assert desk.account("debt:rice", taker_id).posted == 0


async def test_what_is_owed_moves_with_a_register(desk: Desk) -> None:
    await owing(desk, 3)
    giver, taker = await desk.open(), await desk.open(desk.other)
    carry_debt(giver, taker, "rice", transaction_id=giver.mint(), title={"zh": "", "en": ""}, reason="x")
    await write(desk.session, [giver, taker])
    assert (desk.account("debt:rice").posted, desk.account("debt:rice", desk.other).posted) == (0, 3)


async def active(desk: Desk, until: date) -> None:
    page = await desk.open()
    earn(page, "rice", until)
    await write(desk.session, [page])


async def test_who_earns_keeps_points_without_a_date_until_nothing_is_earned_for_long(desk: Desk) -> None:
    await desk.give(5)
    await active(desk, day_of(NOON) + 10 * DAY)
    await active(desk, day_of(NOON) + 4 * DAY)
    desk.now = start_of(day_of(NOON) + 10 * DAY) - timedelta(microseconds=1)
    await desk.look()
    assert desk.account().posted == 5
    desk.now += timedelta(microseconds=1)
    await desk.look()
    assert (desk.account().posted, desk.account().expires_next_at) == (0, None)


async def test_points_held_over_the_day_of_inactivity_lapse_when_they_come_back(desk: Desk) -> None:
    await desk.give(9)
    await active(desk, day_of(NOON) + DAY)
    held = await desk.hold(5)
    desk.now = NOON + 3 * DAY
    await desk.look()
    assert desk.account().posted == 5
    assert await desk.sweep() == (0, 1, 0)
    assert (desk.account().posted, desk.account().held) == (0, 0)
    with pytest.raises(holds.HoldEnded):
        await desk.release(held)


async def test_inactivity_that_is_past_takes_nothing_that_is_given_after_it(desk: Desk) -> None:
    await desk.give(5)
    await active(desk, day_of(NOON) + DAY)
    await desk.capture(await desk.hold(5))
    desk.now = NOON + 3 * DAY
    await desk.give(4, contra="adjustment")
    await desk.look()
    assert (desk.account().posted, desk.lots()) == (4, [(4, None)])


async def test_points_that_matured_while_nobody_looked_count_in_no_closed_period(desk: Desk) -> None:
    page = await desk.open()
    defer(
        page, what="matures", due_at=NOON + 2 * DAY, event_id=page.mint(), point_kind="rice", amount=4,
        contra="issuance:p", title={"zh": "", "en": ""}, reason="x", about_on=day_of(NOON), lot_expires_at=None,
        inactive_on=None,
    )  # fmt: skip
    await write(desk.session, [page])
    desk.memory.closed["p"] = date(2026, 12, 1)
    desk.now = NOON + 40 * DAY
    assert await desk.sweep() == (0, 0, 1)
    [row] = desk.memory.postings[desk.one, "rice"]
    assert (row.effective_at, row.about_on) == (start_of(date(2026, 12, 1)), day_of(NOON))
    assert await desk.sweep() == (0, 0, 0)


async def test_no_bound_hides_a_lot_that_is_open_or_due(desk: Desk) -> None:
    await desk.give(5, NOON + 2 * DAY)
    first = await desk.hold(5)
    await desk.give(5, NOON + 9 * DAY)
    assert (desk.account().lots_from, desk.account().expires_next_at) == (2, NOON + 9 * DAY)
    await desk.release(first)
    assert (desk.account().lots_from, desk.account().expires_next_at) == (1, NOON + 2 * DAY)
    assert [lot.seq for lot in (await desk.open()).open_lots("rice")] == [1, 2]
    desk.now = NOON + 2 * DAY
    assert await desk.sweep() == (1, 0, 0)
    assert await desk.sweep() == (0, 0, 0)
    assert (desk.account().lots_from, desk.account().expires_next_at) == (2, NOON + 9 * DAY)


def test_lots_are_spent_by_their_dates_then_by_age_those_without_one_last() -> None:
    page = Page(cast(Any, None), NOON, NOON)
    page.accounts["rice"], page.whole = Account(mint(NOON), "rice"), {"rice"}
    lots = [Lot("rice", 1, 5, None), Lot("rice", 2, 5, NOON + 2 * DAY), Lot("rice", 3, 5, NOON + DAY),
            Lot("rice", 4, 0, NOON), Lot("rice", 5, 5, NOON + DAY)]  # fmt: skip
    page.lots["rice"] = {lot.seq: lot for lot in lots}
    assert [lot.seq for lot in page.open_lots("rice")] == [3, 5, 2, 1]
