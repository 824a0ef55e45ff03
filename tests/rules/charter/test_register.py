"""The charter and the catalogue as data: complete, said in both languages, and kept by whoever else holds a number."""

import re
from fractions import Fraction

from points.what_if.groups import FAIR
from rules.catalogue.charter_register import Bound, Listed, charter
from rules.catalogue.register import EventKind, EvidenceKind, FactKind, catalogue
from rules.engine.deductions import OLDEST_MONTHS, YOUNGEST
from rules.governance.publish import PUBLIC_BEFORE_EFFECT

TELLING = re.compile(
    r"education|degree|vocation|insur|(?<![a-z])tax(?!_offence)|hous|rent(?!al)|income|salary|deposit|birth|marri|spouse|religi"
    r"|ethnic|(?<![a-z])gene(?!ral)|blood|marrow|disab|illness|(?<![a-z])petition|donat|party"
)
"""Words in a name that tell of what the charter asks about. Who adds such a fact says its topic."""


def test_every_rule_is_there_in_both_languages_and_every_number_says_what_it_rests_on() -> None:
    asked = charter()
    assert list(asked.rules) == [f"CH-{number:02}" for number in range(1, 29)]
    entries: list[Bound | Listed] = [*asked.numbers.values(), *asked.lists.values()]
    assert {entry.rule for entry in entries} <= set(asked.rules)
    titles = [*asked.rules.values(), *(entry.basis for entry in entries)]
    titles += [domain.title for domain in asked.domains.values()] + [mask.title for mask in asked.masks.values()]
    assert all(title["zh"].strip() and title["en"].strip() for title in titles)


def test_whoever_else_holds_a_number_of_the_charter_holds_the_same() -> None:
    asked = charter()
    assert (asked.number("youngest"), asked.number("fact_months")) == (YOUNGEST, OLDEST_MONTHS)
    assert PUBLIC_BEFORE_EFFECT.days == asked.number("public_days")
    assert Fraction(asked.number("even_percent"), 100) == FAIR


def test_a_fact_whose_name_tells_of_what_the_charter_asks_says_its_topic() -> None:
    known = catalogue()
    entries: dict[str, FactKind | EventKind] = {**known.facts, **known.event_kinds}
    untold = [name for name, entry in entries.items() if TELLING.search(name) and not entry.topic]
    assert untold == []


def test_every_topic_of_the_catalogue_is_one_that_the_charter_knows() -> None:
    asked, known = charter(), catalogue()
    entries: list[FactKind | EventKind | EvidenceKind] = [
        *known.facts.values(),
        *known.event_kinds.values(),
        *known.evidence_kinds.values(),
    ]
    topics = {entry.topic for entry in entries}
    topics |= {topic for basis in known.bases.values() for topic in basis.names}
    assert topics - {""} <= {value for listed in asked.lists.values() for value in listed.values}


def test_what_no_pack_may_read_is_kept_for_records_of_the_past_alone() -> None:
    banned = charter().named("banned_topics")
    assert {fact.purpose for fact in catalogue().facts.values() if fact.topic in banned} <= {"record"}
    assert all("record" not in served for served in charter().serves.values())
