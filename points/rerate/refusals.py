"""What a re-rate is refused for, each with its next step. Nothing is written when one is raised."""

from kernel.errors import DomainError, Kind


class ReRateMissing(DomainError):
    """There is no such proposal of a re-rate.

    Open the list of what waits for a decision, and choose one.
    """

    kind, code = Kind.MISSING, "RE_RATE_MISSING"


class ReRateBroken(DomainError):
    """What is stored of this re-rate is no longer what was proposed, so nobody can decide about it. Nothing was posted.

    Tell the operator, and propose it again.
    """

    kind, code = Kind.CONFLICT, "RE_RATE_BROKEN"


class ReRateReasonNeeded(DomainError):
    """A re-rate needs a reason and its legal basis, up to 500 letters each. Nothing was saved.

    Write in a sentence what was wrong and what allows to correct it, without names.
    """

    kind, code = Kind.INVALID, "RE_RATE_REASON_NEEDED"


class ReRateSpanInvalid(DomainError):
    """A re-rate is about days that are over, at most five years of them. Nothing was saved.

    Choose a first and a last day before today.
    """

    kind, code = Kind.INVALID, "RE_RATE_SPAN_INVALID"


class ReRateProgrammeMissing(DomainError):
    """No version of this programme that pays points is published. Nothing was saved.

    Choose one from the list.
    """

    kind, code = Kind.MISSING, "RE_RATE_PROGRAMME_MISSING"


class ReRateWaits(DomainError):
    """The very same re-rate already waits for another official. Nothing was saved.

    Wait for that decision, or propose other days.
    """

    kind, code = Kind.CONFLICT, "RE_RATE_WAITS"


class NothingToReRate(DomainError):
    """Every event of these days is worth now what it was given, so there is nothing to post. Nothing was saved.

    Look at whether the corrected version is published, and at the days.
    """

    kind, code = Kind.REFUSED, "NOTHING_TO_RE_RATE"


class RulesMovedOn(DomainError):
    """Since this re-rate was proposed other rules came into force for its days. Nothing was posted.

    Return it, and have it proposed again with the figures of today.
    """

    kind, code = Kind.CONFLICT, "RULES_MOVED_ON"
