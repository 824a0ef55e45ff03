"""What two versions' texts alone tell of which is milder: each number one step down and one step up."""

import re

import pytest

from rules.language.loader import load
from rules.language.milder import harsher
from tests.builders import VOLUNTEERING

ACCRUAL = VOLUNTEERING.read_text("utf-8")
ASSESSMENT = """
programme: seats
version: "1"
status: live
effective_from: 2026-01-01
sunset_on: 2028-12-31
title: {zh: 名额, en: Seats}
holder: resident
mode: assessment
purpose: benefit
catalogue: 2026-11
basis: [city-default-2026]
items:
  - code: work
    title: {zh: 就业年限, en: Years employed}
    quantity: {fact: employed_years}
    price: {every: 2, give: 4, cap: 40}
  - code: age
    title: {zh: 年龄, en: Age}
    quantity: {fact: age}
    price: {every: 1, beyond: 45, take: 3, floor: -30}
  - code: schooling
    title: {zh: 学历, en: Schooling}
    quantity: {fact: education}
    price: {choice: {bachelor: 80, junior_college: 60}}
  - code: service
    title: {zh: 服务, en: Service}
    quantity: {sum: minutes, of: service}
    price: {bands: [{from: 60, to: 119, give: 5}, {from: 120, give: 9}], reading: step}
    cap: 20
result: {threshold: 20}
"""
LEVELS = """
levels:
  grade:
    of: total
    steps:
      - {code: fair, at_least: 0, title: {zh: 中, en: Fair}}
      - {code: good, at_least: 5, title: {zh: 良, en: Good}}
      - {code: best, at_least: 10, title: {zh: 优, en: Best}}
result: {levels: grade}
"""
GRADED = ASSESSMENT.replace("result: {threshold: 20}\n", LEVELS)
SHARED = GRADED.replace("levels: grade}", "levels: grade, shares: [{level: best, most_percent: 20}]}")
CONFIRMED = ACCRUAL.replace("matures: {days: 14}", "matures: {on: confirmation, within_days: 14}")
BY_STEP = [
    (ACCRUAL, "value: 10\n", "value: 9\n", "value: 11\n", "items.service.price.give"),
    (ACCRUAL, "value: 80", "value: 79", "value: 81", "items.service.caps.0"),
    (ACCRUAL, "value: 20\n    min: 0\n    max: 50\n    basis: city-default-2026\n  referral", "", "",
     "items.service.multiply.night.percent"),
    (ACCRUAL, "matures: {days: 14}", "matures: {days: 15}", "matures: {days: 13}", "items.referral.matures"),
    (ACCRUAL, "most: 20000", "most: 19999", "most: 20001", "limits.organiser-month"),
    (ACCRUAL, "at_least: 6000,", "at_least: 6001,", "at_least: 5999,", "levels.stars.star-1"),
    (ACCRUAL, "expires:\n  months: 36", "expires:\n  months: 35", "expires:\n  months: 37", "items.service.expires"),
    (ASSESSMENT, "give: 4", "give: 3", "give: 5", "items.work.price.give"),
    (ASSESSMENT, "every: 2", "every: 3", "every: 1", "items.work.price.every"),
    (ASSESSMENT, "cap: 40", "cap: 39", "cap: 41", "items.work.price.cap"),
    (ASSESSMENT, "take: 3", "take: 4", "take: 2", "items.age.price.give"),
    (ASSESSMENT, "beyond: 45", "beyond: 44", "beyond: 46", "items.age.price.beyond"),
    (ASSESSMENT, "floor: -30", "floor: -31", "floor: -29", "items.age.price.floor"),
    (ASSESSMENT, "bachelor: 80", "bachelor: 79", "bachelor: 81", "items.schooling.price.choice.bachelor"),
    (ASSESSMENT, "give: 9", "give: 8", "give: 10", "items.service.price.bands.1"),
    (ASSESSMENT, "cap: 20", "cap: 19", "cap: 21", "items.service.cap"),
    (ASSESSMENT, "threshold: 20", "threshold: 21", "threshold: 19", "result.threshold"),
    (SHARED, "most_percent: 20", "most_percent: 19", "most_percent: 21", "result.shares"),
    (CONFIRMED, "within_days: 14", "within_days: 13", "within_days: 15", "items.referral.matures"),
]  # fmt: skip
WRITTEN = [
    (ACCRUAL, "    caps: [{per: lifetime, times: 1}]\n", "    caps: [{per: lifetime, times: 1}, {per: day, most: 9}]\n",
     "items.referral.caps.1"),
    (ACCRUAL, "    caps: [{per: lifetime, times: 1}]\n",
     "    caps: [{per: lifetime, times: 1}]\n    cooldown: {hours: 1}\n", "items.referral.cooldown"),
    (ACCRUAL, "    quantity: {each: event}\n", "    quantity: {each: event}\n    when: {evidence: [imported]}\n",
     "items.referral.when"),
    (ACCRUAL, "    into: volunteer-points\n    basis: [volunteer-ordinance",
     "    into: volunteer-points\n    cooldown: {minutes: 5}\n    basis: [volunteer-ordinance",
     "items.service.cooldown"),
    (ACCRUAL, "    expires: {never: true}\n", "", "items.hours.expires"),
    (ACCRUAL, "    limits: [city-year, organiser-month]\n    into", "    limits: [city-year]\n    into", ""),
    (ACCRUAL, "      - {code: star-4, at_least: 60000, title: {zh: 四星志愿者, en: Four stars}}\n", "", "levels.stars"),
    (ASSESSMENT, ", junior_college: 60", "", "items.schooling.price.choice.junior_college"),
    (ASSESSMENT, "items:\n", "requires:\n  - code: r\n    when: {fact: residence_permit_valid, is: true}\n"
     "    otherwise: {zh: 无, en: none}\nitems:\n", "requires"),
    (ASSESSMENT, "from: 60, to: 119", "from: 61, to: 119", ""),
    (GRADED, "levels: grade}", "levels: grade, shares: [{level: best, most_percent: 99}]}", "result.shares"),
    (SHARED, ", shares: [{level: best, most_percent: 20}]", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "now", "down", "up", "path"), BY_STEP, ids=[one[4] for one in BY_STEP])
