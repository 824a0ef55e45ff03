"""Why a redemption or a voucher is refused: each a sentence, whether anything was taken, and a next step.

    PointsMissing (a PointsInsufficient)  OfferUnknown  OfferClosed  OfferChanged  StockEmpty  LimitReached
    VoucherUnknown  VoucherElsewhere  VoucherUsed  VoucherExpired  VoucherReleased

Must never name a person: a merchant reads these too.
"""

from kernel.errors import DomainError, Kind
from points.ledger.refusals import PointsInsufficient


class PointsMissing(PointsInsufficient):
    """This needs {needed} points and you have {available}: {missing} are missing. Nothing was taken.

    Earn the missing points first, or choose something smaller.
    """


class OfferUnknown(DomainError):
    """There is no such reward. Nothing was taken.

    Go back to the list of rewards and choose from there.
    """

    kind, code = Kind.MISSING, "OFFER_UNKNOWN"


class OfferClosed(DomainError):
    """This reward is not on offer at the moment. Nothing was taken.

    Look at the list of rewards for what is on offer now.
    """

    kind, code = Kind.REFUSED, "OFFER_CLOSED"


class OfferChanged(DomainError):
    """The terms of this reward have changed since you opened the page. Nothing was taken.

    Look at the new price and decide again.
    """

    kind, code = Kind.CONFLICT, "OFFER_CHANGED"


class StockEmpty(DomainError):
    """There is nothing left of this reward. Nothing was taken.

    Choose another reward, or look again later: what is not fetched comes back.
    """

    kind, code = Kind.REFUSED, "STOCK_EMPTY"


class LimitReached(DomainError):
    """Each person may have {limit} of this reward, and you already have that many. Nothing was taken.

    Choose another reward.
    """

    kind, code = Kind.REFUSED, "LIMIT_REACHED"


class VoucherUnknown(DomainError):
    """This code is not known. Nothing was recorded.

    Check the characters and type them again, or scan the code once more.
    """

    kind, code = Kind.MISSING, "VOUCHER_UNKNOWN"


class VoucherElsewhere(DomainError):
    """This voucher belongs to another shop. Nothing was recorded.

    Ask the resident to look at the place that their voucher names.
    """

    kind, code = Kind.CONFLICT, "VOUCHER_ELSEWHERE"


class VoucherUsed(DomainError):
    """This voucher was already used here at {captured_at}. Nothing was recorded.

    Do not hand anything over; a voucher can be used once.
    """

    kind, code = Kind.CONFLICT, "VOUCHER_USED"


class VoucherExpired(DomainError):
    """This voucher expired at {expires_at}, and its points go back to the resident. Nothing was recorded.

    The resident may redeem again while stocks last.
    """

    kind, code = Kind.CONFLICT, "VOUCHER_EXPIRED"


class VoucherReleased(DomainError):
    """This voucher was given back at {released_at}, and its points were returned. Nothing was recorded.

    The resident may redeem again while stocks last.
    """

    kind, code = Kind.CONFLICT, "VOUCHER_RELEASED"
