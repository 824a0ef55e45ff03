"""Whether somebody's good deeds are recorded (CH-20): every choice is a row, and the last one counts.

A choice takes effect at once, and for every day: from then on no good deed is recorded, whenever it happened. What
stands already stays as it is. It claims the holder, so that a batch which decided before the choice can't write after
it. Must never change anything but that: whoever declines is served like everybody else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.db import Session
from kernel.errors import DomainError, Kind
from kernel.ids import slice_of
from kernel.sql import named
from points.ledger.model import Pairs
from points.ledger.posting import claim_all_now
from points.people.around import Around, read_around


class RecordingDeclined(DomainError):
    """You chose not to have your good deeds recorded, so nothing was recorded. You are welcome all the same.

    If this one should count, change your choice under Privacy and choices, then scan again.
    """

    kind, code = Kind.REFUSED, "RECORDING_DECLINED"


DECLINED = RecordingDeclined.code
"""The code of the refusal on every road by which a good deed may come in."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose, and since when; everybody begins with being recorded."""

    declined: bool
    chosen_at: datetime


_ADD = text("""
    insert into recording_choices (slice, holder_id, chosen_at, declined)
    values (:slice, :holder_id, :chosen_at, :declined)
""")


async def choose_recording(session: Session, *, holder_id: UUID, declined: bool, now: datetime) -> Choice:
    """Record no good deeds of this resident from now on, or record them again; the same choice again adds nothing.

    For a register that was merged away the one that goes on chooses. Refuses with UnknownHolder.
    """
    around = await read_around(session, [holder_id])
    holder_id = around.goes_to(holder_id)
    [state] = await claim_all_now(session, [holder_id], now)
    last = (await _last_choices(session, around, {holder_id})).get(holder_id)
    if declined == (last is not None and last.declined):
        return last or Choice(declined, now)
    chosen_at = state.last_recorded_at
    bind = {"slice": slice_of(holder_id), "holder_id": holder_id, "chosen_at": chosen_at, "declined": declined}
    await session.execute(_ADD, bind)
    action = "recording_declined" if declined else "recording_resumed"
    await audit(session, at=now, action=action, object_kind="holder", object_id=holder_id, data={})
    return Choice(declined, chosen_at)


async def recording_choice(session: Session, holder_id: UUID) -> Choice | None:
    """What a resident chose last; none for who never chose."""
    around = await read_around(session, [holder_id])
    goes_on = around.goes_to(holder_id)
    return (await _last_choices(session, around, {goes_on})).get(goes_on)


async def declined(session: Session, holder_id: UUID) -> bool:
    """Whether no good deed of this resident is recorded."""
    choice = await recording_choice(session, holder_id)
    return choice is not None and choice.declined


async def declined_among(session: Session, around: Around, holder_ids: Collection[UUID]) -> frozenset[UUID]:
    """Who of these chose not to be recorded, in one query; a merged register's choice goes on with it."""
    choices = await _last_choices(session, around, holder_ids) if holder_ids else {}
    return frozenset(holder_id for holder_id, choice in choices.items() if choice.declined)


async def _last_choices(session: Session, around: Around, holder_ids: Collection[UUID]) -> dict[UUID, Choice]:
    """The last choice of each, made there or in a register that was merged into it; who never chose is missing."""
    asked = {nearby: one for one in holder_ids for nearby in (one, *around.beside(one))}
    pairs = Pairs.of(list(asked))
    rows = await session.execute(
        named(__file__, "last_choices"), {"slices": pairs.slices, "holder_ids": pairs.holder_ids}
    )
    found: dict[UUID, Choice] = {}
    for row in sorted(rows, key=lambda row: row.chosen_at):
        found[asked[row.holder_id]] = Choice(row.declined, row.chosen_at)
    return found