def test_each_number_tells_on_which_side_it_is_harsher(text: str, now: str, down: str, up: str, path: str) -> None:
    if not down:
        down, up = (now.replace("value: 20", f"value: {value}", 1) for value in (19, 21))
    assert text.count(now) >= 1
    before = load(text)
    worse = [finding.path for finding in harsher(before, load(text.replace(now, down, 1)))]
    assert path in worse
    assert harsher(before, load(text.replace(now, up, 1))) == []
    assert path in [finding.path for finding in harsher(load(text.replace(now, up, 1)), before)]


@pytest.mark.parametrize(("text", "now", "then", "path"), WRITTEN, ids=[one[3] or one[1] for one in WRITTEN])
def test_what_is_added_or_taken_away_is_told_where_it_plainly_gives_less(
    text: str, now: str, then: str, path: str
) -> None:
    found = [finding.path for finding in harsher(load(text), load(text.replace(now, then, 1)))]
    assert (path in found) if path else found == []


def test_what_is_counted_by_times_may_give_more_and_count_nothing_new() -> None:
    """Else what is paid newly would use up the turn of something dearer that comes late."""
    more, from_nothing = (
        ACCRUAL.replace(
            "积分, en: Points for bringing a volunteer along}\n    value: 20",
            f"积分, en: Points for bringing a volunteer along}}\n    value: {value}",
        )
        for value in (30, 0)
    )
    assert load(more).parameters["referral_points"].value == 30
    assert harsher(load(ACCRUAL), load(more)) == []
    assert [finding.path for finding in harsher(load(from_nothing), load(ACCRUAL))] == ["items.referral.caps"]


def test_an_item_that_is_gone_is_missed_and_one_that_only_took_is_not() -> None:
    gone = re.sub(r"  - code: work\n.*?(?=  - code: age)", "", ASSESSMENT, flags=re.DOTALL)
    assert [finding.path for finding in harsher(load(ASSESSMENT), load(gone))] == ["items"]
    kinder = re.sub(r"  - code: age\n.*?(?=  - code: schooling)", "", ASSESSMENT, flags=re.DOTALL)
    assert harsher(load(ASSESSMENT), load(kinder)) == []
    assert [finding.path for finding in harsher(load(kinder), load(ASSESSMENT))] == ["items.age"]


def test_the_same_rules_are_not_harsher_than_themselves() -> None:
    for text in (ACCRUAL, ASSESSMENT):
        assert harsher(load(text), load(text)) == []
