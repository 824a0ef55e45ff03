"""The sorts of change that staff may propose, each with its own terms: an approval binds these. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import TypeAdapter

from points.ledger.model import Minor

MOST_ADJUSTED: Final[Minor] = 10_000
"""One adjustment moves no more, up or down: far beyond a resident's year, so that a zero too many is stopped."""

REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "missed": {"zh": "漏记补录", "en": "something was not recorded"},
    "miscounted": {"zh": "计算有误", "en": "it was counted wrongly"},
    "paid_twice": {"zh": "重复发放", "en": "it was paid twice"},
    "ruling": {"zh": "依据处理决定", "en": "by a formal decision"},
    "goodwill": {"zh": "服务补偿", "en": "to make good for our mistake"},
}
"""Why a balance is adjusted, by code; the official's own words stand beside it."""


@dataclass(frozen=True, slots=True)
class Reversal:
    """Undo one transaction; of an award all that its event gave. `event_id` where all of it still waits."""

    sort: ClassVar[str] = "reversal"
    holder_id: UUID
    transaction_id: UUID | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Raise or lower one balance, minor units; what is given may be spent until `last_on`, for ever when none."""

    sort: ClassVar[str] = "adjustment"
    holder_id: UUID
    point_kind: str
    amount: Minor
    because: str
    last_on: date | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Points of a transferable kind from one holder to another."""

    sort: ClassVar[str] = "transfer"
    holder_id: UUID
    taker_id: UUID
    point_kind: str
    amount: Minor


@dataclass(frozen=True, slots=True)
class Merge:
    """One register goes into another of the same person, which goes on."""

    sort: ClassVar[str] = "merge"
    holder_id: UUID
    into_id: UUID


@dataclass(frozen=True, slots=True)
class Unmerge:
    """A register that was merged away comes back."""

    sort: ClassVar[str] = "unmerge"
    holder_id: UUID


@dataclass(frozen=True, slots=True)
class PeriodClose:
    """A programme's days from one to another, half-open, are closed for good."""

    sort: ClassVar[str] = "period_close"
    programme: str
    from_on: date
    to_on: date


Terms = Reversal | Adjustment | Transfer | Merge | Unmerge | PeriodClose
SORTS: Final[Mapping[str, type[Terms]]] = {
    one.sort: one for one in (Reversal, Adjustment, Transfer, Merge, Unmerge, PeriodClose)
}


def as_json(terms: Terms) -> dict[str, str | None]:
    """The terms as texts, the bytes that an approval binds."""
    return {name: None if value is None else str(value) for name, value in asdict(terms).items()}


def terms_of(sort: str, stored: Mapping[str, Any]) -> Terms:
    """Read back what `as_json` gave."""
    terms: Terms = TypeAdapter(SORTS[sort]).validate_python(dict(stored))
    return terms


def holders_in(terms: Terms) -> list[UUID]:
    """The holders that the terms themselves name."""
    named = [getattr(terms, name, None) for name in ("holder_id", "taker_id", "into_id")]
    return [holder_id for holder_id in named if holder_id is not None]
