"""Business dates: days, months and years of Asia/Shanghai, half-open, around UTC instants.

Pure; must never ask the time. China keeps one zone without summer time, so a day has always 24 hours.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Since 1992 the zone is a fixed eight hours: ten times faster to reckon with than its whole history."""


def local(at: datetime) -> datetime:
    """The same instant on a Shanghai wall clock."""
    return at.astimezone(SHANGHAI)


def day_of(at: datetime) -> date:
    """The Shanghai date of an instant."""
    return local(at).date()


def start_of(day: date) -> datetime:
    """The first instant of a Shanghai day, in UTC; the day ends at `start_of(day + 1)`, exclusive."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day of the month later on; the month's last day where that day is missing."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))


def instant(text: str) -> datetime:
    """An RFC 3339 text as a UTC instant; a text without offset is Shanghai time."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def rfc3339(at: datetime) -> str:
    """UTC with six decimals: `2026-11-22T06:02:00.000000Z`, the form that is hashed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
