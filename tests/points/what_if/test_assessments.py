"""A draft of an assessment over recorded facts: who meets the line, who falls below it, and how groups fare."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.what_if.figures import Figures
from points.what_if.live import Year, read_past, try_out
from points.what_if.one import for_holder
from points.what_if.population import Side, what_if
from rules.language.loader import load, pack_sha256
from tests.builders import publish_volunteering, residents
from tests.points.measured.telling import fact, tell

LONG_AGO = date(2026, 1, 1)
PACK = """
programme: seats
version: "{version}"
status: live
effective_from: 2026-01-01
sunset_on: 2028-12-31
title: {{zh: 名额, en: Seats}}
holder: resident
mode: assessment
decimals: 0
purpose: benefit
catalogue: 2026-11
basis: [city-default-2026]
items:
  - code: work
    title: {{zh: 就业年限, en: Years employed}}
    quantity: {{fact: employed_years}}
    price: {{every: 1, give: {give}}}
    basis: [city-default-2026]
result: {{threshold: 20}}
"""


def pack(version: str, give: int) -> str:
    return PACK.format(version=version, give=give)


async def applicants(database: Database, clock: FixedClock, keys: KeyFile) -> list[UUID]:
    """Ten women with three years of employment and ten men with five; the registers know which is which."""
    await publish_volunteering(database, clock)
    people = [one.holder_id for one in await residents(database, clock, keys, 20)]
    told = []
    for place, holder_id in enumerate(people):
        sex, years = ("female", 3) if place < 10 else ("male", 5)
        told += [fact(holder_id, "sex", sex, LONG_AGO), fact(holder_id, "employed_years", years, LONG_AGO)]
    await tell(database, clock, *told)
    return people


async def compare(database: Database, clock: FixedClock, before: str, after: str) -> Figures:
    sides = [Side(load(text), pack_sha256(text)) for text in (before, after)]
    async with database.transaction(Scope()) as session:
        now = clock.now()
        return await what_if(
            session, base=sides[0], draft=sides[1], since=now.replace(year=2025), until=now, known_at=now
        )


async def test_who_comes_to_the_line_is_counted_and_groups_stand_beside_everybody(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await applicants(database, clock, keys)
    figures = await compare(database, clock, pack("1", 4), pack("2", 7))
    [total] = figures["kinds"]
    assert (figures["holders"], total["gain"], total["before"], total["after"]) == (20, 20, 320, 560)
    assert figures["eligible"] == {"before": 10, "after": 20, "come": 10, "leave": 0}
    [by_sex] = figures["dimensions"]
    women, men = by_sex["kinds"][0]["groups"]
    assert (by_sex["by"], women["group"], women["ratio"], women["unfair"]) == ("sex", "female", "0.75", True)
    assert (men["ratio"], men["unfair"]) == ("1.25", False)


async def test_the_same_assessment_twice_shows_no_difference(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await applicants(database, clock, keys)
    figures = await compare(database, clock, pack("1", 4), pack("1", 4))
    assert figures["eligible"] == {"before": 10, "after": 10, "come": 0, "leave": 0}
    assert (figures["kinds"][0]["gain"], figures["kinds"][0]["lose"]) == (0, 0)


async def test_no_more_than_their_share_of_everybody_come_to_a_level(
    database: Database, clock: FixedClock, keys: KeyFile, tmp_path: Path
) -> None:
    await applicants(database, clock, keys)
    levels = (
        "levels: {grade: {of: total, steps: [{code: fair, at_least: 0, title: {zh: 合格, en: Fair}}, "
        "{code: best, at_least: 12, title: {zh: 优秀, en: Excellent}}]}}\n"
    )
    graded = pack("1", 4).replace("result: {", levels + "result: {levels: grade, ").replace("threshold: 20", "floor: 0")
    shared = graded.replace("floor: 0", "floor: 0, shares: [{level: best, most_percent: 50}]")
    figures = await compare(database, clock, graded, shared)
    fair, best = ({key: level[key] for key in ("before", "after")} for level in figures["levels"])
    assert (fair, best) == ({"before": 0, "after": 10}, {"before": 20, "after": 10})
    sides = [Side(load(text), pack_sha256(text)) for text in (shared, graded)]
    clock.advance(timedelta(days=1))
    async with database.transaction(Scope()) as session:
        base, draft = sides
        year = Year.before(clock.now(), base, tmp_path)
        kept = await read_past(session, year)
    tried, again = (try_out(kept, year, one.pack) for one in (draft, base))
    assert [(one["before"], one["after"]) for one in tried["levels"]] == [(10, 0), (10, 20)]
    assert [(one["before"], one["after"]) for one in again["levels"]] == [(10, 10), (10, 10)]


async def test_the_levels_of_another_result_are_not_those_of_the_first(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await applicants(database, clock, keys)
    scale = "{{of: total, steps: [{}, {{code: high, at_least: {}, title: {{zh: 高, en: High}}}}]}}"
    low = "{code: low, at_least: 0, title: {zh: 低, en: Low}}"
    levels = f"levels: {{easy: {scale.format(low, 12)}, hard: {scale.format(low, 20)}}}\n"
    results = "results: {" + ", ".join(f"{code}: {{levels: {code}, floor: 0}}" for code in ("easy", "hard")) + "}\n"
    source = pack("1", 4).replace(
        "result: {threshold: 20}\n", levels + results.replace(": {levels", ": {title: {zh: 用途, en: Use}, levels")
    )
    figures = await compare(database, clock, source, source)
    told = {(one["scale"], one["level"]): one["after"] for one in figures["levels"]}
    assert told == {("easy", "low"): 0, ("easy", "high"): 20, ("hard", "low"): 10, ("hard", "high"): 10}


async def test_one_applicant_sees_both_scores_and_whether_they_meet_the_line(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    people = await applicants(database, clock, keys)
    async with database.transaction(Scope()) as session:
        found = await for_holder(
            session, holder_id=people[0], base=load(pack("1", 4)), draft=load(pack("2", 7)), now=clock.now()
        )
    assert [(one.before, one.after) for one in (*found.items, *found.totals)] == [(12, 21), (12, 21)]
    assert found.scores is not None
    assert [score.eligible for score in found.scores if score] == [False, True]
    before, after = found.sentences(found.told[0], "zh")
    assert "12" in before[0].text
    assert "21" in after[0].text
