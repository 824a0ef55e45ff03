"""Post what an event is worth more or less now: the difference alone, on its holder's page. Pure.

What is more is granted like any award of that day; what is less is taken from the award's own lots first, then from
others of the kind, and the rest is owed (decision 0014). Must never post what no decision names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kernel.calendar import day_of
from points.judge import waits
from points.ledger.page import Page, expire_due
from points.ledger.pending import defer, earn
from points.ledger.periods import Closed, counts_from
from points.ledger.reversal import Undone, take_back
from points.redecided import RE_RATE
from points.rerate.again import Again
from rules.engine.model import Grant


@dataclass(frozen=True, slots=True)
class Authority:
    """Under which approval and decider the differences are posted, and which periods are closed."""

    programme: str
    re_rate_id: UUID
    decided_by: UUID | None
    closed: Closed


def post(page: Page, one: Again, lines: Sequence[Undone], authority: Authority) -> None:
    """Post one event's differences; `lines` are the postings by which its points were given."""
    transaction_id = page.mint()
    grants = {grant.point_kind: grant for grant in one.decision.grants}
    for point_kind, change in one.changes.items():
        about = _about(page, one, transaction_id, authority)
        given = [line for line in lines if line.point_kind == point_kind and line.amount > 0]
        if change > 0:
            _give(page, one, replace(grants[point_kind], amount=change), about, confirmed=bool(given))
        else:
            _take(page, -change, given, about)
    expire_due(page)


def _about(page: Page, one: Again, transaction_id: UUID, authority: Authority) -> dict[str, Any]:
    row = one.row
    about_on = day_of(row.occurred_at)
    natural = min(row.ended_at, row.recorded_at)
    return {
        "transaction_id": transaction_id,
        "contra": f"issuance:{authority.programme}",
        "reason": f"{RE_RATE}{authority.re_rate_id}",
        "effective_at": counts_from(authority.closed, authority.programme, about_on, natural),
        "about_on": about_on,
        "event_id": row.event_id,
        "decided_by": authority.decided_by,
    }


def _give(page: Page, one: Again, grant: Grant, about: dict[str, Any], *, confirmed: bool) -> None:
    """Grant the difference; where the points of that day still wait, it waits as long. What had to be confirmed in
    time and was not is not paid now either.
    """
    due_at = grant.matures_at or grant.confirm_by
    title = {"zh": f"重新计分:{grant.title['zh']}", "en": f"Re-rated: {grant.title['en']}"}
    if waits(grant) and due_at is not None and due_at > page.now:
        defer(
            page,
            what="matures" if grant.matures_at else "lapses",
            due_at=due_at,
            event_id=one.row.event_id,
            point_kind=grant.point_kind,
            amount=grant.amount,
            contra=about["contra"],
            title=title,
            reason=about["reason"],
            about_on=about["about_on"],
            lot_expires_at=grant.expires_at,
            inactive_on=grant.inactive_on,
        )
    elif grant.confirm_by is None or confirmed:
        page.credit(grant.point_kind, grant.amount, lot_expires_at=grant.expires_at, title=title, **about)
        earn(page, grant.point_kind, grant.inactive_on)


def _take(page: Page, amount: int, given: Sequence[Undone], about: dict[str, Any]) -> None:
    """Take back so much of what was given, the latest first; what has lapsed of it meanwhile is not taken again."""
    lapsed = sum(line.lapsed for line in given)
    rest = min(amount, sum(line.amount for line in given)) - lapsed
    for line in reversed(given):
        part = min(rest, line.amount - line.lapsed)
        if part > 0:
            rest -= part
            title = {"zh": f"重新计分:{line.title['zh']}", "en": f"Re-rated: {line.title['en']}"}
            take_back(page, replace(line, amount=part, lapsed=0), {**about, "title": title})
