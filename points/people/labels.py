"""What to call a holder, whoever it is: a masked name, a household's number, a body's title.

One road for every desk that shows holders of several kinds. Must never give a name in clear.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row

from kernel.db import Session
from kernel.sealed import KeyFile
from kernel.sql import named
from points.ledger.model import Pairs
from points.ledger.refusals import UnknownHolder
from points.people.aliases import canonical
from points.people.names import mask
from points.people.numbers import read_number
from points.people.register import find_by_number

HolderKind = Literal["resident", "household", "organisation", "unit"]


@dataclass(frozen=True, slots=True)
class Label:
    """A holder for reading: `number` is a body's code; `title` {zh, en} falls back to the number where no name is."""

    holder_id: UUID
    kind: HolderKind
    number: str
    title: dict[str, str]


async def labels_of(session: Session, holder_ids: Iterable[UUID], keys: KeyFile) -> dict[UUID, Label]:
    """The label of each of these holders, in one query; an id that no register knows is missing."""
    pairs = Pairs.of(list(holder_ids))
    bind = {"slices": pairs.slices, "holder_ids": pairs.holder_ids}
    rows = await session.execute(named(__file__, "labels"), bind)
    return {row.holder_id: Label(row.holder_id, row.kind, row.number, _title(row, keys)) for row in rows}


async def typed_holder(session: Session, typed: str) -> UUID | None:
    """The id of whoever has this volunteer number, household number or organisation code, as a person typed it."""
    bind = {"resident": read_number(typed), "household": read_number(typed, "H"), "code": typed.strip()}
    found: UUID | None = await session.scalar(named(__file__, "find_typed"), bind)
    return found


async def find_holder(session: Session, typed: str, keys: KeyFile) -> Label | None:
    """The label of whoever has this number or code."""
    holder_id = await typed_holder(session, typed)
    return (await labels_of(session, [holder_id], keys))[holder_id] if holder_id else None


async def find_resident(session: Session, typed: str) -> UUID:
    """The resident with this volunteer number, as a person typed it; of merged registers the one that goes on.

    Refuses with UnknownHolder.
    """
    number = read_number(typed)
    holder_id = (await find_by_number(session, [number])).get(number) if number else None
    if holder_id is None:
        raise UnknownHolder()
    return (await canonical(session, [holder_id])).get(holder_id, holder_id)


def _title(row: Row[Any], keys: KeyFile) -> dict[str, str]:
    if row.title is not None:
        return dict(row.title)
    name = row.number
    if row.name_sealed is not None and row.wrapped is not None:
        sealed_in = {"table": "residents", "column": "name", "holder_id": row.holder_id}
        name = mask(keys.open_sealed(row.wrapped, row.name_sealed, **sealed_in))
    return {"zh": name, "en": name}
