"""Published packs: chosen by two dates, never edited, never before their time, never by one person alone."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from access.authorize import OwnWork
from kernel.calendar import day_of
from rules.governance.approvals import WhatIfMissing, submit_draft
from rules.governance.consultations import DraftStale
from rules.governance.drafts import save_draft
from rules.governance.proposals import propose
from rules.governance.publish import ApprovalNeeded, EffectiveTooSoon, PackNotLive, PackUnfit, VersionTaken, publish
from rules.governance.registry import Registry, load_registry, text_of
from rules.language.edit import with_parameter
from rules.language.loader import pack_sha256
from tests.builders import VOLUNTEERING
from tests.hall import Hall

SOURCE = VOLUNTEERING.read_text("utf-8")


async def approval_of(hall: Hall) -> UUID:
    """A real approval to hang a version on."""
    author, _ = await hall.staff("official", "规则岗")
    async with hall.transaction(author) as session:
        found = await session.scalar(
            text("""
                insert into approvals (approval_id, kind, object_id, sha256, author_id, submitted_at, expires_at, data)
                values (:id, 'rule_pack', :id, sha256('x'), :author, :now, :now, '{}') returning approval_id
            """),
            {"id": uuid4(), "author": author, "now": hall.now},
        )
    assert isinstance(found, UUID)
    return found


async def registry_of(hall: Hall) -> Registry:
    async with hall.transaction() as session:
        return await load_registry(session)


async def test_the_version_in_force_follows_the_day_and_what_was_known(hall: Hall) -> None:
    first = await hall.publish()
    hall.clock.advance(timedelta(days=1))
    effect = day_of(hall.now) + timedelta(days=30)
    changed = with_parameter(SOURCE, "points_per_hour", 12, version="next", effective_from=effect)
    approval_id = await approval_of(hall)
    async with hall.transaction() as session:
        second = await publish(session, text=changed, approval_id=approval_id, now=hall.now, effective_from=effect)
    registry = await registry_of(hall)
    later = hall.now + timedelta(days=400)
    assert registry.in_force("volunteering", effect - timedelta(days=1), later) == first
    assert registry.in_force("volunteering", effect, later) == second
    assert registry.in_force("volunteering", effect, first.published_at) == first
    assert registry.in_force("volunteering", effect, first.published_at - timedelta(seconds=1)) is None
    assert registry.in_force("volunteering", date(2024, 12, 31), later) is None
    assert registry.in_force("volunteering", date(2031, 1, 1), later) is None
    assert registry.in_force("nothing", effect, later) is None
    assert registry.for_event("service") == ["volunteering"]
    assert registry.for_event("checked_in") == []
    assert registry.for_event("service", "household") == []
    assert registry.holder_kinds("service") == {"resident"}
    assert registry.holder_kinds("checked_in") == frozenset()
    assert set(registry.by_sha256) == {first.sha256, second.sha256}


async def test_the_point_kinds_that_a_pack_pays_into_come_with_it_each_with_its_debt(hall: Hall) -> None:
    await hall.publish()
    async with hall.transaction() as session:
        rows = await session.execute(
            text("""
                select code, family, grace_days, debt_cap, title ->> 'zh', title ->> 'en' from point_kinds order by code
            """)
        )
    assert [tuple(row) for row in rows] == [
        ("debt:service-hours", "debt", 0, None, "欠还:服务时长", "Owed: Hours of service"),
        ("debt:volunteer-points", "debt", 0, None, "欠还:志愿积分", "Owed: Volunteer points"),
        ("service-hours", "hours", 0, None, "服务时长", "Hours of service"),
        ("volunteer-points", "spendable", 30, 500, "志愿积分", "Volunteer points"),
    ]


async def test_a_pack_of_households_is_read_for_households_only(hall: Hall) -> None:
    await hall.publish()
    household = VOLUNTEERING.with_name("household-service.yaml").read_text("utf-8")
    async with hall.transaction() as session:
        await publish(session, text=household, approval_id=None, now=hall.now, effective_from=date(2026, 1, 1))
    registry = await registry_of(hall)
    assert registry.for_event("service") == ["volunteering"]
    assert registry.for_event("service", "household") == ["household-service"]
    assert registry.for_event("referral", "household") == []
    assert registry.holder_kinds("service") == {"resident", "household"}
    assert registry.holder_kinds("referral") == {"resident"}


async def test_a_changed_pack_is_public_for_thirty_days_before_it_counts(hall: Hall) -> None:
    await hall.publish()
    approval_id = await approval_of(hall)
    soon = day_of(hall.now) + timedelta(days=29)
    changed = with_parameter(SOURCE, "points_per_hour", 12, version="next", effective_from=soon)
    async with hall.transaction() as session:
        with pytest.raises(EffectiveTooSoon) as refused:
            await publish(session, text=changed, approval_id=approval_id, now=hall.now, effective_from=soon)
    assert refused.value.values == {"earliest": "2026-12-22"}


async def test_a_second_version_needs_an_approval_in_the_database_too(hall: Hall) -> None:
    await hall.publish()
    effect = day_of(hall.now) + timedelta(days=30)
    changed = with_parameter(SOURCE, "points_per_hour", 12, version="next", effective_from=effect)
    async with hall.transaction() as session:
        with pytest.raises(ApprovalNeeded):
            await publish(session, text=changed, approval_id=None, now=hall.now, effective_from=effect)
    with pytest.raises(ApprovalNeeded):
        async with hall.transaction() as session:
            await session.execute(
                text("""
                    insert into rule_packs (pack_sha256, programme, version, status, text, effective_from, published_at)
                    values (sha256('x'), 'volunteering', 'sneaky', 'live', '', '2026-01-01', now())
                """)
            )


async def test_the_same_version_is_published_once(hall: Hall) -> None:
    await hall.publish()
    approval_id = await approval_of(hall)
    effect = day_of(hall.now) + timedelta(days=30)
    for source in (SOURCE, with_parameter(SOURCE, "points_per_hour", 12)):
        with pytest.raises(VersionTaken):
            async with hall.transaction() as session:
                await publish(session, text=source, approval_id=approval_id, now=hall.now, effective_from=effect)


async def test_records_and_packs_with_findings_are_never_published(hall: Hall) -> None:
    for source, refusal in (
        (SOURCE.replace("status: live", "status: example"), PackNotLive),
        (with_parameter(SOURCE, "points_per_hour", 21), PackUnfit),
    ):
        async with hall.transaction() as session:
            with pytest.raises(refusal):
                await publish(session, text=source, approval_id=None, now=hall.now, effective_from=date(2026, 1, 1))
    assert (await registry_of(hall)).programmes() == []


@pytest.mark.parametrize(
    ("table", "column"),
    [("rule_packs", "text"), ("drafts", "text"), ("approvals", "sha256"), ("approval_decisions", "reason")],
)
async def test_the_application_may_neither_edit_nor_remove_what_was_published(
    hall: Hall, table: str, column: str
) -> None:
    published = await hall.publish()
    for statement in (f"delete from {table}", f"update {table} set {column} = {column}"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with hall.transaction() as session:
                await session.execute(text(statement))
    async with hall.transaction() as session:
        assert pack_sha256(await text_of(session, published.sha256)) == published.sha256


async def test_the_database_itself_refuses_a_decision_by_the_author(hall: Hall) -> None:
    approval_id = await approval_of(hall)
    with pytest.raises(OwnWork):
        async with hall.transaction() as session:
            await session.execute(
                text("""
                    insert into approval_decisions
                    select approval_id, author_id, sha256, author_id, true, '', now() from approvals
                    where approval_id = :approval_id
                """),
                {"approval_id": approval_id},
            )


async def test_a_draft_without_figures_or_from_an_older_version_is_not_submitted(hall: Hall) -> None:
    await hall.publish()
    author, _ = await hall.staff("official", "规则岗")
    async with hall.transaction(author) as session:
        proposal = await propose(
            session,
            registry=await load_registry(session),
            programme="volunteering",
            parameter="daily_cap",
            value=100,
            now=hall.now,
        )
        draft = await save_draft(
            session, proposal=proposal, reason="理由", basis="依据", author_id=author, now=hall.now
        )
    assert draft.pack.effective_from == date(2026, 12, 22)
    async with hall.transaction(author) as session:
        with pytest.raises(WhatIfMissing):
            await submit_draft(session, draft_id=draft.draft_id, author_id=author, now=hall.now)
    effect = day_of(hall.now) + timedelta(days=30)
    changed = with_parameter(SOURCE, "points_per_hour", 12, version="other", effective_from=effect)
    approval_id = await approval_of(hall)
    async with hall.transaction(author) as session:
        await publish(session, text=changed, approval_id=approval_id, now=hall.now, effective_from=effect)
        with pytest.raises(DraftStale):
            await submit_draft(session, draft_id=draft.draft_id, author_id=author, now=hall.now)
