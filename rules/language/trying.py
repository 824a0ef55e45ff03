"""A pack tried on somebody made up: what it asks, as the fields of a form, and what was answered, as facts and events.

    asks      pack -> fields, by heading: facts first, then each kind of event
    asks_of   packs -> what any of them asks
    answered  what was filled in -> facts and events, with a finding at each field that does not fit

    f.education, f.spouse.age, f.insured_years.pension      a fact, as a column of a file of facts is called
    e.service.occurred_at, e.service.data.minutes           an event; of an assessment, `times` alike

Pure. Scored by the engine that scores everybody. Must never ask for what the pack does not read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

from kernel.errors import Finding
from rules.catalogue.register import Catalogue, EventKind, FactKind, Field, Title, catalogue
from rules.engine.deductions import FIELDS as LAWFUL
from rules.engine.model import EventView, Item, Pack
from rules.engine.reads import reads_of
from rules.engine.subject import balance_key
from rules.engine.tree import EvidenceIn, Selection
from rules.engine.walk import nodes
from rules.language.facts import HolderFacts, read_event, read_holder, typed

MOST_ALIKE: Final = 50
"""So many events alike may be tried at once."""
WHOSE: Final[Mapping[str, Title]] = {
    "": {"zh": "本人", "en": "Yourself"},
    "spouse": {"zh": "配偶", "en": "Spouse"},
    "child": {"zh": "子女", "en": "Child"},
    "mother": {"zh": "母亲", "en": "Mother"},
    "father": {"zh": "父亲", "en": "Father"},
}
TIMES: Final = Field("times", "int", 0, MOST_ALIKE, (), False, "", {"zh": "几次", "en": "How many times"}, {})
BEGAN: Final = ("occurred_at", Field("", "", 0, 0, (), False, "", {"zh": "开始", "en": "From"}, {}))
ENDED: Final = ("ended_at", Field("", "", 0, 0, (), False, "", {"zh": "结束", "en": "Until"}, {}))
YES_NO: Final = [("true", {"zh": "是", "en": "yes"}), ("false", {"zh": "否", "en": "no"})]


@dataclass(frozen=True, slots=True)
class Ask:
    """One field of the form: its name there, what is asked, and the type and range of its answer."""

    name: str
    title: Title
    field: Field

    @property
    def options(self) -> list[tuple[str, Title]]:
        """The answers to choose from, where there are such."""
        if self.field.type == "bool":
            return list(YES_NO)
        return [(value, self.field.labels.get(value, {"zh": value, "en": value})) for value in self.field.values]


@dataclass(frozen=True, slots=True)
class Asks:
    """Fields under one heading; `kind` is the event kind that they are about, empty for facts."""

    kind: str
    whose: str
    title: Title
    fields: tuple[Ask, ...]

    @property
    def prefix(self) -> str:
        """How the names of an event's fields begin."""
        return f"e.{self.kind}@{self.whose}" if self.whose else f"e.{self.kind}"


def asks(pack: Pack) -> list[Asks]:
    """What a pack reads: of an accrual each kind of event, of an assessment facts and kinds of events."""
    known = catalogue(pack.catalogue)
    evidence = _evidence(pack, known)
    if pack.mode == "accrual":
        kinds = dict.fromkeys(item.on for item in _shown(pack) if item.on is not None)
        return [_of_event(known.event_kinds[kind], "", pack, evidence, alike=False) for kind in kinds]
    about: dict[str, list[Ask]] = {}
    for whose, ask in _of_facts(pack, known):
        about.setdefault(whose, []).append(ask)
    found = [Asks("", whose, WHOSE[whose], tuple(own)) for whose, own in about.items()]
    return [*found, *(_of_event(known.event_kinds[k], w, pack, evidence, alike=True) for k, w in _selected(pack))]


def asks_of(packs: Sequence[Pack]) -> list[Asks]:
    """What any of these packs reads, so that none is told too little: as the last asks it, then what others add."""
    found: dict[tuple[str, str], Asks] = {}
    for group in (group for pack in reversed(packs) for group in asks(pack)):
        had = found.get((group.kind, group.whose))
        names = {ask.name for ask in had.fields} if had else set()
        more = tuple(ask for ask in group.fields if ask.name not in names)
        found[group.kind, group.whose] = replace(had, fields=had.fields + more) if had else group
    return sorted(found.values(), key=lambda group: bool(group.kind))


def answered(pack: Pack, form: Mapping[str, str], day: date) -> tuple[HolderFacts, list[Finding]]:
    """What was filled in; what was left empty is not known, and an event without a day was on `day`.

    Paths of findings are names of fields.
    """
    known, asked = catalogue(pack.catalogue), asks(pack)
    facts = {ask.name for group in asked if not group.kind for ask in group.fields}
    row = {name.removeprefix("f."): text for name, text in form.items() if name in facts and text}
    found, findings = read_holder(row, "f", known)
    events: list[EventView] = []
    for group in (group for group in asked if group.kind):
        events += _events(group, form, day, known, findings)
    return HolderFacts("f", found.facts, tuple(events)), findings


