"""A re-rate posts the differences and nothing else, once; what was published stays, and the ledger verifies."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from kernel.calendar import day_of
from kernel.clock import FixedClock
from kernel.db import Database, Scope, Session
from kernel.sealed import KeyFile
from points.ledger.book import Book, open_book
from points.ledger.page import Page
from points.ledger.statement import balances
from points.rerate import carry_out as carrying
from points.rerate.again import Past
from points.rerate.refusals import NothingToReRate
from rules.governance.publish import publish
from rules.language.edit import with_parameter
from tests.builders import VOLUNTEERING, award_all, publish_volunteering, residents, service
from tests.lived_ledger import live
from tests.points.rerate.back import (
    LONG_AGO,
    approved,
    counts,
    looked,
    posted,
    progress_of,
    put_right,
    re_rated,
    reach_back,
    require_green,
    terms,
)

SOURCE = VOLUNTEERING.read_text("utf-8")


async def some_served(database: Database, clock: FixedClock, keys: KeyFile, people: int = 3) -> list[UUID]:
    """Each served two hours on three days that are over."""
    await publish_volunteering(database, clock)
    holders = [one.holder_id for one in await residents(database, clock, keys, people)]
    for holder_id in holders:
        days = [service(holder_id, ended_at=clock.now() - timedelta(days=day)) for day in (2, 3, 4)]
        await award_all(database, clock, *days)
    clock.advance(timedelta(days=1))
    return holders


def version(source: str, name: str, **numbers: int) -> str:
    for parameter, value in numbers.items():
        source = with_parameter(source, parameter, value, version=name)
    return source


async def test_more_is_given_where_a_milder_rule_reaches_back(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    holders = await some_served(database, clock, keys)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    done = await re_rated(database, clock, terms(clock, "milder"))
    assert [await posted(database, holder_id) for holder_id in holders] == [90, 90, 90]
    [kind] = done.figures["kinds"]
    assert (kind["gain"], kind["lose"], kind["given"], kind["taken"]) == (3, 0, "90", "0")
    await require_green(database)


async def test_twice_is_once(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    await some_served(database, clock, keys)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    await re_rated(database, clock, terms(clock, "milder"))
    before = await counts(database)
    with pytest.raises(NothingToReRate):
        await re_rated(database, clock, terms(clock, "milder"))
    assert await counts(database) == before


async def test_unchanged_rules_and_facts_post_nothing_over_a_lived_city(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await live(database, clock, keys)
    clock.advance(timedelta(days=40))
    for programme in ("volunteering", "household-service"):
        figures = await looked(database, clock, terms(clock, programme=programme))
        assert (figures.changed, figures.as_json()["kinds"]) == (0, [])


async def test_a_lived_city_re_rated_up_and_down_again_verifies(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await live(database, clock, keys)
    clock.advance(timedelta(days=40))
    await put_right(database, clock, version(SOURCE, "more", points_per_hour=20, daily_cap=120))
    await re_rated(database, clock, terms(clock, "wrong_rule"))
    await require_green(database)
    clock.advance(timedelta(days=1))
    await put_right(database, clock, version(SOURCE, "less", points_per_hour=5))
    await re_rated(database, clock, terms(clock, "wrong_rule"))
    await require_green(database)
    assert (await looked(database, clock, terms(clock))).changed == 0


async def test_what_an_error_gave_too_much_is_taken_back_and_the_rest_is_owed(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    [holder_id] = await some_served(database, clock, keys, people=1)
    await put_right(database, clock, version(SOURCE, "right", points_per_hour=5))
    done = await re_rated(database, clock, terms(clock, "wrong_rule"))
    assert await posted(database, holder_id) == 30
    assert [kind["taken"] for kind in done.figures["kinds"]] == ["30"]
    await require_green(database)


async def test_a_new_rule_never_reaches_back_to_anybodys_loss(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    await some_served(database, clock, keys)
    await put_right(database, clock, version(SOURCE, "stricter", points_per_hour=5))
    assert (await looked(database, clock, terms(clock, "milder"))).changed == 0


async def test_what_happened_before_there_was_a_rule_may_be_paid_later(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    [resident] = await residents(database, clock, keys, 1)
    await award_all(database, clock, service(resident.holder_id, ended_at=clock.now() - timedelta(days=2)))
    clock.advance(timedelta(days=1))
    async with database.transaction(Scope()) as session:
        await publish(session, text=SOURCE, approval_id=None, now=clock.now(), effective_from=LONG_AGO)
    assert await posted(database, resident.holder_id) == 0
    await re_rated(database, clock, terms(clock, "missing"))
    assert await posted(database, resident.holder_id) == 20
    assert await posted(database, resident.holder_id, "service-hours") == 120
    await require_green(database)


async def test_only_events_of_its_days_are_decided_again(database: Database, clock: FixedClock, keys: KeyFile) -> None:
    [holder_id] = await some_served(database, clock, keys, people=1)
    last = day_of(clock.now()) - timedelta(days=4)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    done = await re_rated(database, clock, terms(clock, "milder", from_on=last, to_on=last + timedelta(days=1)))
    assert (done.figures["events"], await posted(database, holder_id)) == (1, 70)


async def test_a_balance_as_it_was_published_reads_the_same_for_ever(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    [holder_id] = await some_served(database, clock, keys, people=1)
    published_at = clock.now()
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    clock.advance(timedelta(minutes=5))
    await re_rated(database, clock, terms(clock, "milder"))
    async with database.transaction(Scope()) as session:
        then = await balances(session, holder_id=holder_id, as_of=published_at, known_at=published_at, now=clock.now())
    assert [one.posted for one in then if one.point_kind == "volunteer-points"] == [60]


async def test_what_comes_late_earns_by_its_own_days_version_and_the_difference_by_another_re_rate(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    [holder_id] = await some_served(database, clock, keys, people=1)
    same_day = clock.now() - timedelta(days=3, hours=4)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    await re_rated(database, clock, terms(clock, "milder"))
    await award_all(database, clock, service(holder_id, ended_at=same_day))
    assert await posted(database, holder_id) == 90 + 20
    await require_green(database)
    clock.advance(timedelta(minutes=1))
    await re_rated(database, clock, terms(clock, "milder"))
    assert await posted(database, holder_id) == 90 + 30
    await require_green(database)


async def test_events_that_come_later_find_the_room_that_a_re_rate_left(
    database: Database, clock: FixedClock, keys: KeyFile
) -> None:
    [holder_id] = await some_served(database, clock, keys, people=1)
    same_day = clock.now() - timedelta(days=3, hours=4)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    await re_rated(database, clock, terms(clock, "milder"))
    await award_all(database, clock, service(holder_id, ended_at=same_day, minutes=360))
    assert await posted(database, holder_id) == 90 + 50
    await require_green(database)


async def test_one_that_was_cut_off_goes_on_where_it_stopped_and_does_no_piece_twice(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders = await some_served(database, clock, keys, people=12)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    monkeypatch.setattr(carrying, "MOST_EVENTS", 6)
    re_rate_id = await approved(database, clock, terms(clock, "milder"))
    begun = await progress_of(database, re_rate_id)
    assert (begun.done, begun.of > 2) == (0, True)
    real, pieces = carrying.write, 0

    async def cut_off(session: Session, pages: Collection[Page]) -> None:
        nonlocal pieces
        await real(session, pages)
        pieces += bool(pages)
        if pieces == 2:
            raise ConnectionError("the worker died")

    monkeypatch.setattr(carrying, "write", cut_off)
    with pytest.raises(ConnectionError):
        await carrying.carry_out(database, clock, re_rate_id)
    halfway = await progress_of(database, re_rate_id)
    assert 0 < halfway.done < halfway.of
    await asyncio.gather(*(carrying.carry_out(database, clock, re_rate_id) for _ in range(2)))
    done = await progress_of(database, re_rate_id)
    assert (done.finished, done.figures["kinds"][0]["given"]) == (True, str(30 * 12))
    assert {await posted(database, holder_id) for holder_id in holders} == {90}
    await require_green(database)


async def test_who_was_recorded_of_between_the_look_and_the_claim_is_decided_again(
    database: Database, clock: FixedClock, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    holders = await some_served(database, clock, keys)
    await reach_back(database, clock, version(SOURCE, "milder", points_per_hour=15))
    reads: list[int] = []
    whole = carrying.read_pasts

    async def counted(session: Session, *given: Any) -> list[Past]:
        found = await whole(session, *given)
        reads.append(len(found))
        return found

    async def beaten(session: Session, holder_ids: Collection[UUID], *, now: datetime) -> Book:
        monkeypatch.undo()
        late = service(holders[0], ended_at=clock.now() - timedelta(days=40), minutes=60)
        await award_all(database, clock, late)
        monkeypatch.setattr(carrying, "read_pasts", counted)
        return await open_book(session, holder_ids, now=now)

    monkeypatch.setattr(carrying, "open_book", beaten)
    await re_rated(database, clock, terms(clock, "milder"))
    assert reads == [1]
    assert [await posted(database, holder_id) for holder_id in holders] == [105, 90, 90]
    await require_green(database)
