"""Events -> decisions -> postings: the one place where points are earned, for a batch of one or of thousands.

    1 read what was done, 2 holders with their versions, then history, 3 evaluate purely, 4 read the
    accounts that change and claim their holders, 5 write events with decisions, postings and answers;
    all in the caller's transaction.

No lock is held while rules run: a holder that moved meanwhile comes back as MOVED and is evaluated
again. Must never post an amount that no decision names.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from kernel.db import Session
from kernel.ids import mint_beside
from kernel.request_keys import Answer, RequestKey, RequestKeyReused, find_answers, store_answers
from points.events import record as events
from points.events.model import EventDraft
from points.judge import Judge, Judged, Known
from points.ledger.posting import claim, post, read_accounts, read_holders
from points.quantities import used_room
from points.submission import MOVED, Moved, Outcome, Posted, Recorded, Submission
from rules.engine.evaluate import looks_back
from rules.engine.model import EventView
from rules.governance.registry import Registry


async def award(
    session: Session,
    *,
    submissions: Sequence[Submission],
    now: datetime,
    registry: Registry,
    lock: Collection[UUID] = (),
) -> list[Outcome | Moved]:
    """Record, decide and post a batch; gives one outcome for each submission, in order.

    `lock`: holders that moved away twice; the batch waits for them. One bad submission never spoils its
    neighbours. A key that a rival took meanwhile fails the whole statement: the caller splits the batch.
    """
    stored = await find_answers(session, [one.request_key for one in submissions if one.request_key])
    done: list[Outcome | Moved | None] = [_replay(submission, stored) for submission in submissions]
    firsts = _firsts(submissions)
    fresh = [index for index, outcome in enumerate(done) if outcome is None and firsts[index] == index]
    if fresh:
        judge, judged = await _judge(session, [submissions[index] for index in fresh], now, registry, lock)
        outcomes = await _write(session, judge, judged)
        for index, outcome in zip(fresh, outcomes, strict=True):
            done[index] = outcome
    return [
        outcome or _as_the_first(submissions[index], submissions[firsts[index]], done[firsts[index]])
        for index, outcome in enumerate(done)
    ]


def _firsts(submissions: Sequence[Submission]) -> list[int]:
    """For each submission the first of the batch that came with the same request key: mostly itself."""
    seen: dict[tuple[UUID, str], int] = {}
    return [
        seen.setdefault((key.principal_id, key.key), index) if (key := submission.request_key) else index
        for index, submission in enumerate(submissions)
    ]


def _as_the_first(submission: Submission, first: Submission, outcome: Outcome | Moved | None) -> Outcome | Moved:
    """What a request gets whose key an earlier one of the batch holds: its answer again, or the refusal of the key."""
    if submission.request_key != first.request_key:
        return Outcome("refused", error=RequestKeyReused())
    assert outcome is not None
    return outcome if isinstance(outcome, Moved) else replace(outcome, replayed=True)


def _replay(submission: Submission, stored: dict[tuple[UUID, str], tuple[bytes, Answer]]) -> Outcome | None:
    """The stored answer of a request that was done already, or the refusal of its key, or none."""
    key = submission.request_key
    found = stored.get((key.principal_id, key.key)) if key else None
    if key is None or found is None:
        return None
    fingerprint, answer = found
    if fingerprint != key.fingerprint:
        return Outcome("refused", error=RequestKeyReused())
    return Outcome("repeat", answer=answer, replayed=True)


async def _judge(
    session: Session, submissions: Sequence[Submission], now: datetime, registry: Registry, lock: Collection[UUID]
) -> tuple[Judge, list[Judged]]:
    """Steps 2 and 3: read versions first, then all that decides, then decide."""
    ids = {submission.holder_id for submission in submissions}
    holders = await read_holders(session, ids, lock=bool(lock and ids & set(lock)))
    drafts = [draft for submission in submissions for draft in submission.events]
    known = Known(
        by_key=await events.find_by_keys(session, drafts),
        refs=await events.find_refs(session, drafts),
        overlaps=await events.find_overlaps(session, drafts),
    )
    since, programmes = _reach(drafts, registry)
    used = await used_room(session, since=since, programmes=programmes)
    judge = Judge(now=now, registry=registry, holders=holders, used=used, known=known)
    numbered = _number(submissions, now)
    return judge, [judge.judge(submission, ids) for submission, ids in zip(submissions, numbered, strict=True)]


def _number(submissions: Sequence[Submission], now: datetime) -> list[tuple[UUID, ...]]:
    """Ids for every event, rising in the order in which a holder's events are judged: replay goes by them."""
    counts = Counter[UUID]()
    for submission in submissions:
        counts[submission.holder_id] += len(submission.events)
    rising = {holder: iter(sorted(mint_beside(holder, now) for _ in range(count))) for holder, count in counts.items()}
    return [tuple(next(rising[submission.holder_id]) for _ in submission.events) for submission in submissions]


