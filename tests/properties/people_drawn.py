"""Drawn people for drawn packs: facts of their own and of relatives, balances, and a past. Pure."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from rules.engine.model import EventView
from rules.language.facts import HolderFacts
from tests.properties.packs_drawn import EDUCATION, KINDS

BEGAN = datetime(2025, 12, 27, 16, tzinfo=UTC)
"""Midnight in Shanghai, a few days before a year ends."""


def person(chance: Random, number: int) -> HolderFacts:
    """Somebody with facts, relatives' facts, balances and a past."""
    facts: dict[str, Any] = {}
    for role in ("", "spouse.", "mother."):
        own = {
            "age": chance.choice([0, 17, 18, 35, 36, 45, 46, 150]),
            "education": chance.choice(EDUCATION),
            "residence_permit_valid": chance.random() < 0.7,
            "insured_years": {
                kind: chance.choice([0, 1, 3, 60]) for kind in chance.sample(KINDS, chance.randint(0, 3))
            },
        }
        facts |= {role + name: value for name, value in own.items() if chance.random() < (0.4 if role else 0.8)}
    if chance.random() < 0.8:
        facts["balance:volunteer-points"] = chance.choice([-(10**9), -7, 0, 1, 45, 12_345, 10**9])
    if chance.random() < 0.5:
        facts["members:volunteer-points"] = [chance.choice([-3, 0, 3, 10**9]) for _ in range(chance.randint(0, 4))]
    return HolderFacts(f"h{number}", facts, tuple(event(chance) for _ in range(chance.randint(0, 8))))


def event(chance: Random) -> EventView:
    """Service, with or without its minutes and place, or a penalty with more or less of what it must say."""
    at = BEGAN + timedelta(days=chance.choice([0, 0, 3, 4, 5, 40, 200, 330]), minutes=chance.choice([0, 61, 1439]))
    if chance.random() < 0.75:
        places: list[tuple[str, list[Any]]] = [
            ("minutes", [1, 3, 33, 60, 90, 1440]),
            ("place", ["in_city", "elsewhere"]),
        ]
        data = {name: chance.choice(values) for name, values in places if chance.random() < 0.8}
        return EventView("service", at, at + timedelta(minutes=90), chance.choice(["imported", "declared"]), data)
    data = {"document_no": "1", "decided_by": "police", "notified_on": at.date().isoformat()}
    if chance.random() < 0.5:
        data["reason"] = "late"
    data |= {"repaired_by": chance.choice(["some", "all", "none"])} if chance.random() < 0.6 else {}
    return EventView("administrative_penalty", at, at, chance.choice(["declared", "declared", "imported"]), data)
