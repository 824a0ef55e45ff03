"""Working-day clocks over the published holidays of 2026, and the stages of a real procedure."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.catalogue.holiday_register import Holidays, holidays
from rules.engine.clocks import (
    Due,
    Silence,
    Stage,
    Unit,
    add_working_days,
    due_on,
    is_working_day,
    silent,
    timetable,
    working_days_between,
)

DAYS = st.dates(date(2026, 1, 5), date(2026, 12, 20))
COUNTS = st.integers(-60, 60)
WORKING, CALENDAR, MONTHS = Unit.WORKING_DAYS, Unit.DAYS, Unit.MONTHS
REGISTRATION = [
    Stage("hand_over", 2, WORKING),
    Stage("first_review", 5, WORKING, after="hand_over"),
    Stage("list", 0, WORKING, after="first_review"),
    Stage("second_check", 3, WORKING, after="list"),
    Stage("query", 10, WORKING),
    Stage("notice", 7, CALENDAR, after="second_check", silence=Silence.AGREES),
    Stage("card", 0, WORKING, after="notice"),
    Stage("use", 6, MONTHS, after="card", silence=Silence.WAIVES, extends=False),
]
"""Dongguan's registration by points, 2016-2020: from the town's service centre to the end of the card's validity."""


def test_the_holidays_of_2026_are_the_published_ones() -> None:
    known = holidays()
    in_2026 = [day for day in known.off | known.worked if day.year == 2026]
    assert (len(in_2026), 2026 in known.years) == (3 + 9 + 3 + 5 + 3 + 3 + 7 + 6, True)
    assert all(day.weekday() >= 5 for day in known.worked)
    assert not known.off & known.worked
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(is_working_day(day, known) for day in year) == 248


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # a Friday: Monday
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # nine days of Spring Festival
        (date(2026, 2, 24), -1, date(2026, 2, 14)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # Thursday, Friday and the Saturday that is worked
        (date(2026, 10, 3), 0, date(2026, 10, 3)),
    ],
)
def test_working_days_step_over_holidays_and_onto_made_up_days(day: date, count: int, due: date) -> None:
    assert add_working_days(day, count, holidays()) == due


@given(DAYS, COUNTS)
def test_counting_back_gives_what_was_added(day: date, count: int) -> None:
    known = holidays()
    later = add_working_days(day, count, known)
    assert count == 0 or is_working_day(later, known)
    if is_working_day(day, known):
        assert add_working_days(later, -count, known) == day
        assert working_days_between(day, later, known) == count


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_two_stretches_of_working_days_are_one(day: date, first: int, second: int) -> None:
    known = holidays()
    assert add_working_days(add_working_days(day, first, known), second, known) == add_working_days(
        day, first + second, known
    )


def test_a_period_of_days_ends_on_a_working_day_unless_it_is_a_validity() -> None:
    known = holidays()
    notice = Stage("notice", 7, CALENDAR)
    assert due_on(date(2026, 9, 24), notice, known) == date(2026, 10, 8)  # 1 October and the six days behind it
    assert due_on(date(2026, 11, 23), notice, known) == date(2026, 11, 30)
    card = Stage("card", 6, MONTHS, extends=False)
    assert due_on(date(2026, 8, 31), card, known) == date(2027, 2, 28)  # a month's last day, and a Sunday
    assert due_on(date(2026, 8, 31), Stage("appeal", 6, MONTHS), known) == date(2027, 3, 1)


def test_registration_by_points_from_intake_to_the_end_of_the_card() -> None:
    dues = {due.code: due for due in timetable(REGISTRATION, date(2026, 3, 2), holidays())}
    assert {code: due.due_on for code, due in dues.items()} == {
        "hand_over": date(2026, 3, 4),
        "first_review": date(2026, 3, 11),
        "list": date(2026, 3, 11),
        "second_check": date(2026, 3, 16),
        "query": date(2026, 3, 16),  # ten working days after submitting: when the second check ends, 2 + 5 + 0 + 3
        "notice": date(2026, 3, 23),
        "card": date(2026, 3, 23),
        "use": date(2026, 9, 23),
    }
    assert not any(due.provisional for due in dues.values())
    across_spring = {due.code: due.due_on for due in timetable(REGISTRATION, date(2026, 2, 12), holidays())}
    assert across_spring["hand_over"] == date(2026, 2, 14)
    assert across_spring["first_review"] == date(2026, 2, 28)
    assert across_spring["second_check"] == across_spring["query"] == date(2026, 3, 4)


def test_a_stage_that_ended_early_brings_forward_only_what_follows_it() -> None:
    finished = {"hand_over": date(2026, 3, 3), "first_review": date(2026, 3, 5)}
    dues = {due.code: due.due_on for due in timetable(REGISTRATION, date(2026, 3, 2), holidays(), finished)}
    assert (dues["hand_over"], dues["first_review"]) == (date(2026, 3, 4), date(2026, 3, 10))
    assert (dues["list"], dues["second_check"], dues["query"]) == (
        date(2026, 3, 5),
        date(2026, 3, 10),
        date(2026, 3, 16),
    )


def test_silence_counts_from_the_day_after_the_last() -> None:
    dues = timetable(REGISTRATION, date(2026, 3, 2), holidays())
    finished = {code: date(2026, 3, 11) for code in ("hand_over", "first_review", "list", "second_check", "query")}
    assert silent(dues, finished, date(2026, 3, 23)) == []
    assert [(due.code, due.silence) for due in silent(dues, finished, date(2026, 3, 24))] == [
        ("notice", Silence.AGREES),
        ("card", Silence.NOTHING),
    ]
    assert silent(dues, finished, date(2026, 9, 24))[-1].silence is Silence.WAIVES


def test_a_date_in_a_year_without_a_notice_is_provisional_and_so_is_what_follows() -> None:
    only_2026 = Holidays(holidays().off, holidays().worked, frozenset({2026}))
    dues = timetable(
        [Stage("check", 3, WORKING), Stage("query", 20, WORKING), Stage("card", 0, WORKING, after="query")],
        date(2026, 12, 21),
        only_2026,
    )
    assert dues[0] == Due("check", date(2026, 12, 21), date(2026, 12, 24), Silence.NOTHING, provisional=False)
    assert [due.provisional for due in dues] == [False, True, True]
    only_2027 = Holidays(frozenset(), frozenset(), frozenset({2027}))
    across = [Stage("check", 10, WORKING), Stage("query", 1, WORKING, after="check")]
    assert [due.provisional for due in timetable(across, date(2026, 12, 28), only_2027)] == [True, True]
    done = {"check": date(2027, 1, 4)}
    assert [due.provisional for due in timetable(across, date(2026, 12, 28), only_2027, done)] == [True, False]


@pytest.mark.parametrize(
    "stages",
    [
        [Stage("list", 1, WORKING, after="review"), Stage("review", 1, WORKING)],
        [Stage("list", 1, WORKING), Stage("list", 2, WORKING)],
        [Stage("list", -1, WORKING)],
    ],
)
def test_a_procedure_that_contradicts_itself_is_refused(stages: list[Stage]) -> None:
    with pytest.raises(ValueError, match="list"):
        timetable(stages, date(2026, 3, 2), holidays())


def test_a_last_day_later_than_any_calendar_is_the_last_there_is() -> None:
    stages = [Stage("days", 30, CALENDAR), Stage("working", 3, WORKING, after="days"), Stage("more", 2, MONTHS)]
    assert {due.due_on for due in timetable(stages, date(9999, 12, 20), holidays())} == {date.max}
