"""Redeem: the points are held, one of the stock is taken, a voucher is issued; all of it or nothing.

Locks in one order: holder, account, hold (all three inside `points.ledger`), stock last and shortest.
Must never post anything: until the merchant captures, the points are still the resident's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.db import Session
from kernel.ids import mint_beside, random_bytes, slice_of
from kernel.request_keys import RequestKeyReused
from points.ledger.holds import hold
from points.ledger.model import Hold
from points.ledger.posting import claim_now
from points.ledger.refusals import PointsInsufficient
from redemption.rewards.codes import BYTES, code_of
from redemption.rewards.offers import Offer, find_offer
from redemption.rewards.redemptions import Redemption, find_by_key
from redemption.rewards.refusals import LimitReached, OfferChanged, OfferClosed, PointsMissing, StockEmpty

_HAD = text("""
    select coalesce(sum(r.quantity), 0) from redemptions r
    where (r.slice, r.holder_id) = (:slice, :holder_id) and r.offer_id = :offer_id and not exists (
        select from redemption_ends e
        where (e.slice, e.holder_id, e.redemption_id) = (r.slice, r.holder_id, r.redemption_id)
            and e.ending <> 'captured'
    )
""")
_INSERT_REDEMPTION = text("""
    insert into redemptions (slice, holder_id, redemption_id, offer_id, offer_version, hold_id, quantity, price,
        redeemed_at, expires_at, key)
    values (:slice, :holder_id, :redemption_id, :offer_id, :offer_version, :hold_id, :quantity, :price,
        :redeemed_at, :expires_at, :key)
""")
_INSERT_VOUCHER = text("""
    insert into vouchers (code, holder_id, redemption_id, merchant_id, expires_at)
    values (:code, :holder_id, :redemption_id, :merchant_id, :expires_at)
""")
_TAKE_STOCK = text("""
    update stocks set remaining = remaining - :quantity
    where offer_id = :offer_id and remaining >= :quantity returning remaining
""")


@dataclass(frozen=True, slots=True)
class _Wanted:
    holder_id: UUID
    offer: Offer
    quantity: int
    now: datetime

    @property
    def price(self) -> int:
        return self.offer.terms.price * self.quantity

    @property
    def expires_at(self) -> datetime:
        return self.now + timedelta(minutes=self.offer.terms.keep_minutes)


async def redeem(
    session: Session,
    *,
    holder_id: UUID,
    offer_id: UUID,
    now: datetime,
    key: str | None,
    version: int | None = None,
    quantity: int = 1,
) -> Redemption:
    """Take `quantity` of an offer for a holder: points held, stock taken, voucher issued.

    `key` makes it happen once: the same key gives the same redemption again. `version` is the one whose
    price the resident saw. Refuses with UnknownHolder, HolderSuspended, RequestKeyReused, OfferUnknown,
    OfferClosed, OfferChanged, LimitReached, PointsMissing, StockEmpty; the caller's transaction must not commit then.
    """
    # The holder is locked first, so that what is read from here on cannot change under us.
    await claim_now(session, holder_id, now)
    if key and (earlier := await find_by_key(session, holder_id=holder_id, key=key)):
        if (earlier.offer_id, earlier.quantity) != (offer_id, quantity):
            raise RequestKeyReused()
        return earlier
    wanted = _Wanted(holder_id, await find_offer(session, offer_id=offer_id, now=now), quantity, now)
    if not wanted.offer.open_at(now):
        raise OfferClosed()
    if version not in (None, wanted.offer.version):
        raise OfferChanged()
    await _check_limit(session, wanted)
    redemption = _redemption(wanted, await _hold(session, wanted))
    await _write(session, redemption, key)
    if (await session.execute(_TAKE_STOCK, {"offer_id": offer_id, "quantity": quantity})).one_or_none() is None:
        raise StockEmpty()
    return redemption


async def _check_limit(session: Session, wanted: _Wanted) -> None:
    limit = wanted.offer.terms.limit_per_holder
    if limit is None:
        return
    bind = {"slice": slice_of(wanted.holder_id), "holder_id": wanted.holder_id, "offer_id": wanted.offer.offer_id}
    if (await session.execute(_HAD, bind)).scalar_one() + wanted.quantity > limit:
        raise LimitReached(limit=limit)


async def _hold(session: Session, wanted: _Wanted) -> Hold:
    try:
        return await hold(
            session,
            holder_id=wanted.holder_id,
            point_kind=wanted.offer.terms.point_kind,
            amount=wanted.price,
            purpose="redemption",
            expires_at=wanted.expires_at,
            now=wanted.now,
        )
    except PointsInsufficient as error:
        available = error.values["available"]
        assert isinstance(available, int)
        missing = wanted.price - available
        raise PointsMissing(available=available, needed=wanted.price, missing=missing) from error


def _redemption(wanted: _Wanted, held: Hold) -> Redemption:
    terms = wanted.offer.terms
    return Redemption(
        redemption_id=mint_beside(wanted.holder_id, wanted.now),
        holder_id=wanted.holder_id,
        offer_id=wanted.offer.offer_id,
        offer_version=wanted.offer.version,
        hold_id=held.hold_id,
        code=code_of(random_bytes(BYTES)),
        title=terms.title,
        quantity=wanted.quantity,
        price=wanted.price,
        point_kind=terms.point_kind,
        merchant=wanted.offer.merchant,
        redeemed_at=wanted.now,
        expires_at=wanted.expires_at,
    )


async def _write(session: Session, redemption: Redemption, key: str | None) -> None:
    bind = {
        "slice": slice_of(redemption.holder_id),
        "holder_id": redemption.holder_id,
        "redemption_id": redemption.redemption_id,
        "redeemed_at": redemption.redeemed_at,
        "expires_at": redemption.expires_at,
    }
    await session.execute(
        _INSERT_REDEMPTION,
        {
            **bind,
            "offer_id": redemption.offer_id,
            "offer_version": redemption.offer_version,
            "hold_id": redemption.hold_id,
            "quantity": redemption.quantity,
            "price": redemption.price,
            "key": key,
        },
    )
    await session.execute(
        _INSERT_VOUCHER,
        {
            "code": redemption.code,
            "holder_id": redemption.holder_id,
            "redemption_id": redemption.redemption_id,
            "merchant_id": redemption.merchant.merchant_id,
            "expires_at": redemption.expires_at,
        },
    )
