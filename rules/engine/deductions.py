"""Which events may take points from somebody on a day: told, in time, not objected to, not over, not made good.

Pure. A deduction is read from events that carry the decision it rests on; one that lacks a right of the person does
not count, and the trace says which. Source: the charter, CH-02, CH-04 to 07, 11, 16, 18.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from kernel.calendar import add_months, day_of
from rules.catalogue.holiday_register import Holidays
from rules.engine.clocks import add_working_days
from rules.engine.model import EventView, Item, Pack
from rules.engine.outcome import Deduction
from rules.engine.stretches import whole_units
from rules.engine.subject import Subject

YOUNGEST = 14  # nothing is taken for what a child below this age did
OLDEST_MONTHS = 24  # an act may be told of at most so long after it
SYSTEM = "system"  # what no person decided
FIELDS = ("document_no", "decided_by", "notified_on", "disputed", "repaired_by")
"""What an event that takes points must be able to say."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The holder with only those events of the kind that count; why others do not; what repairs give back of which."""

    subject: Subject
    left_out: Mapping[str, int]
    repaired: tuple[tuple[EventView, Fraction], ...]


def counted(pack: Pack, item: Item, kind: str, subject: Subject, holidays: Holidays) -> Counted:
    """Who is asked about, with the events of a kind that may take points on the day: all, where nothing is deducted."""
    deduction = item.deduction
    if deduction is None:
        return Counted(subject, {}, ())
    keep: list[EventView] = []
    left_out: dict[str, int] = {}
    repaired: list[tuple[EventView, Fraction]] = []
    for event in subject.events:
        if event.kind != kind:
            keep.append(event)
            continue
        why = _not_lawful(pack, item, event, subject) or why_not(deduction, event, subject, holidays)
        if why is not None:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        keep.append(event)
        if (given_back := _given_back(deduction, event)) > 0:
            repaired.append((event, given_back))
    return Counted(replace(subject, events=tuple(keep)), left_out, tuple(repaired))


def _not_lawful(pack: Pack, item: Item, event: EventView, subject: Subject) -> str | None:
    """What the rules themselves rule out: other evidence than they name, what lies before them, an unknown age."""
    if item.evidence and event.evidence not in item.evidence:
        return "evidence"
    if day_of(event.occurred_at) < pack.effective_from:
        return "before_rules"
    return "age_unknown" if pack.holder == "resident" and subject.fact("age") is None else None


def why_not(deduction: Deduction, event: EventView, subject: Subject, holidays: Holidays) -> str | None:
    """What keeps an event from counting on the day; None when nothing does."""
    data = event.data
    age = subject.fact("age")
    if deduction.with_reason and not data.get("reason"):
        return "no_reason"
    if not data.get("document_no") or data.get("decided_by") in (None, "", SYSTEM):
        return "no_decision"
    if isinstance(age, int) and age - whole_units(day_of(event.occurred_at), subject.as_of, "years") < YOUNGEST:
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
