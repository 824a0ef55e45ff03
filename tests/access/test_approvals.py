"""Four eyes hold in the use case and in the database: other eyes, the same content, once, in time."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from access.approvals import (
    LIFETIME,
    AlreadyDecided,
    Approval,
    ApprovalExpired,
    ContentChanged,
    NotYours,
    ReasonMissing,
    decide,
    get,
    submit,
    waiting,
    withdraw,
)
from access.authorize import NotFoundHere, OwnWork
from kernel.canonical import sha256
from tests.access.conftest import Desk

CONTENT = {"programme": "volunteering", "points_per_hour": 12}
SEEN = sha256(CONTENT)


async def submitted(desk: Desk) -> tuple[UUID, UUID]:
    author = await desk.official()
    async with desk.open() as session:
        now = desk.clock.now()
        approval_id = await submit(
            session, kind="rule_pack", object_id=uuid4(), content=CONTENT, author_id=author, now=now, data={"n": 1}
        )
    return approval_id, author


async def decided(
    desk: Desk, approval_id: UUID, by: UUID, *, seen: bytes = SEEN, approve: bool = True, reason: str = ""
) -> Approval:
    async with desk.open() as session:
        return await decide(
            session,
            approval_id=approval_id,
            decided_by=by,
            approve=approve,
            reason=reason,
            seen_sha256=seen,
            now=desk.clock.now(),
        )


async def test_a_colleague_approves_exactly_what_was_seen(desk: Desk) -> None:
    approval_id, author = await submitted(desk)
    found = await decided(desk, approval_id, await desk.official())
    assert found.state(desk.clock.now()) == "approved"
    assert found.author_id == author
    assert found.data == {"n": 1}


async def test_the_author_can_not_approve_their_own_work(desk: Desk) -> None:
    approval_id, author = await submitted(desk)
    with pytest.raises(OwnWork):
        await decided(desk, approval_id, author)


async def test_the_database_refuses_the_author_even_where_the_use_case_is_gone_round(desk: Desk) -> None:
    approval_id, author = await submitted(desk)
    with pytest.raises(OwnWork):
        async with desk.open() as session:
            await session.execute(
                text("insert into approval_decisions values (:id, :author, :sha, :author, true, '', now())"),
                {"id": approval_id, "author": author, "sha": SEEN},
            )


async def test_the_database_refuses_a_decision_under_another_authors_name(desk: Desk) -> None:
    approval_id, author = await submitted(desk)
    other = await desk.official()
    with pytest.raises(ContentChanged):
        async with desk.open() as session:
            await session.execute(
                text("insert into approval_decisions values (:id, :other, :sha, :author, true, '', now())"),
                {"id": approval_id, "author": author, "other": other, "sha": SEEN},
            )


async def test_content_that_changed_since_it_was_seen_is_refused(desk: Desk) -> None:
    approval_id, _ = await submitted(desk)
    with pytest.raises(ContentChanged):
        await decided(desk, approval_id, await desk.official(), seen=sha256({"points_per_hour": 13}))


async def test_a_second_decision_is_refused(desk: Desk) -> None:
    approval_id, _ = await submitted(desk)
    await decided(desk, approval_id, await desk.official(), approve=False, reason="The basis is missing.")
    with pytest.raises(AlreadyDecided):
        await decided(desk, approval_id, await desk.official())
    async with desk.open() as session:
        found = await get(session, approval_id)
    assert found is not None
    assert found.state(desk.clock.now()) == "rejected"


async def test_its_author_takes_it_back_once_and_nobody_decides_about_it_then(desk: Desk) -> None:
    approval_id, author = await submitted(desk)
    colleague = await desk.official()
    async with desk.open() as session:
        with pytest.raises(NotYours):
            await withdraw(session, approval_id=approval_id, author_id=colleague, now=desk.clock.now())
        await withdraw(session, approval_id=approval_id, author_id=author, now=desk.clock.now())
        found = await get(session, approval_id)
        assert await waiting(session, ["rule_pack"], now=desk.clock.now()) == []
    assert found is not None
    assert found.state(desk.clock.now()) == "withdrawn"
    with pytest.raises(AlreadyDecided):
        await decided(desk, approval_id, colleague)
    async with desk.open() as session:
        with pytest.raises(AlreadyDecided):
            await withdraw(session, approval_id=approval_id, author_id=author, now=desk.clock.now())


async def test_of_a_withdrawal_and_a_decision_at_the_same_moment_one_stands(desk: Desk) -> None:
    """The decision is not committed yet when its author takes the submission back: who comes second is refused."""
    approval_id, author = await submitted(desk)
    colleague = await desk.official()
    async with desk.open() as first:
        now = desk.clock.now()
        await decide(
            first, approval_id=approval_id, decided_by=colleague, approve=True, reason="", seen_sha256=SEEN, now=now
        )

        async def take_back() -> None:
            async with desk.open() as second:
                await withdraw(second, approval_id=approval_id, author_id=author, now=now)

        second = asyncio.create_task(take_back())
        await asyncio.sleep(0.3)
        assert not second.done()
    with pytest.raises(AlreadyDecided):
        await second
    async with desk.open() as session:
        found = await get(session, approval_id)
    assert found is not None
    assert found.state(desk.clock.now()) == "approved"


async def test_after_seven_days_it_has_lapsed(desk: Desk) -> None:
    approval_id, _ = await submitted(desk)
    desk.clock.advance(LIFETIME - timedelta(seconds=1))
    async with desk.open() as session:
        assert [one.approval_id for one in await waiting(session, ["rule_pack"], now=desk.clock.now())] == [approval_id]
    desk.clock.advance(timedelta(seconds=1))
    with pytest.raises(ApprovalExpired):
        await decided(desk, approval_id, await desk.official())
    async with desk.open() as session:
        assert await waiting(session, ["rule_pack"], now=desk.clock.now()) == []


async def test_sending_back_needs_a_reason(desk: Desk) -> None:
    approval_id, _ = await submitted(desk)
    with pytest.raises(ReasonMissing):
        await decided(desk, approval_id, await desk.official(), approve=False, reason="  ")


async def test_an_approval_that_is_not_there_is_missing(desk: Desk) -> None:
    with pytest.raises(NotFoundHere):
        await decided(desk, uuid4(), await desk.official())


@pytest.mark.parametrize("statement", ["update approvals set kind = 'x'", "delete from approval_decisions"])
async def test_the_application_can_not_rewrite_what_was_submitted_or_decided(desk: Desk, statement: str) -> None:
    await submitted(desk)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with desk.open() as session:
            await session.execute(text(statement))
