"""What is shown to the public, how, and for how long: CH-22."""

from collections.abc import Iterator

from kernel.errors import Finding
from rules.engine.outcome import Publication
from rules.language.charter.scope import Scope, breach


def check_publication(scope: Scope) -> Iterator[Finding]:
    """Every fault of a publication; a pack without one has none."""
    published = scope.pack.lawful.publication
    if published is None:
        return
    yield from _basis(scope, published)
    mask = scope.charter.masks.get(published.mask)
    if mask is None:
        message = "There is no mask {name}; there is: {masks}."
        masks = ", ".join(scope.charter.masks)
        yield breach("CH-22", "lawful.publication.mask", message, name=published.mask, masks=masks)
    elif mask.alike < (least := scope.number("alike_at_least")):
        message = "What is shown must fit {least} people at least."
        yield breach("CH-22", "lawful.publication.mask", message, least=least)
    most = _most_days(scope)
    if published.days > most:
        message = "A list like this is public for {most} days at most, not {days}."
        yield breach("CH-22", "lawful.publication.days", message, most=most, days=published.days)
    hardship = scope.charter.named("hardship_topics")
    for read in scope.reads:
        if scope.topic(read) in hardship:
            message = "{name} tells of need or illness: nobody is listed by it."
            yield breach("CH-22", "lawful.publication", message, name=read.name)


def _basis(scope: Scope, published: Publication) -> Iterator[Finding]:
    """A law that allows it, or the person's own separate consent."""
    levels = scope.charter.named("publication_levels")
    entry = scope.known.bases[published.basis] if published.basis is not None else None
    if not published.consent and (entry is None or entry.level not in levels):
        message = "Publication needs a legal basis above a local notice, or the person's separate consent."
        yield breach("CH-22", "lawful.publication.basis", message)


def _most_days(scope: Scope) -> int:
    """As long as the gravest deduction lasts at most; minor ones are not published at all."""
    grades = {item.deduction.grade for item in scope.deductions() if item.deduction is not None}
    if "minor" in grades:
        return scope.number("published_minor_days")
    for grade in ("general", "serious"):
        if grade in grades:
            return scope.number(f"{grade}_days")
    return scope.number("published_days")
