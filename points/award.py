"""Events -> decisions -> postings: the one place where points are earned, for a batch of one or of thousands.

    1 read what was done, settle to whom each event goes, 2 holders with their versions, then pages, history and what
    is to be undone, 3 decide purely, 4 claim the holders, share out what many share, 5 write events with decisions,
    postings and answers; all in the caller's transaction.

No lock is held while rules run: a holder that moved meanwhile comes back as MOVED and is evaluated
again. Must never post an amount that no decision names.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from access.purposes import Recipient
from kernel.db import Session
from kernel.ids import mint_beside
from kernel.request_keys import Answer, RequestKey, RequestKeyReused, find_answers, store_answers
from points.addressing import Addressed, address
from points.before import Before, read_before
from points.events import record as events
from points.judge import Judge, Judged
from points.ledger.posting import claim
from points.ledger.write import write
from points.people.disclosures import disclose
from points.settle import enter, share_out
from points.submission import MOVED, Moved, Outcome, Posted, Submission, Waits
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
        decided = await _award(session, [submissions[index] for index in fresh], now, registry, lock)
        for index, outcome in zip(fresh, decided, strict=True):
            done[index] = outcome
    outcomes = [
        outcome or _as_the_first(submissions[index], submissions[firsts[index]], done[firsts[index]])
        for index, outcome in enumerate(done)
    ]
    told = [one for one, outcome in zip(submissions, outcomes, strict=True) if not isinstance(outcome, Moved)]
    await disclose(session, tellings(told), now)
    return outcomes


def tellings(submissions: Sequence[Submission]) -> list[tuple[Recipient, UUID]]:
    """Which programs hear of whom by the outcomes of these submissions, refusals as well."""
    return [(one.told, draft.holder_id) for one in submissions if one.told for draft in one.events]


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


async def _award(
    session: Session, submissions: Sequence[Submission], now: datetime, registry: Registry, lock: Collection[UUID]
) -> list[Outcome | Moved]:
    """Steps 2 to 5 for submissions that were not answered before."""
    addressed, around = await address(session, submissions, registry)
    before = await read_before(session, addressed, around, now=now, registry=registry, lock=lock)
    judge = Judge(registry, before)
    verdicts = [judge.judge(one, ids) for one, ids in zip(addressed, _number(addressed, now), strict=True)]
    return await _write(session, before, verdicts, now)


def _number(addressed: Sequence[Addressed], now: datetime) -> list[list[UUID]]:
    """Ids for every event, rising in the order in which a holder's events are judged: replay goes by them."""
    counts = Counter(draft.holder_id for one in addressed for draft in one.drafts)
    rising = {holder: iter(sorted(mint_beside(holder, now) for _ in range(count))) for holder, count in counts.items()}
    return [[next(rising[draft.holder_id]) for draft in one.drafts] for one in addressed]


async def _write(session: Session, before: Before, verdicts: Sequence[Judged], now: datetime) -> list[Outcome | Moved]:
    """Steps 4 and 5: claim every holder that a verdict would write to, then write for those that stood still."""
    touched = {holder_id for verdict in verdicts for holder_id in verdict.touched}
    claimed = await claim(session, [before.book[holder_id].holder for holder_id in touched], now) if touched else set()
    moved = set(touched - claimed)
    standing = []
    for verdict in verdicts:
        # Whatever was decided after something that will not be written is decided again.
        if verdict.later or verdict.addressed.holder_ids & moved:
            moved |= verdict.addressed.holder_ids
        else:
            standing.append(verdict)
    await share_out(session, [award for verdict in standing for award in verdict.awards])
    decided = [event for verdict in standing for event in verdict.decided]
    posted: dict[UUID, list[Posted]] = {}
    waiting: dict[UUID, list[Waits]] = {}
    if decided:
        posted, waiting = enter(before.book, standing, before.closed)
        await events.record(session, decided)
        written = {holder_id for verdict in standing for holder_id in verdict.touched}
        await write(session, [before.book[holder_id] for holder_id in written])
    kept = {id(verdict) for verdict in standing}
    outcomes: list[Outcome | Moved] = []
    answers: list[tuple[RequestKey, Answer]] = []
    for verdict in verdicts:
        # A refusal may rest on what a neighbour that moved has not written: it is looked at again as well.
        if id(verdict) not in kept or (moved and verdict.findings):
            outcomes.append(MOVED)
            continue
        outcome = _outcome(verdict, posted, waiting)
        outcomes.append(outcome)
        if (key := verdict.addressed.submission.request_key) and outcome.answer and outcome.status != "refused":
            answers.append((key, outcome.answer))
    await store_answers(session, answers, now)
    return outcomes


def _outcome(verdict: Judged, posted: dict[UUID, list[Posted]], waiting: dict[UUID, list[Waits]]) -> Outcome:
    if verdict.findings:
        outcome = Outcome("refused", findings=verdict.findings)
    else:
        recorded = tuple(
            replace(one, posted=tuple(posted.get(one.event_id, ())), waiting=tuple(waiting.get(one.event_id, ())))
            for one in verdict.recorded
        )
        status = "repeat" if all(one.repeat for one in recorded) else "recorded"
        own = len(verdict.addressed.submission.events)
        outcome = Outcome(status, events=recorded[:own], shares=recorded[own:])
    render = verdict.addressed.submission.render
    return outcome if render is None else replace(outcome, answer=render(outcome))
