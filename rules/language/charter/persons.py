"""Who is meant, and what of a person may be read at all: CH-10 to CH-13."""

from collections.abc import Iterator

from kernel.errors import Finding
from rules.language.charter.reads import Read, speaks_against
from rules.language.charter.scope import Scope, breach

TOGETHER = ("household", "unit")


def check_persons(scope: Scope) -> Iterator[Finding]:
    """Every fault of who answers for what, and of facts that are nobody's business."""
    yield from _own_deeds(scope)
    yield from _children(scope)
    for read in scope.reads:
        yield from _topic(scope, read)


def _own_deeds(scope: Scope) -> Iterator[Finding]:
    """CH-10: whoever is deducted from, or kept out, did it themselves."""
    pack = scope.pack
    for item in scope.deductions():
        if pack.holder in TOGETHER:
            message = "A household or a town answers for nobody: only whoever did it loses points."
            yield breach("CH-10", f"items.{item.code}", message)
        if pack.choosing is not None:
            message = "Where relatives' facts may stand in, nothing is deducted."
            yield breach("CH-10", "choosing", message)
    taking = {item.code for item in scope.deductions()}
    for read in scope.reads:
        deducted = read.item is not None and read.item.code in taking
        against = read.falls and speaks_against(read, scope.known)
        if read.whose and (deducted or against or read.use == "veto"):
            yield breach("CH-10", read.path, "Nobody answers for a relative.")


def _children(scope: Scope) -> Iterator[Finding]:
    """CH-11: where somebody may be named for what speaks against them, they are grown up."""
    published, least = scope.pack.lawful.publication, scope.number("published_from")
    if published is None or scope.pack.holder not in ("resident", *TOGETHER):
        return
    against = scope.deductions() or scope.pack.vetoes or scope.pack.bars or scope.pack.purpose == "risk-warning"
    if against and published.from_age < least:
        message = "Nobody under {least} is named in public for what speaks against them."
        yield breach("CH-11", "lawful.publication.from_age", message, least=least)


def _topic(scope: Scope, read: Read) -> Iterator[Finding]:
    """CH-12 and CH-13: what a fact or an event tells of a person, and what for it may be read."""
    topic, charter, pack = scope.topic(read), scope.charter, scope.pack
    if not topic:
        return
    if read.falls and topic in charter.named("rights"):
        message = "{name} is the use of a right: it never counts against anybody."
        yield breach("CH-13", read.path, message, name=read.name)
    elif topic in charter.named("banned_topics"):
        yield breach("CH-12", read.path, "{name} may not be read by any rules.", name=read.name)
    elif topic in charter.named("inner_topics"):
        if pack.purpose != "internal-management" or not pack.lawful.narrow_access:
            message = "{name} is read only in internal management, with narrow access."
            yield breach("CH-12", read.path, message, name=read.name)
    elif topic in charter.named("decree_topics"):
        yield from _criterion(scope, read, topic)


def _criterion(scope: Scope, read: Read, topic: str) -> Iterator[Finding]:
    """A criterion such as education: for a benefit that was applied for, where a decree names it."""
    pack = scope.pack
    if pack.mode == "accrual" or pack.purpose not in ("benefit", "basic-public-service"):
        message = "{name} is read only where somebody applies for a benefit."
        yield breach("CH-12", read.path, message, name=read.name)
    elif pack.holder in ("resident", "household") and any(result.scale is not None for result in pack.results):
        message = "{name} says nothing of how a person stands: no level may read it."
        yield breach("CH-12", read.path, message, name=read.name)
    elif not any(topic in scope.known.bases[code].names for code in scope.bases(read.item)):
        message = "No decree that is cited names the criterion {topic}."
        yield breach("CH-12", read.path, message, topic=topic)
