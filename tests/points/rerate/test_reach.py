"""A milder version that reaches back: what is refused before it may, whose verdict counts, and that nobody loses."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from kernel.calendar import day_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.rerate.beforehand import declare_reach
from points.rerate.refusals import NothingToReRate
from points.submission import Outcome
from points.verify import verify
from rules.engine.model import Pack
from rules.governance.drafts import Draft, DraftHasFindings, save_draft
from rules.governance.proposals import propose_text
from rules.governance.publish import ReachUnseen, publish
from rules.governance.registry import Registry, load_registry
from rules.language.edit import with_reach
from rules.language.loader import load
from tests.builders import VOLUNTEERING, award_all, publish_volunteering, residents, service
from tests.points.rerate.back import (
    LONG_AGO,
    officials,
    posted,
    put_right,
    re_rated,
    reach_back,
    require_green,
    terms,
)
from tests.points.rerate.test_re_rate import some_served, version

SOURCE = VOLUNTEERING.read_text("utf-8")
PLAIN = re.sub(r"    multiply:\n.*?    caps:", "    caps:", SOURCE, count=1, flags=re.DOTALL)
"""Ten points an hour without an extra for the night."""
CAPPED = version(PLAIN.replace("part: counts}", "part: counts, cap: 46}"), "capped", points_per_hour=20)
"""Twenty points an hour, but forty-six at most: written otherwise, so that the texts alone do not tell."""


HONOURS = SOURCE.replace("version: 2026-11.2", "version: honours").replace(
    "  - code: referral\n",
    """  - code: honour
    title: {zh: 荣誉, en: Honour}
    on: honour
    quantity: {each: event}
    price: {give: 30}
    into: volunteer-points
    basis: [city-default-2026]

  - code: referral
