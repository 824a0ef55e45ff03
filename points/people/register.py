"""Register residents and organisations, find them by number, show a masked name.

Identity numbers are sealed and matched by a blind index only; must never be logged or echoed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from kernel.canonical import dumps
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Kind
from kernel.ids import mint, random_bytes, slice_of
from kernel.sealed import KeyFile
from kernel.sql import named
from points.ledger.model import Pairs
from points.people.draw import draw_numbers
from points.people.names import mask


class AlreadyRegistered(DomainError):
    """This person is registered already. Nothing was recorded.

    Search by the volunteer number instead.
    """

    kind, code = Kind.CONFLICT, "ALREADY_REGISTERED"


constraint_error("identity_index_pkey", AlreadyRegistered)


@dataclass(frozen=True, slots=True, repr=False)
class NewResident:
    """Who is to be registered; an identity number only where the law of the scheme needs one."""

    name: str
    identity_number: str | None = None
    born_year: int | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Resident:
    """A registered resident: the holder and the number to show."""

    holder_id: UUID
    number: str


async def register_residents(
    session: Session, people: Sequence[NewResident], *, keys: KeyFile, now: datetime
) -> list[Resident]:
    """Register these people, all or none, in the order given. Refuses with AlreadyRegistered, NoNumberFound."""
    ids = [mint(now) for _ in people]
    numbers = await draw_numbers(session, "V", ids)
    wrapped = [keys.new_person_key(holder_id) for holder_id in ids]
    slices = [slice_of(holder_id) for holder_id in ids]
    await session.execute(
        named(__file__, "insert_holders"),
        {
            "slices": slices,
            "holder_ids": ids,
            "kinds": ["resident"] * len(ids),
            "unit_ids": [person.unit_id for person in people],
            "handles": [keys.subject_handle(key, holder_id) for key, holder_id in zip(wrapped, ids, strict=True)],
            "now": now,
        },
    )

    def seal(index: int, column: str, value: str | None) -> bytes | None:
        if not value:
            return None
        return keys.seal(wrapped[index], value, table="residents", column=column, holder_id=ids[index])

    identities = [person.identity_number for person in people]
    await session.execute(
        named(__file__, "insert_residents"),
        {
            "slices": slices,
            "holder_ids": ids,
            "wrapped": wrapped,
            "numbers": [numbers[holder_id] for holder_id in ids],
            "names": [seal(index, "name", person.name) for index, person in enumerate(people)],
            "identities": [seal(index, "identity", identity) for index, identity in enumerate(identities)],
            "blind_indexes": [keys.blind_index("identity", identity) if identity else None for identity in identities],
            "born_years": [person.born_year for person in people],
            "now": now,
        },
    )
    return [Resident(holder_id, numbers[holder_id]) for holder_id in ids]


async def register_resident(
    session: Session,
    *,
    name: str,
    identity_number: str | None,
    keys: KeyFile,
    now: datetime,
    unit_id: UUID | None = None,
) -> Resident:
    """Register one person. Refuses with AlreadyRegistered, NoNumberFound."""
    person = NewResident(name, identity_number, unit_id=unit_id)
    return (await register_residents(session, [person], keys=keys, now=now))[0]


async def find_by_number(session: Session, numbers: Sequence[str]) -> dict[str, UUID]:
    """The holders of these volunteer numbers (as `read_number` gives them); unknown ones are missing."""
    query = text("select number, holder_id from resident_numbers where number = any(cast(:numbers as text[]))")
    rows = await session.execute(query, {"numbers": list(numbers)})
    return {row.number: row.holder_id for row in rows}


_NAMES = text("""
    select r.holder_id, r.name_sealed, r.number, k.wrapped
    from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
    join residents r on (r.slice, r.holder_id) = (w.slice, w.holder_id)
    left join person_keys k on (k.slice, k.holder_id) = (r.slice, r.holder_id)
""")


_NUMBERS = text("""
    select r.holder_id, r.number
    from unnest(cast(:slices as smallint[]), cast(:holder_ids as uuid[])) as w (slice, holder_id)
    join residents r on (r.slice, r.holder_id) = (w.slice, w.holder_id)
""")


async def masked_names(session: Session, *, holder_ids: Sequence[UUID], keys: KeyFile) -> dict[UUID, str]:
    """The masked name of each resident; an erased one shows as their number."""
    pairs = Pairs.of(list(holder_ids))
    rows = await session.execute(_NAMES, {"slices": pairs.slices, "holder_ids": pairs.holder_ids})
    place = {"table": "residents", "column": "name"}
    return {
        row.holder_id: row.number
        if row.wrapped is None
        else mask(keys.open_sealed(row.wrapped, row.name_sealed, holder_id=row.holder_id, **place))
        for row in rows
    }


async def numbers_of(session: Session, holder_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The volunteer number of each resident; who is none is missing."""
    pairs = Pairs.of(list(holder_ids))
    rows = await session.execute(_NUMBERS, {"slices": pairs.slices, "holder_ids": pairs.holder_ids})
    return {row.holder_id: row.number for row in rows}


async def number_of(session: Session, *, holder_id: UUID) -> str | None:
    """A resident's own volunteer number."""
    return (await numbers_of(session, [holder_id])).get(holder_id)


async def register_body(session: Session, *, kind: Literal["organisation", "household"], now: datetime) -> UUID:
    """A holder that is no person: nothing about it is sealed, so it has no key, and a random handle in its leaves."""
    holder_id = mint(now)
    await session.execute(
        named(__file__, "insert_holders"),
        {
            "slices": [slice_of(holder_id)],
            "holder_ids": [holder_id],
            "kinds": [kind],
            "unit_ids": [None],
            "handles": [random_bytes(32)],
            "now": now,
        },
    )
    return holder_id


_ORGANISATION = text("""
    with code as (insert into organisation_codes (code, holder_id) values (:code, :holder_id))
    insert into organisations (slice, holder_id, code, title) values (:slice, :holder_id, :code, cast(:title as jsonb))
""")


async def create_organisation(session: Session, *, code: str, title: dict[str, str], now: datetime) -> UUID:
    """Register a body under its code; gives its holder id."""
    holder_id = await register_body(session, kind="organisation", now=now)
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "code": code, "title": dumps(title)}
    await session.execute(_ORGANISATION, bind)
    return holder_id
