"""Who a made-up resident is, as departments tell it: sex, age, registration, district, and what an application asks.

Drawn apart from what residents do. Pure. No real person is in it, and nothing is drawn from what anybody else is.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kernel.calendar import add_months

Value = str | int | bool

DISTRICTS = ("guancheng", "nancheng", "dongcheng", "wanjiang", "songshan_lake", "humen", "changan", "houjie")
REGISTRATIONS = {"local": 30, "in_province": 25, "other": 45}
"""Where residents are registered, in percent: most of the city's people came from elsewhere."""
AGES = ((8, 6, 17), (37, 18, 35), (42, 36, 59), (13, 60, 88))
"""Share in percent, and between how many years of age, on the first day."""
BANDS: Final = ((18, "under_18"), (36, "18_35"), (60, "36_59"))
"""Below which age each band ends; the last one has no end."""
EDUCATION = {"other": 30, "senior_secondary": 30, "junior_college": 22, "bachelor": 18}
GRADES = {"none": 60, "junior": 25, "intermediate": 15}
HOMES = {"none": 70, "class_a": 12, "class_b": 10, "class_c": 8}
APPLIES = 0.2
"""How many of those of working age who are registered elsewhere have what an application for registration asks."""


POLICE, INSURANCE, LABOUR = "公安局", "社保局", "人力资源局"


@dataclass(frozen=True, slots=True)
class Told:
    """One fact about a resident, from which day on it is true, and who says so."""

    name: str
    value: Value
    valid_from: date
    department: str


def circumstances(chance: random.Random, *, since: date, until: date, applies: bool = False) -> list[Told]:
    """What is known of one resident from the first day on, with what changes by the last, in the order of the days.

    `applies`: somebody of working age from elsewhere, of whom everything is known that an application asks.
    """
    [(_, least, most)] = chance.choices(AGES, weights=[share for share, _, _ in AGES])
    years = chance.randint(18, 35) if applies else chance.randint(least, most)
    born = add_months(since, -12 * years) - timedelta(days=chance.randint(0, 364))
    registration = "other" if applies else _drawn(chance, REGISTRATIONS)
    told = [
        Told("sex", chance.choice(("female", "male")), since, POLICE),
        Told("registration", registration, since, POLICE),
        Told("district", chance.choice(DISTRICTS), since, POLICE),
    ]
    ages = list(_ages(born, since, until))
    told += [Told("age_band", band, day, POLICE) for band, day in _changes((band_of(age), day) for age, day in ages)]
    if applies or (registration != "local" and 18 <= years < 60 and chance.random() < APPLIES):
        told += [Told("age", age, day, POLICE) for age, day in ages]
        told += _application(chance, years, since, until)
    return sorted(told, key=lambda one: one.valid_from)


def _application(chance: random.Random, years: int, since: date, until: date) -> list[Told]:
    """What an application for registration asks beside the age; years of work and insurance grow as they pass."""
    employed = chance.randint(0, min(20, years - 17))
    insured = chance.randint(max(0, employed - 3), employed)
    told = [
        Told("residence_permit_valid", chance.random() < 0.9, since, POLICE),
        Told("without_criminal_record", chance.random() < 0.98, since, POLICE),
        Told("insured_in_province", insured > 0, since, INSURANCE),
        Told("education", _drawn(chance, EDUCATION), since, "教育局"),
        Told("vocational_grade", _drawn(chance, GRADES), since, LABOUR),
        Told("home_town_class", _drawn(chance, HOMES), since, "住建局"),
    ]
    # Somebody began on some day of a year: from then on it is a year more.
    for passed, day in _ages(since - timedelta(days=chance.randint(1, 364)), since, until):
        told.append(Told("employed_years", employed + passed, day, LABOUR))
        told += [Told(f"insured_years.{kind}", insured + passed, day, INSURANCE) for kind in ("pension", "medical")]
    return told


def band_of(age: int) -> str:
    """The band of an age."""
    return next((band for below, band in BANDS if age < below), "60_up")


def _ages(born: date, since: date, until: date) -> Iterator[tuple[int, date]]:
    """The age on the first day, and each birthday that follows."""
    age = next(age for age in range(150) if add_months(born, 12 * (age + 1)) > since)
    yield age, since
    while (birthday := add_months(born, 12 * (age := age + 1))) <= until:
        yield age, birthday


def _changes(values: Iterable[tuple[str, date]]) -> Iterator[tuple[str, date]]:
    """Those of dated values that differ from the one before."""
    last = None
    for value, day in values:
        if value != last:
            yield value, day
        last = value


def _drawn(chance: random.Random, shares: Mapping[str, int]) -> str:
    """One of these values, by their shares."""
    return chance.choices(list(shares), weights=list(shares.values()))[0]
