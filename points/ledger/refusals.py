"""What the ledger refuses, each with its next step. Nothing is written when one of these is raised."""

from kernel.errors import DomainError, Kind


class UnknownHolder(DomainError):
    """No register knows this holder. Nothing was recorded.

    Check the number and try again.
    """

    kind, code = Kind.MISSING, "UNKNOWN_HOLDER"


class PointsInsufficient(DomainError):
    """You have {available} of the {needed} points that this needs. Nothing was taken.

    Choose something smaller, or earn more first.
    """

    kind, code = Kind.REFUSED, "POINTS_INSUFFICIENT"


class HolderSuspended(DomainError):
    """This account is suspended for now. Nothing was recorded.

    Ask the service desk why, and until when.
    """

    kind, code = Kind.REFUSED, "HOLDER_SUSPENDED"


class HoldEnded(DomainError):
    """These points were already {ending} at {ended_at}. Nothing was changed.

    Look at the statement to see what became of them.
    """

    kind, code = Kind.CONFLICT, "HOLD_ENDED"


class HoldUnknown(DomainError):
    """These held points are not known. Nothing was changed.

    Check the code and try again.
    """

    kind, code = Kind.MISSING, "HOLD_UNKNOWN"


class FloorTooHigh(DomainError):
    """The account has {available} points available, which is less than a floor of {floor}. Nothing was changed.

    Choose a floor that the account can keep today.
    """

    kind, code = Kind.REFUSED, "FLOOR_TOO_HIGH"


class AlreadyCorrected(DomainError):
    """This entry was already reversed or corrected. Nothing was changed.

    Look at the statement: the entry that undoes it is there.
    """

    kind, code = Kind.CONFLICT, "ALREADY_CORRECTED"


class NotReversible(DomainError):
    """This entry cannot be reversed: only an award, a spending or an adjustment can. Nothing was changed.

    For an expiry, a transfer or an earlier reversal, propose an adjustment instead.
    """

    kind, code = Kind.REFUSED, "NOT_REVERSIBLE"


class TransactionUnknown(DomainError):
    """There is no such entry in this account. Nothing was changed.

    Copy the number from the statement and try again.
    """

    kind, code = Kind.MISSING, "TRANSACTION_UNKNOWN"


class PendingEnded(DomainError):
    """This waited for its day and has already ended: {outcome}. Nothing was changed.

    Look at the statement to see what became of it.
    """

    kind, code = Kind.CONFLICT, "PENDING_ENDED"
