"""What a pack is for: its domain, what basic services keep free of points, and what money and blood may not buy.

CH-03, 21, 23 and 27.
"""

from collections.abc import Iterator

from kernel.errors import Finding
from rules.engine.model import Item
from rules.engine.pricing import (
    Add,
    Bands,
    Between,
    Capped,
    Choice,
    Flat,
    Floored,
    Highest,
    Percent,
    Price,
    Reading,
    Share,
)
from rules.engine.tree import Lasting, Streak, Values
from rules.language.charter.reads import Read, speaks_against
from rules.language.charter.scope import Scope, breach

BASIC = "basic-public-service"


def check_purposes(scope: Scope) -> Iterator[Finding]:
    """Every fault of what a pack is for."""
    yield from _domains(scope)
    yield from _protected(scope)
    if scope.pack.purpose == BASIC:
        yield from _basic(scope)
    yield from _never_lowers(scope)
    yield from _fields(scope)
    yield from _acts(scope)


def bounded(item: Item) -> bool:
    """Whether an item gives no more than so much, however much there is of what it counts."""
    if item.cap is not None or any(cap.per in ("year", "lifetime") for cap in item.caps):
        return True
    endless = isinstance(item.quantity, Values) or getattr(item.quantity, "per", None) is not None
    return item.on is None and not endless and _bounded(item.price)


def _bounded(price: Price) -> bool:
    match price:
        case Flat() | Choice() | Capped() | Share() | Between():
            return True
        case Bands():
            return price.reading is Reading.STEP
        case Floored() | Percent():
            return _bounded(price.price)
        case Add() | Highest():
            return all(map(_bounded, price.prices))
    return False


def _domains(scope: Scope) -> Iterator[Finding]:
    """CH-03: an item counts in its own domain, or a basis names the very pair."""
    lawful, domains = scope.pack.lawful, scope.charter.domains
    if lawful.domain not in domains:
        message = "A pack must say its domain; there is: {domains}."
        yield breach("CH-03", "lawful.domain", message, domains=", ".join(domains))
    crossed = lawful.cross_domain or {}
    for item in scope.pack.items:
        if item.domain and item.domain not in domains:
            message = "There is no domain {name}; there is: {domains}."
            yield breach("CH-03", f"items.{item.code}.domain", message, name=item.domain, domains=", ".join(domains))
        elif item.domain not in ("", lawful.domain, *crossed):
            message = "{name} does not count in {domain}: no basis joins the two."
            yield breach("CH-03", f"items.{item.code}.domain", message, name=item.domain, domain=lawful.domain)
    for other, code in crossed.items():
        pair = f"{other}>{lawful.domain}"
        if pair not in scope.known.bases[code].domains:
            message = "{basis} does not name the pair {pair}."
            yield breach("CH-03", f"lawful.cross_domain.{other}", message, basis=code, pair=pair)


def _protected(scope: Scope) -> Iterator[Finding]:
    """CH-21: what everybody has by right is no prize, under whatever purpose a pack is written."""
    pack, services = scope.pack, scope.charter.named("protected_services")
    domain = scope.charter.domains.get(pack.lawful.domain)
    named = {"programme": pack.programme, **{f"results.{one.code}": one.code for one in pack.results}}
    basic = (domain is not None and domain.basic) or bool(services & set(named.values()))
    if basic and pack.purpose != BASIC:
        message = "This is a basic public service: its purpose must be {purpose}."
        yield breach("CH-21", "purpose", message, purpose=BASIC)
    for scale in pack.scales.values():
        for level in scale.levels:
            for right in level.gives:
                if right.code in services:
                    message = "{name} is everybody's by right; no level opens it."
                    yield breach(
                        "CH-21", f"levels.{scale.code}.{level.code}.gives.{right.code}", message, name=right.code
                    )


