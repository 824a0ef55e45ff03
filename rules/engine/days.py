"""What kind of day a day is: a holiday, a weekend, a working day, a day of the week. Pure."""

from datetime import date

from rules.catalogue.holiday_register import holidays
from rules.engine.clocks import is_working_day

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BY_NOTICE = ("holiday", "weekend", "working_day")  # what only the year's published notice can tell


def is_day(days: tuple[str, ...], day: date) -> bool | None:
    """Whether a day is one of these; None where the notice of its year is not published and another answer is no."""
    if WEEK[day.weekday()] in days:
        return True
    if not any(name in BY_NOTICE for name in days):
        return False
    known = holidays()
    if day.year not in known.years:
        return None
    if is_working_day(day, known):
        return "working_day" in days
    return "holiday" in days if day in known.off else "weekend" in days
