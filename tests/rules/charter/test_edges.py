"""The charter looks at any pack that can be read, however odd its dates, and never falls over."""

from datetime import date

import pytest

from tests.rules.charter.changing import breaches, changed, tree_of


@pytest.mark.parametrize("name", ["conduct", "registration", "stars"])
@pytest.mark.parametrize(("begins", "ends"), [(date.min, date.max), (date(9999, 12, 30), date.max)])
def test_days_at_the_ends_of_the_calendar_are_found_and_not_fallen_over(name: str, begins: date, ends: date) -> None:
    found = breaches(changed(tree_of(name), {"effective_from": begins, "sunset_on": ends}, []))
    assert ("CH-26" in {finding.code for finding in found}) is (begins == date.min)


def test_a_rule_that_begins_on_a_leap_day_may_end_on_the_last_of_february() -> None:
    days = {"effective_from": date(2028, 2, 29), "sunset_on": date(2033, 2, 28)}
    assert breaches(changed(tree_of("stars"), days, [])) == []
    days["sunset_on"] = date(2033, 3, 1)
    assert [finding.code for finding in breaches(changed(tree_of("stars"), days, []))] == ["CH-26"]
