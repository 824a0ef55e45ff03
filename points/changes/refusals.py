"""What a change of the ledger is refused for, each with its next step. Nothing is written when one is raised."""

from kernel.errors import DomainError, Kind


class ChangeMissing(DomainError):
    """There is no such proposal of a change in the ledger.

    Open the list of what waits for a decision, and choose one.
    """

    kind, code = Kind.MISSING, "CHANGE_MISSING"


class ChangeBroken(DomainError):
    """What is stored of this change is no longer what was proposed, so nobody can decide about it. Nothing was changed.

    Tell the operator, and propose it again.
    """

    kind, code = Kind.CONFLICT, "CHANGE_BROKEN"


class ChangeReasonNeeded(DomainError):
    """A change in the ledger needs a reason of up to 500 letters. Nothing was saved.

    Write in a sentence why it is right, without names.
    """

    kind, code = Kind.INVALID, "CHANGE_REASON_NEEDED"


class AlreadyProposed(DomainError):
    """The very same change already waits for another official. Nothing was saved.

    Wait for that decision, or propose something else.
    """

    kind, code = Kind.CONFLICT, "ALREADY_PROPOSED"


class PointKindUnknown(DomainError):
    """There is no such kind of points that could be changed. Nothing was saved.

    Choose one of the kinds in the list; what is owed is paid by points, and has no change of its own.
    """

    kind, code = Kind.INVALID, "POINT_KIND_UNKNOWN"


class AmountInvalid(DomainError):
    """This amount can't be moved: it must be a whole number from 1 to {most}. Nothing was saved.

    Correct the amount; a larger matter is a correction of its event, or several decisions.
    """

    kind, code = Kind.INVALID, "AMOUNT_INVALID"


class AdjustmentReasonUnknown(DomainError):
    """There is no such code of a reason. Nothing was saved.

    Choose one of: {codes}.
    """

    kind, code = Kind.INVALID, "ADJUSTMENT_REASON_UNKNOWN"


class LastDayInvalid(DomainError):
    """Only points that are given have a last day, between today and ten years ahead. Nothing was changed.

    Choose another day, or leave it empty.
    """

    kind, code = Kind.INVALID, "LAST_DAY_INVALID"


class TooFewPoints(DomainError):
    """The account has {available} points above its floor, fewer than the {needed} to be taken. Nothing was changed.

    Choose a smaller amount, or look at what is held and at the floor.
    """

    kind, code = Kind.REFUSED, "TOO_FEW_POINTS"


class NotTransferable(DomainError):
    """Points of this kind stay with whoever earned them: they can't be transferred. Nothing was changed.

    If they were booked for the wrong holder, propose a reversal instead.
    """

    kind, code = Kind.REFUSED, "NOT_TRANSFERABLE"


class TransferToItself(DomainError):
    """A transfer needs two different holders. Nothing was changed.

    Check both numbers.
    """

    kind, code = Kind.INVALID, "TRANSFER_TO_ITSELF"


class RegisterMerged(DomainError):
    """This register was merged into another. Nothing was changed.

    Propose the change for the register that goes on.
    """

    kind, code = Kind.CONFLICT, "REGISTER_MERGED"


class MergeHoldsOpen(DomainError):
    """The register that would end still has {amount} points set aside ({point_kinds}). Nothing was merged.

    Wait until they are taken, given back or expired; the statement names them.
    """

    kind, code = Kind.CONFLICT, "MERGE_HOLDS_OPEN"


class MergePointsWait(DomainError):
    """The register that would end has {amount} points ({point_kinds}) that wait until {until}. Nothing was merged.

    Wait until they count or lapse, then propose the merge again.
    """

    kind, code = Kind.CONFLICT, "MERGE_POINTS_WAIT"


class NothingToReverse(DomainError):
    """This event gave no points, so there is nothing to reverse. Nothing was changed.

    Look at its decisions to see why it gave none.
    """

    kind, code = Kind.REFUSED, "NOTHING_TO_REVERSE"
