"""Two officials over a hall who change the ledger through the API, and residents whose balances are read there too."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from access.people_register import create_resident_actor
from access.tokens import issue
from kernel.ids import mint_beside
from points.events.model import EventDraft
from points.people.register import Resident
from points.verify import verify
from redemption.merchants import Merchant, register_merchant
from redemption.rewards.offers import Terms, publish_offer
from redemption.rewards.redeem import redeem
from redemption.rewards.redemptions import Redemption
from redemption.rewards.vouchers import capture
from rules.governance.publish import publish
from rules.governance.registry import load_registry
from tests.hall import Hall, hall, signed, site

__all__ = ["Desk", "desk", "hall", "site"]

POINTS = "volunteer-points"
CHANGES = "/api/v1/ledger/changes"
Answer = dict[str, Any]


@dataclass(slots=True)
class Desk:
    """What a test of ledger changes needs."""

    hall: Hall
    site: httpx2.AsyncClient
    author: str = ""
    author_id: UUID = field(default=UUID(int=0))
    colleague: str = ""
    colleague_id: UUID = field(default=UUID(int=0))
    merchant: Merchant | None = None

    async def settle(self) -> None:
        await self.hall.publish()
        self.author_id, self.author = await self.hall.staff("official", "积分岗一")
        self.colleague_id, self.colleague = await self.hall.staff("official", "积分岗二")

    async def publish_households(self) -> None:
        """The households' scheme beside volunteering."""
        pack = Path("rules/packs/household-service.yaml").read_text("utf-8")
        async with self.hall.transaction() as session:
            await publish(session, text=pack, approval_id=None, now=self.hall.now, effective_from=date(2025, 1, 1))

    async def resident(self) -> tuple[Resident, str]:
        """Somebody who can sign in, and a token."""
        [one] = await self.hall.residents(1)
        async with self.hall.transaction() as session:
            await create_resident_actor(session, holder_id=one.holder_id, now=self.hall.now)
            ttl = timedelta(days=3000)
            return one, await issue(
                session, actor_id=one.holder_id, kind="api", scopes=None, ttl=ttl, now=self.hall.now
            )

    async def propose(self, change: str, token: str | None = None, **terms: object) -> httpx2.Response:
        body = {"change": change, "reason": "核对记录后更正", **terms}
        told = {name: value if value is None else str(value) for name, value in body.items()}
        return await self.site.post(CHANGES, json=told, headers=signed(token or self.author, f"propose-{uuid4()}"))

    async def decide(
        self, change: Answer, token: str | None = None, verdict: str = "approve", reason: str = ""
    ) -> httpx2.Response:
        body = {"verdict": verdict, "seen_sha256": change["sha256"], "reason": reason}
        key = f"decide-{uuid4()}"
        address = f"{CHANGES}/{change['change_id']}/decisions"
        return await self.site.post(address, json=body, headers=signed(token or self.colleague, key))

    async def carry_out(self, change: str, **terms: object) -> Answer:
        """Proposed by one, approved by the other; gives the change as it stands then."""
        proposed = await self.propose(change, **terms)
        assert proposed.status_code == 201, proposed.text
        decided = await self.decide(proposed.json())
        assert decided.status_code == 200, decided.text
        return dict(decided.json())

    async def set(self, holder_id: UUID, what: str, kind: str = POINTS, **body: str) -> httpx2.Response:
        """A suspension, its end, or a floor."""
        return await self.site.post(
            f"/api/v1/holders/{holder_id}/accounts/{kind}/{what}",
            json={"reason": "按规定处理", **body},
            headers=signed(self.author, f"account-{uuid4()}"),
        )

    async def balances(self, holder_id: UUID, token: str) -> dict[str, tuple[int, int]]:
        """Posted and held by kind, as their holder reads them."""
        answer = await self.site.get(f"/api/v1/holders/{holder_id}/balances", headers=signed(token))
        assert answer.status_code == 200, answer.text
        return {one["point_kind"]: (int(one["posted"]), int(one["held"])) for one in answer.json()["items"]}

    async def postings(self, holder_id: UUID, token: str) -> list[Answer]:
        """The statement, oldest first."""
        answer = await self.site.get(f"/api/v1/holders/{holder_id}/postings?limit=200", headers=signed(token))
        assert answer.status_code == 200, answer.text
        return list(reversed(answer.json()["items"]))

    async def referral(self, holder_id: UUID, *, days_ago: int = 0) -> UUID:
        """An event whose 20 points wait fourteen days; gives its id."""
        at = self.hall.now - timedelta(days=days_ago)
        key = str(uuid4())
        draft = EventDraft(holder_id, "referral", key, at, at, "self_declared", "test", {"referred_id": key})
        return (await self.hall.record(draft)).events[0].event_id

    async def offer(self, price: int) -> UUID:
        """Something to have for so many points."""
        async with self.hall.transaction() as session:
            if self.merchant is None:
                title = {"zh": "东门粮店", "en": "East Gate Grocer"}
                self.merchant = await register_merchant(
                    session, code="rice-shop", title=title, place=title, now=self.hall.now
                )
            terms = Terms(
                merchant_id=self.merchant.merchant_id,
                title={"zh": "大米", "en": "Rice"},
                point_kind=POINTS,
                price=price,
                keep_minutes=60,
                opens_at=self.hall.now - timedelta(days=1),
                limit_per_holder=None,
            )
            return await publish_offer(session, terms=terms, stock=50, now=self.hall.now)

    async def hold(self, holder_id: UUID, price: int) -> Redemption:
        """So many points held for a voucher."""
        offer_id = await self.offer(price)
        async with self.hall.transaction(holder_id) as session:
            return await redeem(session, holder_id=holder_id, offer_id=offer_id, now=self.hall.now, key=None)

    async def spend(self, holder_id: UUID, price: int) -> UUID:
        """So many points spent at the shop; gives the transaction's id."""
        made = await self.hold(holder_id, price)
        assert self.merchant is not None
        async with self.hall.transaction() as session:
            await capture(
                session,
                code=made.code,
                merchant_id=self.merchant.merchant_id,
                now=self.hall.now,
                by=mint_beside(holder_id, self.hall.now),
            )
            query = text("select transaction_id from redemption_ends where redemption_id = :id")
            found = await session.scalar(query, {"id": made.redemption_id})
        assert isinstance(found, UUID)
        return found

    async def whole(self) -> None:
        """Everything adds up, and every decision evaluates to itself."""
        async with self.hall.transaction() as session:
            found = await verify(session, registry=await load_registry(session))
        assert found.findings == []


@pytest.fixture
async def desk(hall: Hall, site: httpx2.AsyncClient) -> Desk:
    """Two officials, the volunteering rules, a fresh database."""
    made = Desk(hall, site)
    await made.settle()
    return made
