"""Redemptions as they are read: whose, of what, at which price, until when, and what became of each.

The state follows from the end that came, or from the time; must never be stored.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from redemption.merchants import Merchant, Title, bilingual


class State(StrEnum):
    """What became of a redemption."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class End:
    """The one end of a redemption; `key` is the request key of the capture that brought it about."""

    state: State
    ended_at: datetime
    ended_by: UUID | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Redemption:
    """One holder's taking of an offer, with its voucher. `price` is the whole price, in minor units."""

    redemption_id: UUID
    holder_id: UUID
    offer_id: UUID
    offer_version: int
    hold_id: UUID
    code: str
    title: Title
    quantity: int
    price: int
    point_kind: str
    merchant: Merchant
    redeemed_at: datetime
    expires_at: datetime
    end: End | None = None

    def state_at(self, now: datetime) -> State:
        """Its end, or by the time alone: past its date it is expired, swept or not."""
        if self.end:
            return self.end.state
        return State.OPEN if now < self.expires_at else State.EXPIRED


async def find_by_code(session: Session, code: str) -> Redemption | None:
    """The redemption that a voucher code stands for."""
    row = (await session.execute(named(__file__, "redemption_by_code"), {"code": code})).one_or_none()
    return _redemption(row) if row else None


async def find_by_key(session: Session, *, holder_id: UUID, key: str) -> Redemption | None:
    """The redemption that this holder made under a request key."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "key": key, "most": 1}
    row = (await session.execute(named(__file__, "redemptions_of"), bind)).one_or_none()
    return _redemption(row) if row else None


async def redemptions_of(session: Session, *, holder_id: UUID, most: int = 50) -> list[Redemption]:
    """A holder's redemptions, newest first."""
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "key": None, "most": most}
    return [_redemption(row) for row in await session.execute(named(__file__, "redemptions_of"), bind)]


def _redemption(row: Any) -> Redemption:
    return Redemption(
        redemption_id=row.redemption_id,
        holder_id=row.holder_id,
        offer_id=row.offer_id,
        offer_version=row.offer_version,
        hold_id=row.hold_id,
        code=row.code,
        title=bilingual(row.title),
        quantity=row.quantity,
        price=row.price,
        point_kind=row.point_kind,
        merchant=Merchant(row.merchant_id, row.merchant_code, bilingual(row.merchant_title), bilingual(row.place)),
        redeemed_at=row.redeemed_at,
        expires_at=row.expires_at,
        end=End(State(row.ending), row.ended_at, row.ended_by, row.key) if row.ending else None,
    )
