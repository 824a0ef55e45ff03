"""Which events may take points from somebody on a day: told, in time, not objected to, not over, not made good.

Pure. A deduction is read from events that carry the decision it rests on; one that lacks a right of the person does
not count, and the trace says which. Source: the charter, CH-02, CH-04 to CH-07, CH-11, CH-16, CH-18.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from kernel.calendar import add_months, day_of
from rules.catalogue.holiday_register import Holidays
from rules.engine.clocks import add_working_days
from rules.engine.model import EventView
from rules.engine.outcome import Deduction
from rules.engine.subject import Subject

YOUNGEST = 14  # nothing is taken from a child below this age
OLDEST_MONTHS = 24  # an act may be told of at most so long after it
FIELDS = ("document_no", "decided_by", "notified_on", "disputed", "repaired_by")
"""What an event that takes points must be able to say."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The holder with only those events that count; why others do not; what repairs give back of which event."""

    subject: Subject
    left_out: Mapping[str, int]
    repaired: tuple[tuple[EventView, Fraction], ...]


def counted(deduction: Deduction, kind: str, subject: Subject, holidays: Holidays) -> Counted:
    """Who is asked about, with the events of a kind that may take points on the day."""
    keep: list[EventView] = []
    left_out: dict[str, int] = {}
    repaired: list[tuple[EventView, Fraction]] = []
    for event in subject.events:
        if event.kind != kind:
            continue
        why = why_not(deduction, event, subject, holidays)
        if why is not None:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        keep.append(event)
        if (given_back := _given_back(deduction, event)) > 0:
            repaired.append((event, given_back))
    return Counted(replace(subject, events=tuple(keep)), left_out, tuple(repaired))


def why_not(deduction: Deduction, event: EventView, subject: Subject, holidays: Holidays) -> str | None:
    """What keeps an event from counting on the day; None when nothing does."""
    data = event.data
    age = subject.fact("age")
    if not (data.get("document_no") and data.get("decided_by")):
        return "no_decision"
    if isinstance(age, int) and age < YOUNGEST:
        return "child"
    if not data.get("notified_on"):
        return "not_told"
    told = date.fromisoformat(data["notified_on"])
    if told > add_months(day_of(event.occurred_at), OLDEST_MONTHS):
        return "too_old"
    begins = add_working_days(told, deduction.notice_days, holidays) + timedelta(days=1)
    if subject.as_of < begins:
        return "notice"
    if data.get("disputed"):
        return "disputed"
    if subject.as_of >= begins + timedelta(days=deduction.lasts_days):
        return "over"
    return "repaired" if _given_back(deduction, event) >= 1 else None


def _given_back(deduction: Deduction, event: EventView) -> Fraction:
    """The share of the effect that a repair gives back."""
    done = event.data.get("repaired_by")
    given = (one.restores_percent for one in deduction.repairs if one.code == done)
    return Fraction(max(given, default=0), 100)
