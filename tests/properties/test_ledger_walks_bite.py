"""The walks catch faults: each of these, put into the ledger on purpose, is met by some walk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from points.ledger import holds, page, reversal, sweep, write
from points.ledger.page import Page, choose
from tests.properties import ledger_walk
from tests.properties.test_ledger_walks import a_walk_in_memory

pytestmark = pytest.mark.thorough

Fault = tuple[object, str, Callable[..., Any]]
_give_back, _tighten, _take_back, _let_go = holds.give_back, page.tighten, reversal.take_back, holds.let_go


def youngest_first(one: Page, kind: str, amount: int) -> Any:
    """Spends what lapses last."""
    page.spend(one, kind, amount)
    return choose(one.open_lots(kind)[::-1], amount)


def no_floor(one: Page, kind: str, amount: int) -> Any:
    """Spends below the floor."""
    floor, one.account(kind).floor = one.account(kind).floor, 0
    try:
        return page.spend(one, kind, amount)
    finally:
        one.account(kind).floor = floor


def first_taken_back_first(one: Page, taken: Any, amount: int, **about: Any) -> None:
    """Returns to the oldest lots what a part capture left."""
    _give_back(one, taken[::-1], amount, **about)


def blind_for_an_hour(one: Page, kind: str) -> None:
    """Looks for what lapses an hour late."""
    _tighten(one, kind)
    if (at := one.accounts[kind].expires_next_at) is not None:
        one.accounts[kind].expires_next_at = at + timedelta(hours=1)


def one_too_far(one: Page, kind: str) -> None:
    """Looks for open lots from the one after the oldest."""
    _tighten(one, kind)
    one.accounts[kind].lots_from += 1


def forget_what_is_missing(one: Page, line: Any, about: Any) -> Any:
    """A reversal that lets what was spent go."""
    posted = len(one.postings)
    _take_back(one, line, about)
    if one.postings[posted:] and one.postings[-1].draft.point_kind.startswith("debt:"):
        owed = one.postings.pop()
        account = one.accounts[owed.draft.point_kind]
        account.posted, account.seq = account.posted - owed.draft.amount, account.seq - 1
    return 0, 0


def keep_it_held(one: Page, found: Any, ending: Any, **about: Any) -> None:
    """Ends a hold and leaves its points held."""
    _let_go(one, found, ending, **about)
    one.accounts[found.hold.point_kind].held += found.hold.amount


FAULTS: dict[str, list[Fault]] = {
    "the youngest lot is spent first": [(holds, "spend", youngest_first), (ledger_walk, "spend", youngest_first)],
    "a floor is not kept": [(holds, "spend", no_floor)],
    "the rest of a part capture goes back to the wrong lot": [(holds, "give_back", first_taken_back_first)],
    "a lot that is due is hidden": [(page, "tighten", blind_for_an_hour), (write, "tighten", blind_for_an_hour)],
    "a lot that is open is hidden": [(write, "tighten", one_too_far)],
    "what has just lapsed is taken again": [(reversal, "_lapsing", lambda *_: 0)],
    "what was spent is not owed": [(reversal, "take_back", forget_what_is_missing)],
    "debts are not paid": [(Page, "_pay", lambda *_: None)],
    "an expired hold still holds": [(sweep, "let_go", keep_it_held)],
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_seeded_fault_is_met(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name, wrong in FAULTS[fault]:
        monkeypatch.setattr(owner, name, wrong)
    with pytest.raises((AssertionError, ValueError)):
        for seed in range(200):
            await a_walk_in_memory(seed).go(50)
