"""Which days the state has made holidays, and which Saturdays and Sundays it has made working days.

Versioned data beside this module, one file a year, read once. Pure after that read; must never guess at a year whose
notice has not been published: `years` says which are known.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from rules.catalogue.data_file import read_data


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days off on top of Saturdays and Sundays, and Saturdays and Sundays that are worked, of whole years."""

    off: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]


@cache
def holidays() -> Holidays:
    """Everything published, all years together."""
    files = sorted((Path(__file__).parent / "holidays").glob("*.yaml"))
    notices = [read_data(path) for path in files]
    return Holidays(
        off=frozenset(day for notice in notices for stretch in notice["free"] for day in _days(stretch)),
        worked=frozenset(day for notice in notices for day in notice["worked"]),
        years=frozenset(notice["year"] for notice in notices),
    )


def _days(stretch: dict[str, Any]) -> list[date]:
    return [stretch["from"] + timedelta(days=n) for n in range((stretch["to"] - stretch["from"]).days + 1)]
