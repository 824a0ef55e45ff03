"""A decree on its way through the API: a whole text drafted, shown to the public, submitted, approved by another."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2

from kernel.calendar import day_of
from tests.builders import VOLUNTEERING
from tests.hall import Hall, signed

Answer = dict[str, Any]
SOURCE = VOLUNTEERING.read_text("utf-8")
WHY = {"reason": "鼓励参加护湖", "basis": "东文明〔2026〕7号"}
NEXT = (
    SOURCE.replace("version: 2026-11.2", "version: 2027-01")
    .replace("effective_from: 2026-01-01", "effective_from: 2026-12-22")
    .replace("每小时积分, en: Points an hour}\n    value: 10", "每小时积分, en: Points an hour}\n    value: 12")
)
"""The next version of volunteering: twelve points an hour in place of ten."""
NEW_PROGRAMME = (
    NEXT.replace("programme: volunteering", "programme: lake-care")
    .replace("{zh: 志愿服务积分, en: Points for volunteering}", "{zh: 护湖积分, en: Points for the lake}")
    .replace("version: 2027-01", "version: first")
)
"""The first version of a programme that has published nothing yet."""


@dataclass(slots=True)
class Decree:
    """Two officials over a hall, and what they may ask of the API."""

    hall: Hall
    site: httpx2.AsyncClient
    author: str = ""
    author_id: UUID = field(default=UUID(int=0))
    colleague: str = ""

    async def settle(self, *, published: bool = True) -> None:
        if published:
            await self.hall.publish()
        self.author_id, self.author = await self.hall.staff("official", "规则岗一")
        _, self.colleague = await self.hall.staff("official", "规则岗二")

    async def post(
        self, address: str, body: Answer | None = None, *, token: str | None = None, lang: str = "zh"
    ) -> httpx2.Response:
        headers = signed(self.author if token is None else token, f"key-{uuid4()}")
        return await self.site.post(f"/api/v1{address}?lang={lang}", json=body or {}, headers=headers)

    async def get(self, address: str, token: str | None = None) -> httpx2.Response:
        return await self.site.get(f"/api/v1{address}", headers=signed(self.author if token is None else token))

    async def drafted(self, text: str, **more: Any) -> Answer:
        """A saved draft of a whole text."""
        answer = await self.post("/drafts", {"text": text, **WHY, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def shown(self, draft: Answer, days: int = 30) -> Answer:
        """The draft made public for so many days."""
        until = (day_of(self.hall.now) + timedelta(days=days)).isoformat()
        answer = await self.post(f"/drafts/{draft['draft_id']}/publication", {"comments_until": until})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def submit(self, draft: Answer) -> httpx2.Response:
        """Compare and submit."""
        compared = await self.post(f"/drafts/{draft['draft_id']}/what-if")
        assert compared.status_code == 201, compared.text
        return await self.post(f"/drafts/{draft['draft_id']}/submit")

    async def submitted(self, draft: Answer) -> Answer:
        answer = await self.submit(draft)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def decide(self, approval: Answer, verdict: str = "approve", reason: str = "") -> httpx2.Response:
        body = {"verdict": verdict, "seen_sha256": approval["sha256"], "reason": reason}
        return await self.post(f"/rule-approvals/{approval['approval_id']}/decision", body, token=self.colleague)

    async def enacted(self, text: str) -> Answer:
        """Drafted, submitted and approved; gives the draft."""
        draft = await self.drafted(text)
        answer = await self.decide(await self.submitted(draft))
        assert answer.status_code == 200, answer.text
        return draft

    async def resident(self) -> tuple[UUID, str]:
        """Somebody who can sign in."""
        [one] = await self.hall.residents(1)
        return one.holder_id, await self.hall.token_of(one.holder_id)
