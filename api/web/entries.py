"""What a statement says in words: point kinds, amounts, why each entry stands there, who decided, and what undid it.

Shared by the resident's pages, the auditor's and the API. Pure: the sentences are made from the posting and the very
version of the rules that it names. Must never show a name: who decided is told by the label of a post.
"""

from dataclasses import dataclass

from api.web.templates import day, duration, last_day, named, points, signed
from kernel.locale import Language, translate
from points.ledger.model import DEBT, Minor
from points.ledger.statement import Line
from rules.catalogue.register import catalogue
from rules.governance.registry import Published, Registry


@dataclass(frozen=True, slots=True)
class Entry:
    """One line with its words: `because` why it stands there, `by` who decided it, `undone` what became of it."""

    line: Line
    because: str
    by: str
    undone: str
    rule: Published | None


def kind_title(language: Language, code: str) -> str:
    """The title of a point kind, also of what is owed of one; or its code."""
    kind = catalogue().point_kinds.get(code.removeprefix(DEBT))
    if kind is None:
        return code
    title = kind.title[language]
    return translate(language, "Owed: {kind}", kind=title) if code.startswith(DEBT) else title


def amount(language: Language, code: str, minor: Minor, with_sign: bool = False) -> str:
    """An amount as people read it; minutes become hours and minutes. Unknown kinds show their minor units."""
    kind = catalogue().point_kinds.get(code.removeprefix(DEBT))
    if kind is None or kind.unit != "minute":
        scale = kind.scale if kind else 0
        return signed(minor, scale) if with_sign else points(minor, scale)
    sign = "−" if minor < 0 else "+" if with_sign else ""
    return sign + duration(language, abs(minor))


def counted(language: Language, code: str, minor: Minor) -> str:
    """An amount with its unit: `8 points`, `2 h`."""
    kind = catalogue().point_kinds.get(code.removeprefix(DEBT))
    told = amount(language, code, minor)
    if kind and kind.unit == "minute":
        return told
    return translate(language, "1 point") if told == "1" else translate(language, "{count} points", count=told)


def entry(line: Line, registry: Registry, language: Language) -> Entry:
    """A line with its words."""
    rule = rule_of(line, registry)
    undone = ""
    if line.undone_at:
        undone = translate(language, "reversed on {day}", day=day(language, line.undone_at))
    return Entry(line, _because(line, rule, language), _by(line, language), undone, rule)


def rule_of(line: Line, registry: Registry) -> Published | None:
    """The version that gave these points, or by which they are taken back."""
    if line.programme is None:
        return None
    return next((one for one in registry.versions(line.programme) if one.version == line.version), None)


_SIDES = {
    "redemption": "Used for a voucher",
    "clearing": "Moved with its dates between two registers of one person",
    "adjustment": "Adjusted by two officials",
    "debt": "New points paid back what was owed",
}
"""Message ids by the side of the books that an entry was posted against."""


def _because(line: Line, rule: Published | None, language: Language) -> str:
    side = line.contra.partition(":")[0]
    if line.undoes is not None:
        return translate(language, _undoing(line))
    if side == "expiry":
        return translate(language, "Not used by {day}", day=day(language, last_day(line.effective_at), year=True))
    if side == "clearing" and line.reason == "transfer":
        return translate(language, "Transferred between two accounts, with their own dates")
    if side in _SIDES:
        return translate(language, _SIDES[side])
    if rule is None:
        return ", ".join(line.items)
    if line.re_rate is not None:
        message = "Decided again by {pack} {version}; only the difference is booked"
        return translate(language, message, pack=named(language, rule.pack.title), version=rule.version)
    titles = {item.code: named(language, item.title) for item in rule.pack.items}
    items = ", ".join(titles.get(code, code) for code in line.items)
    pack = named(language, rule.pack.title)
    return translate(language, "{items}, by {pack} {version}", items=items, pack=pack, version=rule.version)


def _undoing(line: Line) -> str:
    """The message id for an entry that undoes another."""
    if line.point_kind.startswith(DEBT):
        if line.amount > 0:
            return "An entry was reversed after its points were gone, so they are owed: new points pay them back first"
        return "An entry that had paid back was reversed"
    if line.amount > 0:
        return "A spending was reversed: its points are back, with their own dates"
    return "An entry was reversed: what it gave is taken back"


def _by(line: Line, language: Language) -> str:
    side = line.contra.partition(":")[0]
    if line.decider and line.author:
        message = "Proposed by {author}, approved by {decider}"
        return translate(language, message, author=line.author, decider=line.decider)
    if line.decider:
        return translate(language, "Decided by {decider}", decider=line.decider)
    if line.undoes is not None:
        return translate(language, "By a corrected record")
    if side == "expiry":
        return translate(language, "By its date")
    evidence = catalogue().evidence_kinds.get(line.evidence or "")
    if evidence is None:
        return translate(language, "By the holder")
    return translate(language, "By the rules; {evidence}", evidence=evidence.title[language])