def _reach(drafts: Sequence[EventDraft], registry: Registry) -> tuple[dict[UUID, datetime], list[str]]:
    """How far back each holder's history must be read, and for which programmes: as far as any version asks."""
    since: dict[UUID, datetime] = {}
    programmes: set[str] = set()
    for draft in drafts:
        view = EventView(draft.kind, draft.occurred_at, draft.ended_at, draft.evidence, draft.data)
        for programme in registry.for_event(draft.kind):
            for published in registry.versions(programme):
                back = looks_back(published.pack, view)
                if back is not None:
                    programmes.add(programme)
                    since[draft.holder_id] = min(since.get(draft.holder_id, back), back)
    return since, sorted(programmes)


async def _write(session: Session, judge: Judge, judged: Sequence[Judged]) -> list[Outcome | Moved]:
    """Steps 4 and 5: claim every holder that a verdict would write to, then write for those that stood still."""
    touched = {verdict.submission.holder_id for verdict in judged if verdict.decided}
    # Read after the versions and before the claim: a claim that holds proves the accounts unchanged.
    accounts = await read_accounts(session, touched) if touched else {}
    claimed = await claim(session, [judge.holders[holder_id] for holder_id in touched], judge.now) if touched else set()
    moved = touched - claimed
    standing = [verdict for verdict in judged if verdict.submission.holder_id not in moved]
    decided = [event for verdict in standing for event in verdict.decided]
    posted: dict[UUID, list[Posted]] = {}
    if decided:
        await events.record(session, decided)
        drafts = [draft for verdict in standing for draft in verdict.postings]
        handles = {holder_id: judge.holders[holder_id].subject_handle for holder_id in claimed}
        for posting in await post(session, drafts, accounts=accounts, handles=handles):
            draft = posting.draft
            assert draft.event_id is not None
            entry = Posted(draft.point_kind, draft.amount, posting.balance_after, draft.transaction_id, posting.seq)
            posted.setdefault(draft.event_id, []).append(entry)
    outcomes: list[Outcome | Moved] = []
    answers: list[tuple[RequestKey, Answer]] = []
    for verdict in judged:
        # A refusal may rest on what a neighbour that moved has not written: it is looked at again as well.
        if verdict.submission.holder_id in moved or (moved and verdict.findings):
            outcomes.append(MOVED)
            continue
        outcome = _outcome(verdict, posted)
        outcomes.append(outcome)
        if verdict.submission.request_key and outcome.answer and outcome.status != "refused":
            answers.append((verdict.submission.request_key, outcome.answer))
    await store_answers(session, answers, judge.now)
    return outcomes


def _outcome(verdict: Judged, posted: dict[UUID, list[Posted]]) -> Outcome:
    if verdict.findings:
        outcome = Outcome("refused", findings=verdict.findings)
    else:
        recorded = tuple(
            Recorded(one.event_id, one.kind, one.repeat, one.decisions, tuple(posted.get(one.event_id, ())))
            for one in verdict.recorded
        )
        status = "repeat" if all(one.repeat for one in recorded) else "recorded"
        outcome = Outcome(status, events=recorded)
    render = verdict.submission.render
    if render is None:
        return outcome
    return Outcome(outcome.status, outcome.findings, outcome.events, render(outcome))
