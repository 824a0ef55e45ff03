"""Shared limits for officials' and auditors' programs: what was given from each budget, and what is left.

Reads only; points travel as decimal strings.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.web.door import Door, may
from points.limits import SharedLimit, shared_limits
from rules.governance.registry import load_registry

router = APIRouter(tags=["limits"])


class LimitView(BaseModel):
    """One limit in one window; `of`: whose share it is, if anybody's. `granted` keeps what a reversed award took."""

    limit_id: str
    programme: str
    title: dict[str, str]
    point_kind: str | None
    per: str
    since: date | None
    of: str | None
    granted: str
    ceiling: str
    left: str

    @classmethod
    def of_limit(cls, limit: SharedLimit) -> "LimitView":
        return cls(
            limit_id=limit.limit_id,
            programme=limit.programme,
            title={"zh-Hans": limit.title["zh"], "en": limit.title["en"]},
            point_kind=limit.point_kind,
            per=limit.per,
            since=limit.since,
            of=limit.of,
            granted=str(limit.granted),
            ceiling=str(limit.ceiling),
            left=str(limit.left),
        )


class LimitList(BaseModel):
    """Limits by id; `next_after` begins the next page."""

    items: list[LimitView]
    next_after: str | None


@router.get("/limits", operation_id="limits_list")
async def limits_list(
    door: Annotated[Door, may("view_limits")],
    programme: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9-]+$")] = None,
    after: Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> LimitList:
    """What everybody shares: given so far, at most, and left."""
    async with door.transaction() as session:
        registry = await load_registry(session)
        found = await shared_limits(session, registry=registry, programme=programme, after=after, most=limit + 1)
    more = found[limit - 1].limit_id if len(found) > limit else None
    return LimitList(items=[LimitView.of_limit(one) for one in found[:limit]], next_after=more)
