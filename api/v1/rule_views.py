"""What the API shows of rule packs, drafts, what-ifs and approvals. Pure shapes; points are decimal strings."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from access.approvals import Approval
from api.web.shapes import DecisionBody, Shape, Words
from kernel.errors import Finding
from kernel.locale import Language, translate
from rules.governance.drafts import Draft
from rules.governance.figures import WhatIfRun
from rules.governance.registry import Published
from rules.language.places import lines_of
from rules.language.text import MOST_BYTES


class PackView(Shape):
    """One published version, its text byte for byte. It never changes; `sha256` is what decisions carry.

    One that reaches back to a day counts for what happened since, once it is in force, by a re-rate because `milder`.
    """

    model_config = ConfigDict(str_strip_whitespace=False)

    programme: str
    version: str
    sha256: str
    effective_from: date
    reaches_back_to: date | None
    sunset_on: date | None
    published_at: datetime
    in_force: bool
    text: str | None = None

    @classmethod
    def of(cls, one: Published, in_force: bool, text: str | None = None) -> Self:
        return cls(
            programme=one.programme,
            version=one.version,
            sha256=one.sha256.hex(),
            effective_from=one.effective_from,
            reaches_back_to=one.pack.reaches_back_to,
            sunset_on=one.sunset_on,
            published_at=one.published_at,
            in_force=in_force,
            text=text,
        )


class DraftRequest(Shape):
    """One number to change, why, and on what legal basis."""

    parameter: str = Field(max_length=64)
    value: int
    reason: Words = Field(max_length=500)
    basis: Words = Field(max_length=500)


class TextDraftRequest(Shape):
    """A whole pack as text, kept byte for byte, why, and on what legal basis; it may still have findings."""

    model_config = ConfigDict(str_strip_whitespace=False)

    text: Words = Field(max_length=MOST_BYTES)
    reason: Words = Field(max_length=500)
    basis: Words = Field(max_length=500)
    supersedes_draft_id: UUID | None = None


class ReachRequest(Shape):
    """From which day on a draft counts for what happened before it is in force, and why; nobody may lose by it."""

    reaches_back_to: date
    reason: Words = Field(max_length=500)


class FindingView(Shape):
    """A fault of a draft: where, and in words. `blocking` ones keep it from being submitted, never from being saved."""

    code: str
    path: str
    line: int
    detail: str
    blocking: bool


class DraftView(Shape):
    """A saved draft; live results stay as they are. What is null can't be told while the text has no such thing."""

    draft_id: UUID
    programme: str
    version: str | None
    base_sha256: str | None
    draft_sha256: str | None
    text_sha256: str
    reaches_back_to: date | None
    parameter: str | None
    reason: str
    basis: str
    author_id: UUID
    created_at: datetime
    superseded_by: UUID | None
    withdrawn_at: datetime | None
    findings: list[FindingView]

    @classmethod
    def of(cls, draft: Draft, language: Language, more: Sequence[Finding] = ()) -> Self:
        """`more` findings than the checker's own: what speaks against its reaching back."""
        pack = draft.readable
        return cls(
            draft_id=draft.draft_id,
            programme=draft.programme,
            version=draft.version or None,
            base_sha256=draft.base_sha256.hex() if draft.base_sha256 else None,
            draft_sha256=draft.draft_sha256.hex() if draft.draft_sha256 else None,
            text_sha256=draft.text_sha256.hex(),
            reaches_back_to=pack.reaches_back_to if pack else None,
            parameter=draft.parameter,
            reason=draft.reason,
            basis=draft.basis,
            author_id=draft.author_id,
            created_at=draft.created_at,
            superseded_by=draft.superseded_by,
            withdrawn_at=draft.withdrawal.withdrawn_at if draft.withdrawal else None,
            findings=findings_of(draft.text, [*draft.findings, *more], language),
        )


def findings_of(text: str, findings: list[Finding], language: Language) -> list[FindingView]:
    """Findings in words, each with its line."""
    return [
        FindingView(
            code=one.code,
            path=one.path,
            line=line,
            detail=translate(language, one.message_id, **one.values),
            blocking=one.blocking,
        )
        for one, line in zip(findings, lines_of(text, findings), strict=True)
    ]


class WhatIfView(Shape):
    """Who would gain and lose. Points are decimal strings in minor units; null is "fewer than five people"."""

    whatif_id: UUID
    draft_id: UUID
    figures_sha256: str
    figures: dict[str, Any]
    run_at: datetime

    @classmethod
    def of(cls, run: WhatIfRun) -> Self:
        return cls(
            whatif_id=run.whatif_id,
            draft_id=run.draft_id,
            figures_sha256=run.figures_sha256.hex(),
            figures=with_strings(run.figures),
            run_at=run.run_at,
        )


class ApprovalView(Shape):
    """One proposal: `sha256` is what a decision must send back as `seen_sha256`."""

    approval_id: UUID
    draft_id: UUID
    state: str
    sha256: str
    author_id: UUID
    submitted_at: datetime
    expires_at: datetime
    decided_by: UUID | None
    reason: str | None

    @classmethod
    def of(cls, one: Approval, now: datetime) -> Self:
        return cls(
            approval_id=one.approval_id,
            draft_id=one.object_id,
            state=one.state(now),
            sha256=one.sha256.hex(),
            author_id=one.author_id,
            submitted_at=one.submitted_at,
            expires_at=one.expires_at,
            decided_by=one.decided_by,
            reason=one.reason,
        )


class ReviewView(Shape):
    """One proposal with its draft, the figures its author saw, the change in words, and the day it would count from."""

    approval: ApprovalView
    draft: DraftView
    figures: dict[str, Any]
    changes: list[str]
    counts_from: date
    flag_reason: str | None


class DecisionRequest(DecisionBody, Shape):
    """Yes, or back with a reason, about exactly what was seen."""


class SubmitRequest(Shape):
    """`flag_reason`: why it is right although a group gains less than four fifths of what everybody gains.

    Needed where the figures flag a group, 500 letters at most; elsewhere it is not kept.
    """

    flag_reason: Words = Field(default="", max_length=2_000)


class Nothing(Shape):
    """An empty body."""


_POINTS = frozenset({"before", "after", "cost"})


def with_strings(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures with points as decimal strings; counts of people and events stay numbers."""
    return {
        **figures,
        "kinds": [_points(kind) | {"top": [_points(row) for row in kind["top"]]} for kind in figures["kinds"]],
        "dimensions": [
            {"by": one["by"], "kinds": [k | {"groups": [_points(row) for row in k["groups"]]} for k in one["kinds"]]}
            for one in figures.get("dimensions", ())
        ],
    }


def _points(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if name in _POINTS else value for name, value in row.items()}