def _events(
    group: Asks, form: Mapping[str, str], day: date, known: Catalogue, findings: list[Finding]
) -> list[EventView]:
    """As many alike as were asked for: one where nothing else is said, none where nothing at all is."""
    told = {ask.name.removeprefix(f"{group.prefix}."): form.get(ask.name, "") for ask in group.fields}
    times = _times(told.get("times", ""), f"{group.prefix}.times", findings)
    if not times or not any(text for name, text in told.items() if name != "evidence"):
        return []
    began = told["occurred_at"] or day.isoformat()
    typed_as = {ask.name.removeprefix(f"{group.prefix}."): ask.field for ask in group.fields}
    entry = {
        "kind": group.kind,
        "occurred_at": began,
        "ended_at": told["ended_at"] or began,
        "evidence": told.get("evidence") or "declared",
        "whose": group.whose,
        "data": {
            name.removeprefix("data."): typed(text, typed_as[name])
            for name, text in told.items()
            if name.startswith("data.") and text
        },
    }
    event = read_event(entry, group.prefix, known, findings)
    return [event] * times if event is not None else []


def _times(text: str, path: str, findings: list[Finding]) -> int:
    """How many alike, one where nothing is said; a finding, and none, where it is no number that fits."""
    if not text:
        return 1
    if text.isascii() and text.isdigit() and int(text) <= MOST_ALIKE:
        return int(text)
    message = "{name} must be a whole number from {least} to {most}."
    findings.append(Finding("WRONG_VALUE", path, message, {"name": "times", "least": 0, "most": MOST_ALIKE}))
    return 0


def _shown(pack: Pack) -> list[Item]:
    return [pack.item(code) for code in pack.shown]


def _selected(pack: Pack) -> dict[tuple[str, str], None]:
    """Each kind of event that an assessment reads, and whose; of whoever may be chosen, each one's."""
    roles = pack.choosing.among if pack.choosing else ("",)
    selections = [node for node in nodes(pack) if isinstance(node, Selection)]
    return dict.fromkeys((one.kind, whose) for one in selections for whose in ((one.whose,) if one.whose else roles))


def _of_facts(pack: Pack, known: Catalogue) -> Iterator[tuple[str, Ask]]:
    """Whose it is, and the field: one for each kind of a fact that has kinds; balances last.

    In the order in which the pack names them, relatives' after one's own.
    """
    reads = reads_of(pack)
    named = [node.name for node in nodes((pack.requires, *_shown(pack))) if hasattr(node, "name")]
    first = {name: place for place, name in reversed(list(enumerate(named)))}
    for key in sorted(reads.facts, key=lambda key: (_of(key)[0], first.get(_of(key)[1], len(first)), key)):
        whose, name = _of(key)
        fact = known.facts[name]
        for kind in fact.kinds if fact.by is not None else ("",):
            title = _joined(fact.value.title, fact.value.labels.get(kind, {"zh": kind, "en": kind}) if kind else None)
            yield whose, Ask(f"f.{key}.{kind}" if kind else f"f.{key}", title, _valued(fact))
    for kind in sorted(reads.balances):
        field = Field(kind, "int", 0, 10**9, (), False, "", {}, {})
        yield "", Ask(f"f.{balance_key(kind)}", known.point_kinds[kind].title, field)


def _of(key: str) -> tuple[str, str]:
    """Whose a fact is, and its name."""
    whose, _, name = key.rpartition(".")
    return whose, name


def _valued(fact: FactKind) -> Field:
    """The field of one value: labels of kinds are no answers."""
    return fact.value if fact.by is None else replace(fact.value, labels={})


def _of_event(kind: EventKind, whose: str, pack: Pack, evidence: Field | None, *, alike: bool) -> Asks:
    """When it happened, how many alike, how it is shown where that matters, and what of its data counts."""
    group = Asks(kind.code, whose, _joined(kind.title, WHOSE[whose] if whose else None), ())
    day = "date" if alike else "instant"
    told = {"times": TIMES} if alike else {}
    told |= {name: replace(field, type=day) for name, field in (BEGAN, ENDED)}
    told |= {"evidence": evidence} if evidence else {}
    told |= {f"data.{name}": field for name, field in kind.data.items() if _counts(pack, field)}
    return replace(
        group, fields=tuple(Ask(f"{group.prefix}.{name}", field.title, field) for name, field in told.items())
    )


def _counts(pack: Pack, field: Field) -> bool:
    """Whether what an event says here can change anything, or must be said; ids never do."""
    if field.type == "uuid" or field.name == "stretch":
        return False
    values = (getattr(node, part.name) for node in nodes(pack) for part in fields(node))
    lawful = LAWFUL if any(item.deduction for item in pack.items) else ()
    return field.required or field.name in lawful or field.name in {value for value in values if isinstance(value, str)}


def _evidence(pack: Pack, known: Catalogue) -> Field | None:
    """The kinds of evidence to choose from, the strongest first, where a pack asks for any."""
    asked = any(isinstance(node, EvidenceIn) for node in nodes(pack)) or any(item.evidence for item in pack.items)
    if not asked:
        return None
    kinds = sorted(known.evidence_kinds.values(), key=lambda one: (-one.grade, one.code))
    labels = {one.code: one.title for one in kinds}
    return Field("evidence", "enum", 0, 0, tuple(labels), False, "", {"zh": "凭证", "en": "Evidence"}, labels)


def _joined(title: Title, more: Title | None) -> Title:
    return title if more is None else {"zh": f"{title['zh']}({more['zh']})", "en": f"{title['en']} ({more['en']})"}
