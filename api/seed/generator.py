"""What happens in a city of any size, resident by resident, drawn from a seed. Pure.

Each resident's life is drawn apart from everybody else's, so that any range of residents can be planned
alone, by any process, without holding the others. Most people serve a few times, a few serve every week; one
record in twenty comes late, one in a hundred is reversed, one in a hundred corrected.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from api.seed.circumstances import Told, circumstances
from kernel.calendar import SHANGHAI, start_of

DAYS = 730
"""Two years."""
LATE_MOST = 60
"""How many days after its own day a fact may be recorded."""
FAMILY_OF, FAMILY_IN = 3, 9
"""Of each nine residents the first three are one household."""
_SLOTS = (time(9), time(14), time(19), time(20, 30))
_MINUTES = (60, 90, 120, 150, 180)
_KEENNESS = ((30, 0, 1), (50, 1, 6), (15, 5, 15), (5, 15, 60))
"""Share of the residents in percent, and between how many services they do in two years."""
RESIDENTS_AN_ORGANISATION = 500

Fate = Literal["stands", "reversed", "corrected"]
Kind = Literal["service", "checked_in", "referral", "fact_recorded"]


@dataclass(frozen=True, slots=True)
class City:
    """Which city: the same seed, size and last day give the same one."""

    seed: int
    residents: int
    until: date
    days: int = DAYS

    @property
    def opened_on(self) -> date:
        """The day before the first on which anything happens."""
        return self.until - timedelta(days=self.days)

    @property
    def organisations(self) -> int:
        return 1 + self.residents // RESIDENTS_AN_ORGANISATION


@dataclass(frozen=True, slots=True)
class Deed:
    """One fact about one resident: when it happened, on which day it is recorded, and what becomes of it.

    `on` names its shift, for a referral the resident who was brought along, or is what a department tells; `fate_on`
    is the day on which it is reversed or corrected, `minutes_then` what the correction says.
    """

    resident: int
    kind: Kind
    occurred_at: datetime
    ended_at: datetime
    recorded_on: date
    evidence: str
    on: UUID | int | Told
    minutes: int = 0
    fate: Fate = "stands"
    fate_on: date | None = None
    minutes_then: int = 0


@dataclass(frozen=True, slots=True)
class Purchase:
    """That a resident takes the cheapest offer on a day, if the points suffice."""

    resident: int
    day: date
    picked_up: bool


@dataclass(frozen=True, slots=True)
class Season:
    """Some days of the city, by day; nothing may happen on one of them."""

    days: list[date] = field(default_factory=list)
    recorded: dict[date, list[Deed]] = field(default_factory=dict)
    undone: dict[date, list[Deed]] = field(default_factory=dict)
    bought: dict[date, list[Purchase]] = field(default_factory=dict)


def life(city: City, resident: int) -> list[Deed]:
    """All that is known of one resident, in the order in which it is recorded."""
    chance = _chance(city, resident, "life")
    deeds: list[Deed] = []
    for day_no in sorted(chance.sample(range(1, city.days + 1), min(_services(chance, city.days), city.days))):
        deeds += _served(city, chance, resident, city.opened_on + timedelta(days=day_no))
    if city.residents > 1 and chance.random() < 0.1:
        day = city.opened_on + timedelta(days=chance.randint(1, city.days))
        at = start_of(day) + timedelta(hours=12)
        friend = (resident + chance.randint(1, city.residents - 1)) % city.residents
        deeds.append(Deed(resident, "referral", at, at, day, "organiser_log", friend))
    deeds += _told(city, resident)
    return sorted(deeds, key=lambda deed: (deed.recorded_on, deed.occurred_at, deed.kind))


def _told(city: City, resident: int) -> Iterator[Deed]:
    """What departments tell of a resident: on the first day, and as it changes; one change in twenty comes late."""
    chance = _chance(city, resident, "circumstances")
    first = city.opened_on + timedelta(days=1)
    for told in circumstances(chance, since=first, until=city.until):
        late = told.valid_from > first and chance.random() < 0.05
        recorded_on = told.valid_from + timedelta(days=chance.randint(1, LATE_MOST) if late else 0)
        at = start_of(told.valid_from)
        yield Deed(resident, "fact_recorded", at, at, min(recorded_on, city.until), "imported", told)


def purchases(city: City, resident: int) -> list[Purchase]:
    """What a resident takes from the shops: one in ten, in the second half, now and then."""
    chance = _chance(city, resident, "shops")
    if chance.random() >= 0.1:
        return []
    days = sorted(chance.sample(range(city.days // 2, city.days), min(2, city.days // 2)))
    return [Purchase(resident, city.opened_on + timedelta(days=day), chance.random() < 0.8) for day in days]


def season(city: City, first: date, last: date) -> Season:
    """What is recorded, undone and taken from the shops in these days, each day resident by resident."""
    found = Season([first + timedelta(days=number) for number in range((last - first).days + 1)])
    for resident in range(city.residents):
        for deed in life(city, resident):
            if first <= deed.recorded_on <= last:
                found.recorded.setdefault(deed.recorded_on, []).append(deed)
            if deed.fate_on and first <= deed.fate_on <= last:
                found.undone.setdefault(deed.fate_on, []).append(deed)
        for purchase in purchases(city, resident):
            if first <= purchase.day <= last:
                found.bought.setdefault(purchase.day, []).append(purchase)
    return found


def spans(city: City, days: int = 183) -> Iterator[tuple[date, date]]:
    """The city's time in pieces of so many days: nobody needs to hold more than one."""
    first = city.opened_on + timedelta(days=1)
    while first <= city.until:
        last = min(first + timedelta(days=days - 1), city.until)
        yield first, last
        first = last + timedelta(days=1)


