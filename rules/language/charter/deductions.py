"""What a deduction owes to a person: a legal basis, a document, notice, a way to object, an end, a way to repair.

CH-01, 02, 04 to 07, 16, 17 of a pack as it is written; when each event counts is `rules.engine.deductions`' question.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from kernel.errors import Finding
from rules.engine.model import Item
from rules.engine.outcome import Deduction
from rules.engine.tree import Condition, Selection
from rules.engine.windows import CalendarWindow, DatesWindow, LastWindow, Window
from rules.language.charter.reads import Read, adverse, speaks_against
from rules.language.charter.scope import Scope, breach
from rules.language.ranges import possible

DAYS = {"years": 365, "year": 365, "quarter": 91, "months": 30, "month": 30, "days": 1}
KEEPS_OUT = ("requires", "veto", "when", "choosing")


def check_deductions(scope: Scope) -> Iterator[Finding]:
    """Every fault of what takes points or keeps somebody out."""
    for item in scope.deductions():
        path = f"items.{item.code}"
        yield from _basis(scope, item, path)
        yield from _evidence(scope, item, path)
        if item.deduction is None:
            yield from _without_rights(path)
        else:
            yield from _rights(scope, item.deduction, f"{path}.deduction")
            yield from _reaching_back(scope, item, item.deduction, path)
    yield from _banned_evidence(scope)
    yield from _keeping_out(scope)
    yield from _twice(scope)


def _basis(scope: Scope, item: Item, path: str) -> Iterator[Finding]:
    """CH-01: one entry of the register at least that is law, names its article, and is in force."""
    entries = [scope.known.bases[code] for code in item.basis]
    lawful = [entry for entry in entries if entry.level in scope.charter.named("deduction_levels")]
    if not lawful:
        message = "Points may be taken only on the basis of law or central policy, named by the item itself."
        yield breach("CH-01", f"{path}.basis", message)
    for entry in lawful:
        if not (entry.article and entry.document):
            message = "{basis} must be cited by document and article where points are taken."
            yield breach("CH-01", f"{path}.basis", message, basis=entry.code)
        if entry.in_force_on > scope.pack.effective_from:
            message = "{basis} is in force only from {day}."
            yield breach("CH-01", f"{path}.basis", message, basis=entry.code, day=entry.in_force_on.isoformat())


def _evidence(scope: Scope, item: Item, path: str) -> Iterator[Finding]:
    """CH-02: documents with legal effect; or two kinds of evidence, one of them official."""
    if not scope.of_decisions(item):
        yield breach("CH-02", f"{path}.quantity", "Points may be taken only for events that rest on a document.")
    kinds = [scope.known.evidence_kinds[code] for code in item.evidence]
    documents = bool(kinds) and all(kind.document for kind in kinds)
    two = len({kind.code for kind in kinds}) >= 2 and any(kind.official for kind in kinds)
    if not (documents or two):
        message = "A deduction needs a legally effective document, or two kinds of evidence of which one is official."
        yield breach("CH-02", f"{path}.evidence", message)


def _banned_evidence(scope: Scope) -> Iterator[Finding]:
    for read in scope.reads:
        if read.what != "evidence":
            continue
        kind = scope.known.evidence_kinds[read.name]
        if {kind.code, kind.topic} & scope.charter.named("banned_evidence"):
            yield breach("CH-02", read.path, "{name} is never evidence.", name=kind.code)


def _without_rights(path: str) -> Iterator[Finding]:
    """Something takes points and does not say what it owes: each right is told, as each is missing."""
    for code, message in (
        ("CH-04", "This may take points, and nobody is told before it counts."),
        ("CH-05", "This may take points, and nobody may object."),
        ("CH-06", "This may take points, and never ends."),
        ("CH-07", "This may take points, and cannot be made good."),
    ):
        yield breach(code, f"{path}.deduction", message)


def _rights(scope: Scope, deduction: Deduction, path: str) -> Iterator[Finding]:
    least, most = scope.number("notice_working_days"), scope.number(f"{deduction.grade}_days")
    if deduction.notice_days < least:
        message = "Notice is {least} working days at least, not {days}."
        yield breach("CH-04", f"{path}.notice_days", message, least=least, days=deduction.notice_days)
    least = scope.number("appeal_days")
    if deduction.appeal_days < least:
        message = "Everybody has {least} days at least to object, not {days}."
        yield breach("CH-05", f"{path}.appeal_days", message, least=least, days=deduction.appeal_days)
    if deduction.lasts_days > most:
        message = "A deduction of this grade lasts {most} days at most, not {days}."
        yield breach("CH-06", f"{path}.lasts_days", message, most=most, days=deduction.lasts_days)
    if not deduction.repairs:
        yield breach("CH-07", f"{path}.repair", "There must be a way to make it good.")
        return
    least, best = scope.number(f"{deduction.grade}_restored"), max(one.restores_percent for one in deduction.repairs)
    if best < least:
        message = "Making it good must give back {least} percent at least; the best way here gives {best}."
        yield breach("CH-07", f"{path}.repair", message, least=least, best=best)


def _reaching_back(scope: Scope, item: Item, deduction: Deduction, path: str) -> Iterator[Finding]:
    """CH-16: a window that promises to count what is too old, or older than the rules."""
    window = item.quantity.within if isinstance(item.quantity, Selection) else None
    if isinstance(window, DatesWindow) and window.first < scope.pack.effective_from:
        message = "Nothing before {day}, when these rules begin, may be deducted for."
        day = scope.pack.effective_from.isoformat()
        yield breach("CH-16", f"{path}.quantity.within", message, day=day)
    oldest = scope.number("fact_months") * DAYS["months"] + deduction.lasts_days
    if (days := _days(window)) is not None and days > oldest:
        message = "A fact may be told of {months} months after it at most, and then counts for {days} days."
        months, counts = scope.number("fact_months"), deduction.lasts_days
        yield breach("CH-16", f"{path}.quantity.within", message, months=months, days=counts)


def _days(window: Window | None) -> int | None:
    """How many days a window spans, a month taken as thirty; None where it is as long as time."""
    match window:
        case LastWindow():
            return DAYS[window.unit] * window.count
        case CalendarWindow():
            return DAYS[window.unit] * (window.count + 1)
        case DatesWindow():
            return (window.last - window.first).days + 1
    return None


def _keeping_out(scope: Scope) -> Iterator[Finding]:
    """CH-06 of what keeps somebody out instead of taking points: it ends as a serious deduction does."""
    most = scope.number("serious_days")
    for read in scope.reads:
        if read.use in KEEPS_OUT and read.falls and speaks_against(read, scope.known):
            days = _days(read.selection.within) if read.selection else None
            if days is None or days > most:
                message = "What is past keeps nobody out for more than {most} days: this needs a window."
                yield breach("CH-06", read.path, message, most=most)
    for bar in scope.pack.bars:
        if not adverse(scope.known.event_kinds[bar.kind]):
            message = "Somebody is kept out only for events that rest on a document."
            yield breach("CH-02", f"bars.{bar.code}", message)
        if bar.months is None or bar.months * DAYS["months"] > most:
            message = "Nobody is kept out for ever, or for more than {most} days."
            yield breach("CH-06", f"bars.{bar.code}", message, most=most)


def _twice(scope: Scope) -> Iterator[Finding]:
    """CH-17: no event may be deducted for by two items."""
    for one, other in combinations(scope.deductions(), 2):
        if _overlap(scope, _counted(scope, one), _counted(scope, other)):
            message = "{one} and {other} may take points for the same event."
            yield breach("CH-17", f"items.{other.code}.quantity", message, one=one.code, other=other.code)


def check_beside(scope: Scope, other: Scope) -> Iterator[Finding]:
    """CH-17 over two programmes: no event may be deducted for under both."""
    theirs = [read for item in other.deductions() for read in _counted(other, item)]
    for item in scope.deductions() if scope.pack.holder == other.pack.holder else ():
        if _overlap(scope, _counted(scope, item), theirs):
            message = "{one} may take points for an event for which {other} takes some already."
            path, programme = f"items.{item.code}.quantity", other.pack.programme
            yield breach("CH-17", path, message, one=item.code, other=programme)


def _counted(scope: Scope, item: Item) -> list[Read]:
    return [read for read in scope.reads if read.item is item and read.what == "event" and read.use == "item"]


def _overlap(scope: Scope, one: Iterable[Read], other: Sequence[Read]) -> bool:
    """Whether some event could be read by both."""
    return any(
        first.name == second.name
        and possible([where for read in (first, second) if (where := _where(read))], first.name, scope.known)
        for first in one
        for second in other
    )


def _where(read: Read) -> Condition | None:
    return read.selection.where if read.selection else None
