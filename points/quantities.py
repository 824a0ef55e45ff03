"""What already happened, as the rules need it: earlier awards become used room, for many holders in one query.

The database sums; what a sum may hide is `rules.engine.needs`' answer. Must never decide anything.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kernel.db import Session
from kernel.ids import slice_of
from kernel.sql import named
from rules.engine.model import Used
from rules.engine.needs import Need

UsedRoom = Mapping[tuple[UUID, str], Sequence[Used]]
"""By holder and programme: what earlier events took of caps."""


@dataclass(frozen=True, slots=True)
class RoomAsk:
    """What one programme must know of a holder's earlier events of a kind; `beside`: registers merged into it."""

    holder_id: UUID
    programme: str
    kind: str
    need: Need
    beside: tuple[UUID, ...] = ()


async def used_room(session: Session, asks: Collection[RoomAsk], *, undone: Collection[UUID] = ()) -> UsedRoom:
    """What earlier awards took of caps, as `asks` need it. `undone`: events that count no more in this very batch."""
    spans: dict[tuple[object, ...], int] = {}
    codes: list[set[str]] = []
    rows: list[tuple[int, UUID, RoomAsk]] = []
    for ask in asks:
        span = (ask.holder_id, ask.programme, ask.kind, ask.need.since, ask.need.until, ask.need.grain)
        if span not in spans:
            spans[span] = len(codes)
            codes.append(set())
            rows += [(spans[span], holder_id, ask) for holder_id in (ask.holder_id, *ask.beside)]
        codes[spans[span]].add(ask.need.item)
    used: dict[tuple[UUID, str], list[Used]] = defaultdict(list)
    if not rows:
        return used
    of = {no: (ask.holder_id, ask.programme) for no, _, ask in rows}
    bind = {
        "nos": [no for no, _, _ in rows],
        "slices": [slice_of(holder_id) for _, holder_id, _ in rows],
        "holder_ids": [holder_id for _, holder_id, _ in rows],
        "programmes": [ask.programme for _, _, ask in rows],
        "kinds": [ask.kind for _, _, ask in rows],
        "sinces": [ask.need.since for _, _, ask in rows],
        "untils": [ask.need.until for _, _, ask in rows],
        "grains": [ask.need.grain for _, _, ask in rows],
        "undone": list(undone),
    }
    for no, code, occurred_at, points, times in await session.execute(named(__file__, "used_room"), bind):
        if code in codes[no]:
            used[of[no]].append(Used(code, occurred_at, points, times))
    return used
