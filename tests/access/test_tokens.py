"""A token is shown once, kept as a hash, and refused on the very next request after it ended."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from access.actors import Grant
from access.people_register import (
    RESIDENT_TTL,
    STAFF_IDLE,
    STAFF_TTL,
    SignInCodeTaken,
    SignInRefused,
    TooManyTries,
    count_failure,
    create_resident_actor,
    create_staff,
    end_grants,
    refuse_too_many_tries,
    set_sign_in_code,
    sign_in,
)
from access.tokens import issue, mint_token, resolve, revoke, revoke_all, well_formed
from kernel.ids import mint
from tests.access.conftest import Desk

HOUR = timedelta(hours=1)


async def session_token(desk: Desk) -> str:
    actor_id = await desk.official()
    async with desk.open() as session:
        await set_sign_in_code(
            session, actor_id=actor_id, code="ABCD-1234", now=desk.clock.now(), ttl=timedelta(days=30)
        )
        return await sign_in(session, code="abcd-1234 ", now=desk.clock.now())


async def works(desk: Desk, token: str) -> bool:
    async with desk.open() as session:
        return await resolve(session, token=token, now=desk.clock.now()) is not None


def test_a_token_carries_its_own_check_so_that_a_typing_mistake_never_asks_the_database() -> None:
    token = mint_token("api")
    assert token.startswith("tc_live_")
    assert well_formed(token)
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert not well_formed(wrong)


@given(st.text(max_size=80))
def test_no_text_at_all_makes_the_check_fail_with_an_error(noise: str) -> None:
    assert well_formed(noise) in (True, False)
    assert not well_formed("tc_live_" + noise[:20])


async def test_the_database_never_holds_the_token_itself(desk: Desk) -> None:
    token = await session_token(desk)
    async with desk.open() as session:
        kept = (
            await session.execute(text("select token_sha256::text || tokens::text as row from tokens"))
        ).scalar_one()
    assert token not in kept
    assert token[8:] not in kept


async def test_a_revoked_token_is_refused_on_the_next_request(desk: Desk) -> None:
    token = await session_token(desk)
    assert await works(desk, token)
    async with desk.open() as session:
        await revoke(session, token=token, now=desk.clock.now())
    assert not await works(desk, token)


async def test_signing_out_everywhere_ends_every_token(desk: Desk) -> None:
    actor_id = await desk.official()
    async with desk.open() as session:
        tokens = [
            await issue(session, actor_id=actor_id, kind="api", scopes=["view_public"], ttl=HOUR, now=desk.clock.now())
            for _ in range(3)
        ]
        await revoke_all(session, actor_id=actor_id, now=desk.clock.now())
    assert not any([await works(desk, token) for token in tokens])


async def test_a_staff_session_ends_after_half_an_hour_without_use(desk: Desk) -> None:
    token = await session_token(desk)
    for _ in range(3):
        desk.clock.advance(STAFF_IDLE - timedelta(minutes=1))
        assert await works(desk, token)
    desk.clock.advance(STAFF_IDLE)
    assert not await works(desk, token)


async def test_a_staff_session_ends_after_twelve_hours_however_busy(desk: Desk) -> None:
    token = await session_token(desk)
    began = desk.clock.now()
    while desk.clock.now() + timedelta(minutes=20) < began + STAFF_TTL:
        desk.clock.advance(timedelta(minutes=20))
        assert await works(desk, token)
    desk.clock.advance(timedelta(minutes=20))
    assert not await works(desk, token)


async def test_a_residents_session_lasts_fourteen_days_without_use(desk: Desk) -> None:
    holder_id = mint(desk.clock.now())
    async with desk.open() as session:
        await create_resident_actor(session, holder_id=holder_id, now=desk.clock.now())
        await set_sign_in_code(session, actor_id=holder_id, code="RESIDENT", now=desk.clock.now(), ttl=HOUR)
        token = await sign_in(session, code="RESIDENT", now=desk.clock.now())
    desk.clock.advance(RESIDENT_TTL - HOUR)
    assert await works(desk, token)
    desk.clock.advance(HOUR)
    assert not await works(desk, token)


async def test_roles_taken_away_are_gone_on_the_next_request(desk: Desk) -> None:
    async with desk.open() as session:
        grants = [Grant("auditor"), Grant("official")]
        actor_id = await create_staff(session, label="both", grants=grants, now=desk.clock.now())
        token = await issue(session, actor_id=actor_id, kind="web", scopes=None, ttl=HOUR, now=desk.clock.now())
        before = await resolve(session, token=token, now=desk.clock.now())
        await end_grants(session, actor_id=actor_id, now=desk.clock.now())
        after = await resolve(session, token=token, now=desk.clock.now())
    assert before is not None
    assert before.roles == {"auditor", "official"}
    assert after is not None
    assert after.roles == frozenset()


async def test_an_expired_sign_in_code_and_a_wrong_one_are_refused_alike(desk: Desk) -> None:
    actor_id = await desk.official()
    async with desk.open() as session:
        await set_sign_in_code(session, actor_id=actor_id, code="SHORT", now=desk.clock.now(), ttl=HOUR)
    desk.clock.advance(HOUR)
    for code in ("SHORT", "WRONG", ""):
        with pytest.raises(SignInRefused):
            async with desk.open() as session:
                await sign_in(session, code=code, now=desk.clock.now())


async def test_a_code_of_somebody_else_can_not_be_taken_over(desk: Desk) -> None:
    one, other = await desk.official(), await desk.official()
    async with desk.open() as session:
        await set_sign_in_code(session, actor_id=one, code="MINE", now=desk.clock.now(), ttl=HOUR)
    with pytest.raises(SignInCodeTaken):
        async with desk.open() as session:
            await set_sign_in_code(session, actor_id=other, code="MINE", now=desk.clock.now(), ttl=HOUR)


async def test_ten_wrong_codes_within_a_minute_are_the_last(desk: Desk) -> None:
    for _ in range(10):
        async with desk.open() as session:
            await refuse_too_many_tries(session, who="192.0.2.1", now=desk.clock.now())
            await count_failure(session, who="192.0.2.1", now=desk.clock.now())
    with pytest.raises(TooManyTries):
        async with desk.open() as session:
            await refuse_too_many_tries(session, who="192.0.2.1", now=desk.clock.now())
    desk.clock.advance(timedelta(minutes=1))
    async with desk.open() as session:
        await refuse_too_many_tries(session, who="192.0.2.1", now=desk.clock.now())


async def test_an_address_that_failed_is_forgotten_within_the_hour_or_with_the_next_failure(desk: Desk) -> None:
    async with desk.open() as session:
        await count_failure(session, who="192.0.2.1", now=desk.clock.now())
    desk.clock.advance(timedelta(hours=2))
    async with desk.open() as session:
        await count_failure(session, who="192.0.2.2", now=desk.clock.now())
        assert await session.scalar(text("select count(*) from failed_attempts")) == 1
