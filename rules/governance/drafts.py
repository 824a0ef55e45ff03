"""Drafts: a whole pack as somebody would have it, why, and on what legal basis.

A draft is a row that never changes; a second thought is a new draft that supersedes the first, and one that nobody
wants any more is withdrawn beside it. Must never touch what is published: live results stay as they are until
another official approves.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from kernel.audit import audit
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Finding, Kind
from kernel.ids import mint
from kernel.locale import Language
from kernel.sql import named
from rules.engine.model import Pack
from rules.engine.words import titled
from rules.governance.proposals import Proposal, read
from rules.governance.registry import Published, Registry
from rules.language.loader import PackInvalid, pack_sha256

REASON_MOST: Final = 500
"""Letters of a reason or a basis; longer ones are cut nowhere but refused."""


class DraftMissing(DomainError):
    """This draft doesn't exist.

    Open the pack and choose one of its drafts.
    """

    kind, code = Kind.MISSING, "DRAFT_MISSING"


class DraftHasFindings(DomainError):
    """This draft breaks a rule that every pack must keep. Nothing was saved.

    Look at the findings, and mend what they name.
    """

    kind, code = Kind.INVALID, "DRAFT_HAS_FINDINGS"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(findings=findings)
        self.findings = findings


class ChangeReasonMissing(DomainError):
    """A change needs a reason and a legal basis, up to 500 letters each. Nothing was saved.

    Write both, then save again.
    """

    kind, code = Kind.INVALID, "CHANGE_REASON_MISSING"


class DraftSuperseded(DomainError):
    """Another draft has already taken this one's place. Nothing was saved.

    Open the newest draft and go on from there.
    """

    kind, code = Kind.CONFLICT, "DRAFT_SUPERSEDED"


class DraftWithdrawn(DomainError):
    """This draft was withdrawn. Nothing was saved.

    Begin a new draft; its text can be taken over from this one.
    """

    kind, code = Kind.CONFLICT, "DRAFT_WITHDRAWN"


class NotYourDraft(DomainError):
    """Only its author may do this with a draft. Nothing was saved.

    Ask the author, or write a draft of your own.
    """

    kind, code = Kind.FORBIDDEN, "NOT_YOUR_DRAFT"


constraint_error("drafts_superseded_once", DraftSuperseded)
constraint_error("draft_withdrawals_pkey", DraftWithdrawn)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """When a draft was given up, and why."""

    reason: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """One saved draft, and what became of it. Digests are of the packs' canonical JSON.

    `base_sha256` is None for a programme's first version, `draft_sha256` while the text can't be read as YAML,
    `parameter` unless it is one number's change. `programme` is what the text names, or where it was begun.
    """

    draft_id: UUID
    programme: str
    base_sha256: bytes | None
    draft_sha256: bytes | None
    text: str
    parameter: str | None
    author_id: UUID
    reason: str
    basis: str
    created_at: datetime
    supersedes_draft_id: UUID | None
    superseded_by: UUID | None = field(default=None, compare=False)
    withdrawal: Withdrawal | None = field(default=None, compare=False)

    @property
    def readable(self) -> Pack | None:
        """The draft's pack; None while its text can't be read as one."""
        return read(self.text)[0]

    @property
    def pack(self) -> Pack:
        """The draft's pack, parsed. Refuses with DraftHasFindings while it can't be."""
        if self.readable is None:
            raise DraftHasFindings(findings=self.findings)
        return self.readable

    @property
    def sha256(self) -> bytes:
        """The digest that the published version would have. Refuses with DraftHasFindings while there is none."""
        if self.draft_sha256 is None:
            raise DraftHasFindings(findings=self.findings)
        return self.draft_sha256

    @property
    def findings(self) -> list[Finding]:
        """Everything that the checker says of this very text."""
        return list(read(self.text)[1])

    @property
    def text_sha256(self) -> bytes:
        """SHA-256 of the text's own bytes: what is published is this text, byte for byte."""
        return hashlib.sha256(self.text.encode()).digest()

    @property
    def effective_from(self) -> date:
        """The earliest day its author asks for; publication may only make it later."""
        return self.pack.effective_from

    @property
    def current(self) -> bool:
        """Whether it still stands: no later draft took its place, and nobody withdrew it."""
        return self.superseded_by is None and self.withdrawal is None

    def called(self, language: Language) -> str:
        """What people call it: the title in its text, else its programme, else nothing."""
        return titled(self.readable.title, language) if self.readable else self.programme

    @property
    def version(self) -> str:
        """The version it would be; empty while its text can't be read."""
        return self.readable.version if self.readable else ""


