"""How the API shows points: balances, postings with their words, what lies ahead, the trial balance.

Pure shapes; points travel as decimal strings, each beside the kind that it counts: no field adds up two kinds.
"""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from api.web.entries import Entry
from points.ledger.outlook import Awaited, Expiring, OpenLot
from points.ledger.statement import Balance
from points.ledger.trial import ContraBalance, KindBalance, TrialBalance


class BalanceView(BaseModel):
    """One point kind: available = posted - held. `expiring` lapses first, at `expiring_at`.

    `owed` is paid back by new points first. `spendable`, `floor`, `suspended_at` and `grace_days` are those of
    today; they are null where a balance of the past was asked for.
    """

    point_kind: str
    posted: str
    held: str
    available: str
    expiring: str
    expiring_at: datetime | None
    owed: str
    spendable: str | None
    floor: str | None
    suspended_at: datetime | None
    grace_days: int | None

    @classmethod
    def of(cls, balance: Balance) -> "BalanceView":
        today = balance.floor is not None
        return cls(
            point_kind=balance.point_kind,
            posted=str(balance.posted),
            held=str(balance.held),
            available=str(balance.available),
            expiring=str(balance.expiring),
            expiring_at=balance.expiring_at,
            owed=str(balance.owed),
            spendable=str(balance.spendable) if today else None,
            floor=str(balance.floor) if today else None,
            suspended_at=balance.suspended_at,
            grace_days=balance.grace_days if today else None,
        )


class BalanceList(BaseModel):
    """What counted at `as_of`, by what was recorded up to `known_at`."""

    as_of: datetime
    known_at: datetime
    items: list[BalanceView]


class PostingView(BaseModel):
    """One posting: its rule's items and version, its event, who decided, and what it undoes or was undone by.

    `transaction_id` leads to the whole explanation; `because` and `by` say it in the language of the request.
    """

    point_kind: str
    seq: int
    transaction_id: UUID
    amount: str
    balance_after: str
    effective_at: datetime
    recorded_at: datetime
    about_on: date | None
    title: dict[str, str]
    reason: str
    contra: str
    because: str
    by: str
    programme: str | None
    version: str | None
    items: list[str]
    event_id: UUID | None
    event_kind: str | None
    evidence: str | None
    hold_id: UUID | None
    lot_expires_at: datetime | None
    undoes: UUID | None
    undone_by: UUID | None
    undone_at: datetime | None

    @classmethod
    def of(cls, entry: Entry) -> "PostingView":
        line = entry.line
        return cls(
            point_kind=line.point_kind,
            seq=line.seq,
            transaction_id=line.transaction_id,
            amount=str(line.amount),
            balance_after=str(line.balance_after),
            effective_at=line.effective_at,
            recorded_at=line.recorded_at,
            about_on=line.about_on,
            title=dict(line.title),
            reason=line.reason,
            contra=line.contra,
            because=entry.because,
            by=entry.by,
            programme=line.programme,
            version=line.version,
            items=line.items,
            event_id=line.event_id,
            event_kind=line.event_kind,
            evidence=line.evidence,
            hold_id=line.hold_id,
            lot_expires_at=line.lot_expires_at,
            undoes=line.undoes,
            undone_by=line.undone_by,
            undone_at=line.undone_at,
        )


class PostingList(BaseModel):
    items: list[PostingView]
    next_cursor: str | None


class LotView(BaseModel):
    """One open lot: `remaining` of what its posting granted."""

    seq: int
    transaction_id: UUID
    title: dict[str, str]
    granted: str
    remaining: str
    effective_at: datetime
    extended: bool

    @classmethod
    def of(cls, lot: OpenLot) -> "LotView":
        return cls(
            seq=lot.seq,
            transaction_id=lot.transaction_id,
            title=dict(lot.title),
            granted=str(lot.granted),
            remaining=str(lot.remaining),
            effective_at=lot.effective_at,
            extended=lot.extended,
        )


class ExpiringView(BaseModel):
    """So much of one kind is gone at `lapses_at`, unless it is spent before."""

    point_kind: str
    lapses_at: datetime
    amount: str
    lots: list[LotView]

    @classmethod
    def of(cls, found: Expiring) -> "ExpiringView":
        return cls(
            point_kind=found.point_kind,
            lapses_at=found.lapses_at,
            amount=str(found.amount),
            lots=[LotView.of(lot) for lot in found.lots],
        )


class ExpiringList(BaseModel):
    items: list[ExpiringView]


class PendingView(BaseModel):
    """Points that count from `due_at` (`matures`), or lapse then unless somebody confirms them (`lapses`)."""

    pending_id: UUID
    point_kind: str
    amount: str
    title: dict[str, str]
    what: str
    due_at: datetime
    event_id: UUID
    recorded_at: datetime

    @classmethod
    def of(cls, found: Awaited) -> "PendingView":
        return cls(
            pending_id=found.pending_id,
            point_kind=found.point_kind,
            amount=str(found.amount),
            title=dict(found.title),
            what=found.what,
            due_at=found.due_at,
            event_id=found.event_id,
            recorded_at=found.recorded_at,
        )


class PendingList(BaseModel):
    items: list[PendingView]


class ContraView(BaseModel):
    """What one contra stands at."""

    contra: str
    amount: str
    postings_count: int

    @classmethod
    def of(cls, one: ContraBalance) -> "ContraView":
        return cls(contra=one.contra, amount=str(one.amount), postings_count=one.postings_count)


class KindView(BaseModel):
    """One point kind: the contras' sum and the holders' are exact opposites when it `fits`."""

    point_kind: str
    contras: list[ContraView]
    contra_sum: str
    holders: str
    fits: bool

    @classmethod
    def of(cls, kind: KindBalance) -> "KindView":
        return cls(
            point_kind=kind.point_kind,
            contras=[ContraView.of(one) for one in kind.contras],
            contra_sum=str(kind.contra_sum),
            holders=str(kind.holders),
            fits=kind.fits,
        )


class TrialView(BaseModel):
    """Every point kind by what was recorded up to `until`."""

    until: datetime | None
    fits: bool
    kinds: list[KindView]

    @classmethod
    def of(cls, found: TrialBalance) -> "TrialView":
        return cls(until=found.until, fits=found.fits, kinds=[KindView.of(kind) for kind in found.kinds])
