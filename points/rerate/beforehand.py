"""A draft looked at before anybody decides: over the past year, and over the days to which it would reach back.

What reaching back would do is told as a re-rate has it, but by the draft alone, so that who would have less is seen.
Must never post anything, nor change a draft.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kernel.calendar import add_months, day_of, start_of
from kernel.db import Session
from points.measured.as_of import Verdict
from points.measured.score import pages_of, score_many
from points.rerate.again import Deciding
from points.rerate.propose import NOBODY, look_with
from points.rerate.terms import Terms
from points.what_if.figures import Figures
from points.what_if.looks import Step, untold
from points.what_if.population import SETTLED, Side, what_if
from rules.engine.model import Pack
from rules.governance.drafts import (
    Draft,
    DraftHasFindings,
    NotYourDraft,
    base_of,
    find_draft,
    refuse_unless_current,
    save_draft,
)
from rules.governance.figures import WhatIfRun, save_figures
from rules.governance.proposals import propose_text
from rules.governance.reach import REACH, refuse_if_it_costs
from rules.governance.registry import Published, Registry, load_registry
from rules.language.edit import with_reach


async def run_what_if(session: Session, *, draft_id: UUID, now: datetime, step: Step = untold) -> WhatIfRun:
    """Compare a saved draft with the version it started from, over the year before `now`, and keep the figures.

    Known at a minute before `now`, when no batch can still be on its way. Refuses with DraftMissing, DraftHasFindings.
    """
    draft = await find_draft(session, draft_id)
    registry = await load_registry(session)
    base = base_of(registry, draft)
    figures = await what_if(
        session,
        base=Side(base.pack, base.sha256) if base else None,
        draft=Side(draft.pack, draft.sha256),
        since=start_of(add_months(day_of(now), -12)),
        until=now,
        known_at=now - SETTLED,
        step=step,
    )
    if draft.pack.reaches_back_to is not None:
        figures |= {REACH: await reach_figures(session, registry, Side(draft.pack, draft.sha256), now=now)}
    return await save_figures(session, draft=draft, figures=figures, now=now)


async def declare_reach(
    session: Session,
    *,
    draft_id: UUID,
    since: date,
    reason: str,
    author_id: UUID,
    now: datetime,
    step: Step = untold,
) -> Draft:
    """Have one's own draft reach back to a day: a draft that takes its place, with the figures of whom that gives to.

    Refuses with DraftMissing, NotYourDraft, DraftWithdrawn, DraftSuperseded, ChangeReasonMissing, and DraftHasFindings
    where the day is none, or where somebody would have less; the caller's transaction must then be undone.
    """
    draft = await find_draft(session, draft_id)
    if draft.author_id != author_id:
        raise NotYourDraft()
    refuse_unless_current(draft)
    registry = await load_registry(session)
    text = with_reach(draft.text, since)
    proposal = propose_text(text, registry=registry, now=now, begun_on=draft.programme)
    if proposal.blocked or proposal.pack is None or proposal.pack.reaches_back_to != since:
        raise DraftHasFindings(findings=[finding for finding in proposal.findings if finding.blocking])
    declared = await save_draft(
        session,
        proposal=proposal,
        reason=reason,
        basis=draft.basis,
        author_id=author_id,
        now=now,
        supersedes_draft_id=draft_id,
    )
    refuse_if_it_costs(declared, await run_what_if(session, draft_id=declared.draft_id, now=now, step=step))
    return declared


async def reach_figures(session: Session, registry: Registry, draft: Side, *, now: datetime) -> Figures:
    """Whom reaching back would give to and who would have less, against what stands: canonical JSON, no names.

    `kinds` of an accrual, by point kind, over the days that are over; `days` of an assessment, by the day asked about.
    """
    since, today = draft.pack.reaches_back_to or day_of(now), day_of(now)
    told: dict[str, Any] = {"since": since.isoformat(), "until": today.isoformat(), "events": 0, "changed": 0}
    if draft.pack.mode == "assessment":
        days = [await _day(session, registry, draft.pack, day, now) for day in _days(since, today)]
        return {**told, "kinds": [], "days": days}
    pack = draft.pack
    alone = Published(pack.programme, pack.version, draft.sha256, pack, pack.effective_from, now, pack.sunset_on)
    known = Registry([*registry.by_sha256.values(), alone])
    terms = Terms(pack.programme, since, today, "wrong_rule")  # which would show what is less, too
    found = (await look_with(session, Deciding(known, terms, now, NOBODY, alone=alone))).as_json()
    return {**told, **{name: found[name] for name in ("events", "changed", "kinds")}, "days": []}


def _days(since: date, today: date) -> Iterator[date]:
    """The day reached back to, each New Year since, and today: on these everybody's score is compared."""
    if since < today:
        yield since
        yield from (date(year, 1, 1) for year in range(since.year + 1, today.year + 1) if date(year, 1, 1) < today)
    yield today


async def _day(session: Session, registry: Registry, draft: Pack, day: date, now: datetime) -> Figures:
    """Everybody's score of one day by the version of that day and by the draft."""
    own, known_at = registry.in_force(draft.programme, day, now), now - SETTLED
    gain = lose = 0
    async for page in pages_of(session, draft.holder, known_at=known_at):
        after = await score_many(session, draft, page, as_of=day, known_at=known_at)
        before = await score_many(session, own.pack, page, as_of=day, known_at=known_at) if own else {}
        gain += sum(1 for one, score in after.items() if score.total > (before[one].total if own else 0))
        if own:
            pairs = ((Verdict.of(own.pack, before[one]), Verdict.of(draft, score)) for one, score in after.items())
            lose += sum(1 for was, would in pairs if would.worse_than(was))
    return {"as_of": day.isoformat(), "gain": gain, "lose": lose}