""",
)
"""A kind of event that no rule read so far."""


async def plainly_served(database: Database, clock: FixedClock, keys: KeyFile) -> UUID:
    """One who served two hours on three days that are over, by the plain rules."""
    async with database.transaction(Scope()) as session:
        await publish(session, text=PLAIN, approval_id=None, now=clock.now(), effective_from=LONG_AGO)
    [resident] = await residents(database, clock, keys, 1)
    days = [service(resident.holder_id, ended_at=clock.now() - timedelta(days=day)) for day in (2, 3, 4)]
    await award_all(database, clock, *days)
    return resident.holder_id


async def drafted(database: Database, clock: FixedClock, author: UUID, text: str) -> Draft:
    asked = text.replace("effective_from: 2026-01-01", f"effective_from: {day_of(clock.now()) + timedelta(days=40)}")
    async with database.transaction(Scope(author)) as session:
        proposal = propose_text(asked, registry=await load_registry(session), now=clock.now())
        return await save_draft(
            session, proposal=proposal, reason="理由", basis="依据", author_id=author, now=clock.now()
        )


async def declared(database: Database, clock: FixedClock, text: str, since: date) -> list[tuple[str, str]]:
    """Declare that a draft of this text reaches back; gives the findings that refuse it, by code and place."""
    author, _ = await officials(database, clock)
    draft = await drafted(database, clock, author, text)
    try:
        async with database.transaction(Scope(author)) as session:
            await declare_reach(
                session, draft_id=draft.draft_id, since=since, reason="从宽", author_id=author, now=clock.now()
            )
    except DraftHasFindings as refused:
        return [(finding.code, finding.path) for finding in refused.findings]
    return []


async def test_a_version_that_plainly_gives_less_somewhere_is_refused_at_the_place(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    less = version(version(SOURCE, "next", points_per_hour=12), "next", daily_cap=60)
    assert await declared(database, clock, less, LONG_AGO) == [("NOT_MILDER", "items.service.caps.0")]
    assert await declared(database, clock, version(SOURCE, "next", points_per_hour=12), LONG_AGO) == []


async def test_who_would_have_less_is_found_in_the_past_where_the_texts_do_not_tell(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await plainly_served(database, clock, keys)
    long = [service(holder_id, ended_at=clock.now() - timedelta(days=day), minutes=480) for day in (5, 6)]
    await award_all(database, clock, *long)
    since = day_of(clock.now()) - timedelta(days=5)
    # Three days would give 20 more each and a long one 34 less: together it is more, until both long ones count.
    assert await declared(database, clock, CAPPED, since) == []
    assert await declared(database, clock, CAPPED, since - timedelta(days=1)) == [("REACH_COSTS", "reaches_back_to")]


async def test_what_counts_is_what_was_given_by_the_versions_of_those_days(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await some_served(database, clock, keys)
    await put_right(database, clock, version(SOURCE, "generous", points_per_hour=20))
    clock.advance(timedelta(minutes=1))
    await re_rated(database, clock, terms(clock))
    await reach_back(database, clock, version(SOURCE, "same", points_per_hour=20, night_percent=30))
    later = version(SOURCE, "later", points_per_hour=20, night_percent=30).replace("value: 80", "value: 90")
    assert await declared(database, clock, later, LONG_AGO) == []
    assert {code for code, _ in await declared(database, clock, version(SOURCE, "l", night_percent=50), LONG_AGO)} == {
        "NOT_MILDER"
    }


@pytest.mark.parametrize(
    ("since", "found"),
    [("ahead", "REACH_AHEAD"), ("on the day", "REACH_AHEAD"), ("too far", "REACH_TOO_FAR"), ("sixty months", "")],
)
async def test_the_day_lies_before_it_is_in_force_and_at_most_sixty_months(
    database: Database, clock: FixedClock, keys: KeyFile, since: str, found: str
) -> None:
    await publish_volunteering(database, clock)
    effect = day_of(clock.now()) + timedelta(days=40)
    farthest = date(effect.year - 5, effect.month, effect.day)
    days = {
        "ahead": effect + timedelta(days=1),
        "on the day": effect,
        "too far": farthest - timedelta(days=1),
        "sixty months": farthest,
    }
    codes = [code for code, _ in await declared(database, clock, version(SOURCE, "n", points_per_hour=12), days[since])]
    assert codes == ([found] if found else [])


async def test_nothing_reaches_back_before_it_is_in_force_and_then_only_through_a_re_rate(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    [holder_id] = await some_served(database, clock, keys, people=1)
    served_on = day_of(clock.now()) - timedelta(days=3)
    published = await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    async with database.transaction(Scope()) as session:
        registry = await load_registry(session)
    told = {
        ahead: [one.version for one in registry.judging("volunteering", served_on, clock.now() - timedelta(days=ahead))]
        for ahead in (0, 1, 31)
    }
    assert told == {0: ["2026-11.2", "milder"], 1: ["2026-11.2"], 31: ["2026-11.2"]}
    in_force = registry.in_force("volunteering", served_on, clock.now())
    assert (published.version, in_force and in_force.version) == ("milder", "2026-11.2")
    assert await posted(database, holder_id) == 60


async def test_the_better_of_two_versions_counts_event_by_event_and_nothing_is_taken(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holder_id = await plainly_served(database, clock, keys)
    unknown = clock.now() - timedelta(days=5)
    await reach_back(database, clock, CAPPED)
    await award_all(database, clock, service(holder_id, ended_at=unknown, minutes=480))
    assert await posted(database, holder_id) == 60 + 80
    await re_rated(database, clock, terms(clock, "milder"))
    assert await posted(database, holder_id) == 120 + 80
    await require_green(database)
    clock.advance(timedelta(minutes=1))
    with pytest.raises(NothingToReRate):  # an error elsewhere takes nothing of what either version gives
        await re_rated(database, clock, terms(clock, "wrong_fact"))


async def test_the_ledgers_proof_finds_a_verdict_of_a_version_that_might_not_judge_that_day(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await plainly_served(database, clock, keys)
    reaching = await reach_back(database, clock, CAPPED)
    await re_rated(database, clock, terms(clock, "milder"))
    async with database.transaction(Scope()) as session:
        known = (await load_registry(session)).by_sha256.values()
        later = replace(reaching, effective_from=reaching.effective_from + timedelta(days=1))
        registry = Registry([later if one.sha256 == reaching.sha256 else one for one in known])
        found = (await verify(session, registry=registry)).findings
    assert [finding.code for finding in found] == ["REDECIDES_OTHERWISE"] * 3


async def test_what_no_rule_read_before_is_paid_by_a_version_that_does_and_reaches_back(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await publish_volunteering(database, clock)
    [resident] = await residents(database, clock, keys, 1)
    served = service(resident.holder_id, ended_at=clock.now() - timedelta(days=2))
    honour = replace(served, kind="honour", business_key="1", data={"grade": "county"})
    [recorded] = await award_all(database, clock, honour)
    assert isinstance(recorded, Outcome)
    assert recorded.status == "recorded"
    clock.advance(timedelta(days=1))
    await reach_back(database, clock, HONOURS)
    await require_green(database)
    await re_rated(database, clock, terms(clock, "milder"))
    assert await posted(database, resident.holder_id) == 30
    await require_green(database)


async def test_a_first_version_that_comes_with_the_installation_does_not_reach_back(
    database: Database, clock: FixedClock
) -> None:
    with pytest.raises(ReachUnseen):
        async with database.transaction(Scope()) as session:
            await publish(
                session,
                text=with_reach(SOURCE, LONG_AGO),
                approval_id=None,
                now=clock.now(),
                effective_from=date(2026, 1, 1),
            )


def test_the_day_is_written_into_the_text_and_taken_out_again_and_nothing_else() -> None:
    written = with_reach(SOURCE, LONG_AGO)
    assert load(written).reaches_back_to == LONG_AGO
    assert with_reach(with_reach(written, date(2025, 6, 1)), None) == SOURCE
    assert with_reach("{effective_from: 2026-01-01, a: [1]}", LONG_AGO) == (
        "{effective_from: 2026-01-01, reaches_back_to: 2025-01-01, a: [1]}"
    )
    assert with_reach("items: [", LONG_AGO) == "items: ["
    assert isinstance(load(SOURCE), Pack)
