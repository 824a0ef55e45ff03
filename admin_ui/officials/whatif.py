"""What-if at the official's desk: another number tried live, the comparisons that were kept, two of them beside each
other, and one page for the mayor.

Looking saves nothing. Must never work a figure out: use cases do.
"""

import asyncio
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from admin_ui.officials.shape import kinds_of, levels_of, number_of
from admin_ui.officials.whatif_page import Sheet, one_page
from admin_ui.officials.whatif_shape import beside, groups_of
from api.web.door import Door, may
from api.web.templates import page
from kernel.db import Session
from kernel.errors import Finding
from points.what_if.kept import Kept
from points.what_if.live import Year, read_past, try_out
from points.what_if.looks import GoesOn, Step
from points.what_if.population import Side
from rules.engine.model import Pack
from rules.governance.drafts import Draft, base_of, find_draft
from rules.governance.figures import WhatIfRun, flag_reason_of, run_of, runs_of
from rules.governance.proposals import newest, propose
from rules.governance.registry import load_registry
from rules.language.edit import describe_changes
from rules.language.loader import load

router = APIRouter()

Editor = Annotated[Door, may("edit_rules")]
KEPT = "what-if"
"""The folder, within the data folder, of what was read of the past."""


@router.get("/official/what-if/{programme}", response_class=HTMLResponse)
async def live(
    programme: str,
    door: Editor,
    parameter: str | None = None,
    value: Annotated[int | None, Query(ge=-1_000_000, le=1_000_000)] = None,
) -> HTMLResponse:
    """Try another number of the rules in force over the past year: figures at once, nothing is saved."""
    findings: tuple[Finding, ...] = ()
    async with door.transaction() as session:
        registry = await load_registry(session)
        base = newest(registry, programme, door.now)
        draft = base.pack
        chosen = parameter if parameter in base.pack.parameters else next(iter(base.pack.parameters), None)
        if chosen is not None and value is not None:
            proposal = await propose(
                session, registry=registry, programme=programme, parameter=chosen, value=value, now=door.now
            )
            findings = proposal.findings
            draft = base.pack if proposal.blocked else load(proposal.text)
    year = Year.before(door.now, Side(base.pack, base.sha256), door.runtime.settings.data_dir / KEPT)
    kept = year.kept or await _read_once(door, year)
    figures = None if isinstance(kept, GoesOn) else await asyncio.to_thread(try_out, kept, year, draft)
    numbers = [number_of(base.pack, p, value if p.name == chosen else None) for p in base.pack.parameters.values()]
    return page(
        door,
        "admin/officials/whatif_live.html",
        programme=programme,
        pack=base.pack,
        numbers=numbers,
        chosen=next((number for number in numbers if number.name == chosen), None),
        findings=[("value", door.say(one.message_id, **one.values)) for one in findings],
        changes=describe_changes(base.pack, _as_now(base.pack, draft), door.language),
        goes_on=kept if isinstance(kept, GoesOn) else None,
        **(_shown(draft, figures, door) if figures else {}),
    )


async def _read_once(door: Door, year: Year) -> Kept | GoesOn:
    """The first try of a day reads the past; whoever comes meanwhile waits for the same."""

    async def look(step: Step) -> Kept:
        async with door.transaction() as session:
            return await read_past(session, year, step)

    return await door.runtime.looks.ask(f"year/{year.folder.name}", look)


@router.get("/official/drafts/{draft_id}/what-ifs", response_class=HTMLResponse)
async def kept_runs(
    draft_id: UUID, door: Editor, first: UUID | None = None, second: UUID | None = None
) -> HTMLResponse:
    """The comparisons of a draft that were kept; two of them beside each other where they are chosen."""
    async with door.transaction() as session:
        draft = await find_draft(session, draft_id)
        runs = await runs_of(session, draft_id=draft_id)
        chosen = [await run_of(session, one) for one in (first, second) if one is not None]
    two = len(chosen) == 2
    return page(
        door,
        "admin/officials/whatif_runs.html",
        draft=draft,
        pack=draft.pack,
        runs=runs,
        chosen=chosen,
        lines=beside(draft.pack, chosen[0].figures, chosen[1].figures, door.language) if two else [],
    )


@router.get("/official/what-ifs/{whatif_id}/page.pdf")
async def mayors_page(whatif_id: UUID, door: Editor) -> Response:
    """One kept comparison on one sheet of A4, for whoever decides without a screen."""
    async with door.transaction() as session:
        run, draft, base = await _kept(session, whatif_id)
        flag_reason = await flag_reason_of(session, run)
    sheet = Sheet(
        draft=draft,
        run=run,
        changes=describe_changes(base, draft.pack, door.language) if base else [],
        groups=groups_of(draft.pack, run.figures, door.language),
        levels=levels_of(draft.pack, run.figures),
        flag_reason=flag_reason,
    )
    name = quote(f"{draft.programme}-{draft.pack.version}-{run.figures_sha256.hex()[:8]}.pdf")
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(one_page(sheet, door.language), media_type="application/pdf", headers=headers)


async def _kept(session: Session, whatif_id: UUID) -> tuple[WhatIfRun, Draft, Pack | None]:
    run = await run_of(session, whatif_id)
    draft = await find_draft(session, run.draft_id)
    base = base_of(await load_registry(session), draft)
    return run, draft, base.pack if base else None


def _as_now(base: Pack, draft: Pack) -> Pack:
    """The draft under the name and date of what is in force: only what it would change is told."""
    return replace(draft, version=base.version, effective_from=base.effective_from)


def _shown(pack: Pack, figures: dict[str, Any], door: Door) -> dict[str, Any]:
    return {
        "whole": figures,
        "kinds": kinds_of(pack, figures, {}),
        "levels": levels_of(pack, figures),
        "groups": groups_of(pack, figures, door.language),
    }