_COLUMNS = """
    draft_id, programme, base_sha256, draft_sha256, text, parameter, author_id, reason, basis, created_at,
    supersedes_draft_id
"""
_INSERT = text(f"""
    insert into drafts ({_COLUMNS})
    values (:draft_id, :programme, :base_sha256, :draft_sha256, :text, :parameter, :author_id, :reason, :basis,
            :created_at, :supersedes_draft_id)
""")
OPEN_MOST: Final = 50


async def save_draft(
    session: Session,
    *,
    proposal: Proposal,
    reason: str,
    basis: str,
    author_id: UUID,
    now: datetime,
    supersedes_draft_id: UUID | None = None,
) -> Draft:
    """Keep a proposal with its reason and legal basis; live results stay as they are.

    A whole text is kept with its findings, so that an official may go on tomorrow; one number has to be a legal one.
    Refuses with ChangeReasonMissing, DraftHasFindings, DraftSuperseded; nothing is written then.
    """
    reason, basis = reason.strip(), basis.strip()
    if not all(0 < len(words) <= REASON_MOST for words in (reason, basis)):
        raise ChangeReasonMissing()
    if proposal.blocked and proposal.parameter is not None:
        raise DraftHasFindings(findings=[finding for finding in proposal.findings if finding.blocking])
    draft = Draft(
        draft_id=mint(now),
        programme=proposal.programme,
        base_sha256=proposal.base.sha256 if proposal.base else None,
        draft_sha256=_digest(proposal.text),
        text=proposal.text,
        parameter=proposal.parameter,
        author_id=author_id,
        reason=reason,
        basis=basis,
        created_at=now,
        supersedes_draft_id=supersedes_draft_id,
    )
    await session.execute(_INSERT, {name: getattr(draft, name) for name in _COLUMNS.replace(",", " ").split()})
    seen = {
        "programme": draft.programme,
        "parameter": draft.parameter,
        "old": proposal.old,
        "new": proposal.new,
        "base_sha256": draft.base_sha256.hex() if draft.base_sha256 else None,
        "text_sha256": draft.text_sha256.hex(),
        "findings": len(proposal.findings),
    }
    await audit(session, at=now, action="save_draft", object_kind="draft", object_id=draft.draft_id, data=seen)
    return draft


def refuse_unless_current(draft: Draft) -> None:
    """Pass, or refuse with DraftSuperseded or DraftWithdrawn."""
    if draft.withdrawal is not None:
        raise DraftWithdrawn()
    if draft.superseded_by is not None:
        raise DraftSuperseded()


async def find_draft(session: Session, draft_id: UUID) -> Draft:
    """One draft. Refuses with DraftMissing."""
    found = await find_drafts(session, [draft_id])
    if not found:
        raise DraftMissing()
    return found[0]


async def find_drafts(session: Session, draft_ids: list[UUID]) -> list[Draft]:
    """Those of these drafts that there are, the newest first."""
    return await _drafts(session, draft_ids=draft_ids, programme=None, most=len(draft_ids))


async def open_drafts(session: Session, *, programme: str | None = None) -> list[Draft]:
    """The newest drafts of a programme, or of all, that still stand; at most 50."""
    return await _drafts(session, draft_ids=None, programme=programme, most=OPEN_MOST)


async def _drafts(session: Session, *, draft_ids: list[UUID] | None, programme: str | None, most: int) -> list[Draft]:
    binds = {"draft_ids": draft_ids, "programme": programme, "most": most}
    return [_draft(row) for row in (await session.execute(named(__file__, "drafts"), binds)).mappings()]


def _draft(row: RowMapping) -> Draft:
    """A draft from a row of `drafts.sql`."""
    given = {name: row[name] for name in _COLUMNS.replace(",", " ").split()}
    digests = {name: bytes(row[name]) if row[name] else None for name in ("base_sha256", "draft_sha256")}
    withdrawal = Withdrawal(row["withdrawn_because"], row["withdrawn_at"]) if row["withdrawn_at"] else None
    return Draft(**{**given, **digests}, superseded_by=row["superseded_by"], withdrawal=withdrawal)


def base_of(registry: Registry, draft: Draft) -> Published | None:
    """The version that a draft was begun from; none for a programme's first one."""
    return registry.by_sha256[draft.base_sha256] if draft.base_sha256 else None


def _digest(source: str) -> bytes | None:
    try:
        return pack_sha256(source)
    except PackInvalid:
        return None