def _basic(scope: Scope) -> Iterator[Finding]:
    """CH-21 of a basic service: points may order who waits, under a guarantee; they never decide who is served."""
    pack, guarantee = scope.pack, scope.pack.lawful.guarantee
    for result in pack.results:
        path = f"results.{result.code}"
        if result.threshold is not None or result.decided is not None:
            yield breach("CH-21", f"{path}.threshold", "No line of points stands before a basic public service.")
        if result.scale is not None:
            yield breach("CH-21", f"{path}.levels", "No level stands before a basic public service.")
        if result.order and guarantee is None:
            message = "Points may order who comes first only where everybody is guaranteed the service."
            yield breach("CH-21", "lawful.guarantee", message)
    if guarantee is not None and not all(
        words.get(language, "").strip() for words in (guarantee.title, guarantee.provider) for language in ("zh", "en")
    ):
        message = "A guarantee says in both languages what everybody receives, and from whom."
        yield breach("CH-21", "lawful.guarantee", message)
    for item in scope.deductions():
        yield breach("CH-21", f"items.{item.code}", "A basic public service reads no deduction.")
    for bar in pack.bars:
        yield breach("CH-21", f"bars.{bar.code}", "Nobody is kept from a basic public service.")
    for read in scope.reads:
        decides = read.use in ("requires", "veto", "choosing")
        if decides and (read.what in ("points", "balance") or speaks_against(read, scope.known)):
            message = "Whether somebody is served never depends on points, or on what speaks against them."
            yield breach("CH-21", read.path, message)


def _never_lowers(scope: Scope) -> Iterator[Finding]:
    """CH-21 of every pack: whoever has earned more is never worse off."""
    for read in scope.reads:
        if read.falls and _earned(read, scope):
            message = "More of {name} could leave somebody worse off: whoever earns more never loses by it."
            yield breach("CH-21", read.path, message, name=read.name)
    earning = {read.item.code for read in scope.reads if read.item is not None and _earned(read, scope)}
    for group in scope.pack.groups.values():
        if group.combine in ("only", "first") and len(earning & set(group.of)) > 1:
            message = "Of several things earned the best must count, or earning more could leave somebody worse off."
            yield breach("CH-21", f"groups.{group.code}.combine", message)


def _earned(read: Read, scope: Scope) -> bool:
    """Whether what is read was earned: points, balances, deeds; not time in a place, nor what speaks against one."""
    if read.what == "event":
        timed = isinstance(read.selection, Lasting | Streak)
        return read.use != "bar" and not timed and not speaks_against(read, scope.known)
    return read.what in ("balance", "points")


def _fields(scope: Scope) -> Iterator[Finding]:
    """CH-23: what is read has a purpose that this pack serves, an end, and a sensitivity."""
    told: set[str] = set()
    for read in scope.reads:
        entry = scope.entry(read)
        if entry is None or read.name in told:
            continue
        told.add(read.name)
        if not entry.purpose or entry.sensitivity not in ("personal", "sensitive", "public"):
            message = "{name} has no purpose or no sensitivity in the catalogue."
            yield breach("CH-23", read.path, message, name=read.name)
        elif isinstance(entry.purpose, str) and scope.pack.purpose not in scope.charter.serves.get(entry.purpose, ()):
            message = "{name} was collected for another purpose: {purpose}."
            yield breach("CH-23", read.path, message, name=read.name, purpose=entry.purpose)
        most = scope.number("sensitive_months" if entry.sensitivity == "sensitive" else "other_months")
        if not 1 <= entry.retention_months <= most:
            message = "{name} must be kept for {most} months at most, not {months}."
            yield breach("CH-23", read.path, message, name=read.name, most=most, months=entry.retention_months)


def _acts(scope: Scope) -> Iterator[Finding]:
    """CH-27: money and blood count up to a bound, blood where a decree lists it, and some acts never."""
    inner = scope.pack.purpose == "internal-management"
    money, decreed = scope.charter.named("money_topics"), scope.charter.named("decree_acts")
    for read in scope.reads:
        topic = scope.topic(read)
        if topic in scope.charter.named("closed_acts") and not (inner and topic == "party"):
            yield breach("CH-27", read.path, "{name} never opens a service.", name=read.name)
        if topic in money | decreed and read.use == "item" and read.item and not bounded(read.item):
            message = "{name} buys points without end: this needs a cap."
            yield breach("CH-27", f"items.{read.item.code}.cap", message, name=read.name)
        if topic in decreed and not any(topic in scope.known.bases[code].names for code in scope.bases(read.item)):
            message = "{name} counts only where a decree that is cited lists it."
            yield breach("CH-27", read.path, message, name=read.name)
