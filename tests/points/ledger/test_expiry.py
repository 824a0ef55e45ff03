"""An expiry never takes a point that was spent, nor one that is held: any life of a page against a model of lots."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import mint
from points.ledger.holds import OpenHold, capture_held, let_go, set_aside
from points.ledger.model import Hold, HolderState
from points.ledger.page import Page, expire_due, spend
from points.ledger.refusals import PointsInsufficient

pytestmark = pytest.mark.thorough

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)
KIND = "rice"
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(1, 40), st.one_of(st.none(), st.integers(1, 6))),
        st.tuples(st.sampled_from(["spend", "hold"]), st.integers(1, 60), st.none()),
        st.tuples(st.sampled_from(["capture", "release"]), st.integers(0, 9), st.none()),
        st.tuples(st.just("wait"), st.integers(1, 3), st.none()),
    ),
    max_size=30,
)


@dataclass
class Lot:
    """What should be left of a lot, and where the rest of it went."""

    until: datetime | None
    left: int
    gone: dict[str, int] = field(default_factory=lambda: {"spent": 0, "held": 0, "expired": 0})

    def move(self, amount: int, to: str) -> None:
        self.left -= amount
        self.gone[to] += amount


@dataclass
class Life:
    """One page and its model."""

    page: Page
    lots: dict[int, Lot] = field(default_factory=dict)
    holds: list[tuple[Hold, list[tuple[int, int]]]] = field(default_factory=list)

    def about(self, contra: str) -> dict[str, Any]:
        return {"transaction_id": self.page.mint(), "contra": contra, "title": {}, "reason": "x"}

    def give(self, amount: int, days: int | None) -> None:
        until = self.page.now + days * DAY if days else None
        posting = self.page.credit(KIND, amount, lot_expires_at=until, **self.about("issuance:p"))
        self.lots[posting.seq] = Lot(until, amount)

    def take(self, amount: int) -> list[tuple[int, int]] | None:
        """Which lots should give how much: oldest expiry first, then oldest; None when they fall short."""
        if amount > sum(lot.left for lot in self.lots.values()):
            return None
        taken: list[tuple[int, int]] = []
        for seq, lot in sorted(self.lots.items(), key=lambda one: (one[1].until is None, one[1].until or NOON, one[0])):
            part = min(lot.left, amount - sum(part for _, part in taken))
            taken += [(seq, part)] if part else []
        return taken

    def spend(self, amount: int, _: None) -> None:
        expected = self.take(amount)
        try:
            chosen = spend(self.page, KIND, amount)
        except PointsInsufficient:
            assert expected is None
            return
        assert [(lot.seq, part) for lot, part in chosen] == expected
        self.page.debit(chosen, **self.about("redemption:s"))
        for lot, part in chosen:
            self.lots[lot.seq].move(part, "spent")

    def hold(self, amount: int, _: None) -> None:
        expected = self.take(amount)
        if expected is not None:
            new = set_aside(self.page, KIND, amount, purpose="x", expires_at=self.page.now + DAY)
            self.holds.append((new, expected))
            for seq, part in expected:
                self.lots[seq].move(part, "held")

    def capture(self, number: int, _: None) -> None:
        self.end(number, "spent")

    def release(self, number: int, _: None) -> None:
        self.end(number, "")

    def end(self, number: int, to: str) -> None:
        if not self.holds:
            return
        held, taken = self.holds.pop(number % len(self.holds))
        found = OpenHold(held, tuple((self.page.lots[KIND][seq], part) for seq, part in taken))
        for seq, part in taken:
            self.lots[seq].move(-part, "held")
            if to:
                self.lots[seq].move(part, to)
        if to:
            capture_held(self.page, found, held.amount, contra="redemption:s", title={}, by=None)
        else:
            let_go(self.page, found, "released", by=None)
        self.lapse()

    def wait(self, days: int, _: None) -> None:
        self.page.now = self.page.recorded_at = self.page.now + days * DAY
        expire_due(self.page)
        self.lapse()

    def lapse(self) -> None:
        for lot in self.lots.values():
            if lot.until is not None and lot.until <= self.page.now:
                lot.move(lot.left, "expired")

    def look(self) -> None:
        """Each lot stands as its model says, and each expiry posted just what was left of it."""
        expired = dict.fromkeys(self.lots, 0)
        for posting in self.page.postings:
            if posting.draft.contra == "expiry":
                expired[int(posting.draft.reason.removeprefix("lot:"))] -= posting.draft.amount
        account = self.page.account(KIND)
        assert expired == {seq: lot.gone["expired"] for seq, lot in self.lots.items()}
        assert {lot.seq: lot.remaining for lot in self.page.open_lots(KIND)} == {
            seq: lot.left for seq, lot in self.lots.items() if lot.left
        }
        assert account.available == sum(lot.left for lot in self.lots.values())
        assert account.held == sum(lot.gone["held"] for lot in self.lots.values())
        assert account.posted == account.available + account.held


@given(steps=STEPS)
def test_an_expiry_takes_just_what_is_left_of_its_lot_never_what_was_spent_or_is_held(
    steps: list[tuple[str, int, int | None]],
) -> None:
    life = Life(Page(HolderState(mint(NOON), 1, NOON, b"", "resident"), NOON, NOON))
    for act, number, days in steps:
        getattr(life, act)(number, days)
        life.look()
