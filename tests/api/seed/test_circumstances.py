"""Who the made-up residents are: plausible, told as the catalogue asks, the same for the same seed."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from api.seed.circumstances import DISTRICTS, REGISTRATIONS, Told, circumstances
from points.measured.facts import key_of
from rules.catalogue.register import catalogue, fault

pytestmark = pytest.mark.thorough

SINCE, UNTIL = date(2024, 11, 21), date(2026, 11, 20)


def people(count: int, *, applies: bool = False) -> list[list[Told]]:
    return [circumstances(Random(f"{n}"), since=SINCE, until=UNTIL, applies=applies) for n in range(count)]


def first(told: list[Told], name: str) -> object:
    return next((one.value for one in told if one.name == name), None)


def test_every_fact_is_one_of_the_catalogue_and_fits() -> None:
    for told in (one for person in people(300) for one in person):
        key, kind = key_of(told.name, catalogue())
        known = catalogue().facts[key]
        assert fault(known.value, told.value) is None, told
        assert (kind in known.kinds) if known.by else kind is None


def test_everybody_has_the_four_facts_by_which_groups_are_told_apart() -> None:
    everybody = people(2_000)
    assert everybody == people(2_000)
    for name in ("sex", "registration", "district", "age_band"):
        assert all(first(told, name) is not None for told in everybody)
    registered = Counter(first(told, "registration") for told in everybody)
    assert all(abs(registered[where] - 20 * share) < 80 for where, share in REGISTRATIONS.items())
    assert set(Counter(first(told, "district") for told in everybody)) == set(DISTRICTS)
    assert len(Counter(first(told, "age_band") for told in everybody)) == 4
    applicants = [told for told in everybody if first(told, "employed_years") is not None]
    assert 150 < len(applicants) < 300
    assert all(first(told, "registration") != "local" for told in applicants)


def test_what_changes_is_told_again_on_its_day() -> None:
    for told in people(50, applies=True):
        days = [one.valid_from for one in told]
        assert days == sorted(days)
        assert (days[0], days[-1] <= UNTIL) == (SINCE, True)
        years = [(one.value, one.valid_from) for one in told if one.name == "employed_years"]
        assert len(years) == 3
        for (earlier, since), (later, then) in pairwise(years):
            assert later == int(earlier) + 1
            assert then - since < timedelta(367)
