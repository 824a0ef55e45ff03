"""A town in which things fall due: each resident has points that lapse, that last, that are held and that wait."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from kernel.clock import Clock
from kernel.db import Database, Scope
from kernel.sealed import KeyFile
from points.award import award
from points.events.model import EventDraft
from points.ledger.book import open_book
from points.ledger.holds import set_aside
from points.ledger.write import write
from points.submission import Outcome, Submission
from points.verify import verify
from rules.governance.publish import publish
from rules.governance.registry import load_registry
from tests.builders import residents

KIND = "volunteer-points"
IN_ONE_BATCH = 100
PACK = """
programme: town
version: "1"
status: live
effective_from: 2025-01-01
sunset_on: 2029-12-31
title: {zh: 小镇积分, en: Points of the town}
holder: resident
mode: accrual
purpose: incentive
catalogue: 2026-11
basis: [city-default-2026]
lawful: {domain: volunteering, impact_assessment: PIA-2025-001, consultation: /rules}
items:
"""
_ITEM = """
  - code: {code}
    title: {{zh: 测试, en: For a test}}
    on: {kind}
    quantity: {{each: event}}
    price: {{give: {points}}}
    {terms}
    into: volunteer-points
    basis: [city-default-2026]
"""
_GIVEN = (
    ("lasting", "honour", 20, "expires: {months: 48}"),
    ("lapsing", "charitable_donation", 10, "expires: {months: 1}\n    caps: [{per: year, most: 1000000}]"),
    ("maturing", "referral", 5, "matures: {days: 14}\n    expires: {months: 48}"),
    ("unconfirmed", "service", 7, "matures: {on: confirmation, within_days: 7}\n    expires: {months: 48}"),
)
HELD = 4
"""Of the lot that lapses; the hold is past its time before that."""
ALL_DUE = timedelta(days=33)
"""After so long the lot has lapsed, the hold is over, one sort of points has matured and the other lapsed."""
GRACE = timedelta(days=32)
"""After so long again the points that came back from the hold past their date have lapsed too."""
_ENDED = {
    "expired": "select coalesce(-sum(amount), 0) from postings where contra = 'expiry'",
    "expiries": "select count(*) from postings where contra = 'expiry'",
    "holds": "select count(*) from hold_ends where ending = 'expired'",
    "matured": "select count(*) from pending_ends where outcome = 'matured'",
    "lapsed": "select count(*) from pending_ends where outcome = 'lapsed'",
    "posted": f"select coalesce(sum(posted), 0) from accounts where point_kind = '{KIND}'",
    "open": "select count(*) from dues",
}


@dataclass(frozen=True, slots=True)
class Town:
    """The database and who lives there."""

    database: Database
    holder_ids: list[UUID]

    async def ended(self) -> dict[str, int]:
        """How many of each ending there are."""
        async with self.database.transaction(Scope()) as session:
            return {name: int(await session.scalar(text(query)) or 0) for name, query in _ENDED.items()}

    def when_all_is_due(self) -> dict[str, int]:
        """What must have ended once: the 6 that were not held lapsed, the 4 came back with days of grace."""
        people = len(self.holder_ids)
        once = dict.fromkeys(("expiries", "holds", "matured", "lapsed"), people)
        return {**once, "expired": 6 * people, "posted": (10 + 20 + 5 - 6) * people, "open": 0}

    def after_the_grace(self) -> dict[str, int]:
        people = len(self.holder_ids)
        return {**self.when_all_is_due(), "expiries": 2 * people, "expired": 10 * people, "posted": 25 * people}

    async def require_green(self) -> None:
        async with self.database.transaction(Scope()) as session:
            assert (await verify(session, registry=await load_registry(session))).findings == []


async def a_town(database: Database, clock: Clock, keys: KeyFile, people: int) -> Town:
    """So many residents, all through the real road."""
    pack = PACK + "".join(
        _ITEM.format(code=code, kind=kind, points=points, terms=terms) for code, kind, points, terms in _GIVEN
    )
    async with database.transaction(Scope()) as session:
        await publish(session, text=pack, approval_id=None, now=clock.now(), effective_from=date(2025, 1, 1))
    holder_ids = [one.holder_id for one in await residents(database, clock, keys, people)]
    for start in range(0, people, IN_ONE_BATCH):
        await _live(database, holder_ids[start : start + IN_ONE_BATCH], clock.now())
    return Town(database, holder_ids)


async def _live(database: Database, holder_ids: list[UUID], now: datetime) -> None:
    async with database.transaction(Scope()) as session:
        drafts = [_event(holder_id, kind, now) for holder_id in holder_ids for _, kind, _, _ in _GIVEN]
        outcomes = await award(
            session,
            submissions=[Submission((draft,)) for draft in drafts],
            now=now,
            registry=await load_registry(session),
        )
        assert {one.status for one in outcomes if isinstance(one, Outcome)} == {"recorded"}
    async with database.transaction(Scope()) as session:
        book = await open_book(session, holder_ids, now=now, kinds=[KIND])
        for page in book.values():
            set_aside(page, KIND, HELD, purpose="test", expires_at=now + timedelta(days=20))
        await write(session, list(book.values()))


def _event(holder_id: UUID, kind: str, now: datetime) -> EventDraft:
    shift_id, at = str(uuid4()), now - timedelta(hours=1)
    data: dict[str, dict[str, object]] = {
        "honour": {"grade": "county"},
        "charitable_donation": {"yuan": 1},
        "referral": {"referred_id": shift_id},
        "service": {"activity_id": shift_id, "shift_id": shift_id, "stretch": 1, "minutes": 60},
    }
    began = at - timedelta(hours=1) if kind == "service" else at
    return EventDraft(holder_id, kind, f"{shift_id}/1", began, at, "imported", "test", data[kind])
