"""The facts of many holders as of a day, in the form in which the rules read them; one query a batch.

A fact is an event of kind `fact_recorded`. `insured_years.pension` is one kind of a fact that has kinds;
`spouse.deed_tax_yuan` is a relative's. Verified facts count; what is only declared counts where it is asked for.
Must never judge whether a fact is true.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.db import Session
from kernel.errors import Finding
from kernel.sql import named
from points.ledger.model import Pairs
from rules.catalogue.register import Catalogue, catalogue, fault
from rules.language.facts import ROLES

FACT_RECORDED = "fact_recorded"
"""The kind of event by which a fact is told."""
RELATIVES = tuple(role for role in ROLES if role != "applicant")


async def read_facts(
    session: Session,
    holder_ids: Collection[UUID],
    *,
    as_of: date,
    known_at: datetime,
    declared: bool = False,
    keys: Collection[str] | None = None,
) -> dict[UUID, dict[str, Any]]:
    """What was true of each holder on a day, by what was known at an instant; a holder of whom nothing is known has {}.

    A fact counts from `valid_from` to `valid_to`, both days counted; of several the one that began last, then the one
    recorded last. `keys`: only these, as the rules name them (`insured_years` is all of its kinds).
    """
    pairs = Pairs.of(list(holder_ids))
    found: dict[UUID, dict[str, Any]] = {holder_id: {} for holder_id in pairs.holder_ids}
    bind = {
        "slices": pairs.slices,
        "holder_ids": pairs.holder_ids,
        "names": None if keys is None else names_of(keys, catalogue()),
        "as_of": as_of.isoformat(),
        "known_at": known_at,
        "declared": declared,
    }
    if not pairs.holder_ids or bind["names"] == []:
        return found
    for holder_id, name, value in await session.execute(named(__file__, "facts"), bind):
        if faults_of({"name": name, "value": value}):
            continue  # recorded before such faults were refused, or under an earlier catalogue: not proven
        key, kind = key_of(name, catalogue())
        if kind is None:
            found[holder_id][key] = value
        else:
            found[holder_id].setdefault(key, {})[kind] = value
    return found


def key_of(name: str, known: Catalogue) -> tuple[str, str | None]:
    """Under which key the rules read a recorded fact, and which of its kinds it is.

    `spouse.insured_years.pension` is the kind `pension` of `spouse.insured_years`.
    """
    parts = name.split(".")
    role = parts[:1] if len(parts) > 1 and parts[0] not in known.facts else []
    fact, *kind = parts[len(role) :]
    return ".".join([*role, fact]), kind[0] if kind else None


def faults_of(data: Mapping[str, Any]) -> list[Finding]:
    """Why what an event says is no fact of the catalogue: a name that nothing has, or a value that does not fit."""
    name, value = data.get("name"), data.get("value")
    if not isinstance(name, str) or value is None:
        return []
    key, kind = key_of(name, catalogue())
    role, _, own = key.rpartition(".")
    fact = catalogue().facts.get(own)
    written = key if kind is None else f"{key}.{kind}"
    kinds = (None,) if fact is None or fact.by is None else fact.kinds
    if fact is None or role not in ("", *RELATIVES) or kind not in kinds or written != name:
        return [Finding("UNKNOWN_NAME", "data.name", "Nothing here is called {name}.", {"name": name})]
    if wrong := fault(fact.value, value):
        return [Finding("WRONG_VALUE", "data.value", wrong[0], {"name": name, **wrong[1]})]
    return []


def names_of(keys: Collection[str], known: Catalogue) -> list[str]:
    """The names under which facts of these keys are recorded: each kind of a fact that has kinds has its own."""
    names: list[str] = []
    for key in sorted(keys):
        fact = known.facts.get(key.rpartition(".")[2])
        names += [f"{key}.{kind}" for kind in fact.kinds] if fact and fact.by else [key]
    return names
