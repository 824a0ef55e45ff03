"""What-if figures, kept as the very bytes that were shown, so that two officials look at the same ones.

Must never be recomputed for an approval: what was seen is what was hashed.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.calendar import instant
from kernel.canonical import canonical_json, sha256
from kernel.db import Session, scope_of
from kernel.errors import DomainError, Kind
from kernel.ids import mint
from rules.governance.drafts import Draft


@dataclass(frozen=True, slots=True)
class WhatIfRun:
    """One comparison of a draft with its base over past events, and the digest of its figures."""

    whatif_id: UUID
    draft_id: UUID
    figures: dict[str, Any]
    figures_sha256: bytes
    run_at: datetime

    @property
    def since(self) -> datetime:
        """The first instant of the past that was looked at."""
        return instant(self.figures["since"])

    @property
    def until(self) -> datetime:
        """The end of it, exclusive."""
        return instant(self.figures["until"])

    @property
    def flagged(self) -> bool:
        """Whether a group gains less than four fifths of what everybody gains (charter CH-24)."""
        kinds = (kind for one in self.figures.get("dimensions", ()) for kind in one["kinds"])
        return any(row.get("unfair") for kind in kinds for row in kind["groups"])


class WhatIfRunMissing(DomainError):
    """There is no such comparison.

    Open the draft, and choose one of its comparisons.
    """

    kind, code = Kind.MISSING, "WHATIF_RUN_MISSING"


class WhatIfMissing(DomainError):
    """Nobody has yet looked at what this draft would change. Nothing was saved.

    Run the what-if first; the approver sees the same figures.
    """

    kind, code = Kind.REFUSED, "WHATIF_MISSING"


_INSERT = text("""
    insert into whatif_runs (whatif_id, draft_id, base_sha256, draft_sha256, since, until, engine_version,
                             figures, figures_sha256, run_by, run_at)
    values (:whatif_id, :draft_id, :base_sha256, :draft_sha256, :since, :until, :engine_version,
            :figures, :figures_sha256, :run_by, :run_at)
""")
_LATEST = text("""
    select whatif_id, draft_id, figures, figures_sha256, run_at from whatif_runs
    where draft_id = :draft_id order by run_at desc, whatif_id desc limit 1
""")
_RUNS = text("""
    select whatif_id, draft_id, figures, figures_sha256, run_at from whatif_runs
    where draft_id = :draft_id order by run_at desc, whatif_id desc limit 20
""")
_FIND = text("""
    select whatif_id, draft_id, figures, figures_sha256, run_at from whatif_runs where whatif_id = :whatif_id
""")


async def save_figures(session: Session, *, draft: Draft, figures: dict[str, Any], now: datetime) -> WhatIfRun:
    """Keep a comparison beside its draft."""
    run = WhatIfRun(mint(now), draft.draft_id, figures, sha256(figures), now)
    await session.execute(
        _INSERT,
        {
            "whatif_id": run.whatif_id,
            "draft_id": draft.draft_id,
            "base_sha256": draft.base_sha256,
            "draft_sha256": draft.sha256,
            "since": instant(figures["since"]),
            "until": instant(figures["until"]),
            "engine_version": figures["engine"],
            "figures": canonical_json(figures).decode(),
            "figures_sha256": run.figures_sha256,
            "run_by": scope_of(session).actor_id,
            "run_at": now,
        },
    )
    await audit(
        session,
        at=now,
        action="run_whatif",
        object_kind="draft",
        object_id=draft.draft_id,
        data={"whatif_id": str(run.whatif_id), "figures_sha256": run.figures_sha256.hex()},
    )
    return run


async def latest_figures(session: Session, *, draft_id: UUID) -> WhatIfRun | None:
    """The newest comparison of a draft, or none yet."""
    row = (await session.execute(_LATEST, {"draft_id": draft_id})).one_or_none()
    return None if row is None else _run(row)


async def runs_of(session: Session, *, draft_id: UUID) -> list[WhatIfRun]:
    """The comparisons of a draft that were kept, the newest first, twenty at most."""
    return [_run(row) for row in await session.execute(_RUNS, {"draft_id": draft_id})]


_FLAG_REASON = text("""
    select data ->> 'flag_reason' from approvals
    where kind = 'rule_pack' and object_id = :draft_id and data ->> 'whatif_id' = :whatif_id
    order by submitted_at desc limit 1
""")


async def flag_reason_of(session: Session, run: WhatIfRun) -> str:
    """Why a group may gain little all the same, as it was submitted last with this comparison; empty before that."""
    bind = {"draft_id": run.draft_id, "whatif_id": str(run.whatif_id)}
    return await session.scalar(_FLAG_REASON, bind) or ""


async def figures_of(session: Session, whatif_id: UUID) -> WhatIfRun | None:
    """One comparison by its id."""
    row = (await session.execute(_FIND, {"whatif_id": whatif_id})).one_or_none()
    return None if row is None else _run(row)


async def run_of(session: Session, whatif_id: UUID) -> WhatIfRun:
    """One comparison by its id. Refuses with WhatIfRunMissing."""
    found = await figures_of(session, whatif_id)
    if found is None:
        raise WhatIfRunMissing()
    return found


def _run(row: Any) -> WhatIfRun:
    return WhatIfRun(row.whatif_id, row.draft_id, json.loads(row.figures), bytes(row.figures_sha256), row.run_at)