def evening_of(day: date) -> datetime:
    """When the records of a day are taken in."""
    return start_of(day + timedelta(days=1)) - timedelta(minutes=15)


def families(city: City) -> Iterator[range]:
    """The residents of each household."""
    for first in range(0, city.residents - FAMILY_OF + 1, FAMILY_IN):
        yield range(first, first + FAMILY_OF)


def _chance(city: City, resident: int, what: str) -> random.Random:
    return random.Random(f"{what}|{city.seed}|{city.until.isoformat()}|{city.days}|{resident}")


def _services(chance: random.Random, days: int) -> int:
    [(_, least, most)] = chance.choices(_KEENNESS, weights=[share for share, _, _ in _KEENNESS])
    return chance.randint(least, most) * days // DAYS if days >= DAYS else chance.randint(least, max(least, most // 4))


def _served(city: City, chance: random.Random, resident: int, day: date) -> list[Deed]:
    slot = chance.randrange(len(_SLOTS))
    began = datetime.combine(day, _SLOTS[slot], SHANGHAI)
    minutes = chance.choice(_MINUTES)
    shift = _shift(city, chance.randrange(city.organisations), day, slot)
    scanned, late = chance.random() < 0.6, chance.random() < 0.05
    recorded_on = min(day + timedelta(days=chance.randint(1, LATE_MOST)), city.until) if late else day
    evidence = ("scanned_late" if late else "scanned_twice") if scanned else "imported"
    fate, fate_on, minutes_then = _fate(city, chance, recorded_on, minutes)
    ended = began + timedelta(minutes=minutes)
    service = Deed(
        resident, "service", began, ended, recorded_on, evidence, shift, minutes, fate, fate_on, minutes_then
    )
    if not scanned:
        return [service]
    return [Deed(resident, "checked_in", began, began, recorded_on, "scanned_once", shift), service]


def _fate(city: City, chance: random.Random, recorded_on: date, minutes: int) -> tuple[Fate, date | None, int]:
    """Whether a service is undone, when, and what a correction then says: half an hour less."""
    drawn = chance.random()
    on = recorded_on + timedelta(days=chance.randint(1, 30))
    if drawn >= 0.02 or on > city.until:
        return "stands", None, 0
    return ("reversed", on, 0) if drawn < 0.01 else ("corrected", on, minutes - 30)


def _shift(city: City, organisation: int, day: date, slot: int) -> UUID:
    digest = hashlib.sha256(f"shift|{city.seed}|{organisation}|{day.isoformat()}|{slot}".encode()).digest()
    return UUID(bytes=digest[:16], version=4)
