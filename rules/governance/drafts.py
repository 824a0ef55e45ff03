"""Drafts of one parameter's change: who wants which number, why, and on what legal basis.

A draft is a row that never changes; a second thought is a new draft that supersedes the first. Must never
touch what is published: live results stay as they are until another official approves.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping, text

from kernel.audit import audit
from kernel.db import Session, constraint_error
from kernel.errors import DomainError, Finding, Kind
from kernel.ids import mint
from rules.engine.model import Pack
from rules.governance.publish import earliest_effect
from rules.governance.registry import Published, Registry, text_of
from rules.language.checker import check
from rules.language.edit import with_parameter
from rules.language.loader import PackInvalid, load, pack_sha256

REASON_MOST: Final = 500
"""Letters of a reason or a basis; longer ones are cut nowhere but refused."""


class DraftMissing(DomainError):
    """This draft doesn't exist.

    Open the pack and choose one of its drafts.
    """

    kind, code = Kind.MISSING, "DRAFT_MISSING"


class ProgrammeMissing(DomainError):
    """No version of this programme is published.

    Choose one from the list of packs.
    """

    kind, code = Kind.MISSING, "PROGRAMME_MISSING"


class ParameterMissing(DomainError):
    """This pack has no such number to change.

    Choose one from the pack's own list of numbers.
    """

    kind, code = Kind.MISSING, "PARAMETER_MISSING"


class DraftHasFindings(DomainError):
    """This change breaks a rule that every pack must keep. Nothing was saved.

    Look at the findings beside the number, and choose another.
    """

    kind, code = Kind.INVALID, "DRAFT_HAS_FINDINGS"


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


constraint_error("drafts_superseded_once", DraftSuperseded)


_parsed = lru_cache(maxsize=64)(load)
"""Packs of drafts by their text: a page lists ten drafts, and each would be parsed again for its version."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A changed text that nobody has saved yet, with everything the checker says of it. Values as decimal texts."""

    base: Published
    parameter: str
    old: str
    new: str
    text: str
    findings: tuple[Finding, ...]

    @property
    def blocked(self) -> bool:
        """Whether a finding forbids it."""
        return any(finding.blocking for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Draft:
    """One saved draft. Digests are of the packs' canonical JSON."""

    draft_id: UUID
    programme: str
    base_sha256: bytes
    draft_sha256: bytes
    text: str
    parameter: str
    author_id: UUID
    reason: str
    basis: str
    created_at: datetime
    supersedes_draft_id: UUID | None

    @property
    def pack(self) -> Pack:
        """The draft's pack, parsed."""
        return _parsed(self.text)

    @property
    def effective_from(self) -> date:
        """The earliest day its author asks for; publication may only make it later."""
        return self.pack.effective_from


def newest(registry: Registry, programme: str, now: datetime) -> Published:
    """The version a change starts from: the one that counts when the change could. Refuses with ProgrammeMissing."""
    found = registry.in_force(programme, earliest_effect(now), now)
    if found is None:
        raise ProgrammeMissing()
    return found


async def propose(
    session: Session, *, registry: Registry, programme: str, parameter: str, value: int, now: datetime
) -> Proposal:
    """What the pack would be with one number changed, and all findings on it. Saves nothing."""
    base = newest(registry, programme, now)
    if parameter not in base.pack.parameters:
        raise ParameterMissing()
    asked = earliest_effect(now)
    source = await text_of(session, base.sha256)
    version = _next_version(registry, programme, asked)
    changed = with_parameter(source, parameter, value, version=version, effective_from=asked)
    old = str(base.pack.parameters[parameter].value)
    return Proposal(base, parameter, old, str(value), changed, tuple(_findings(changed)))


def _findings(changed: str) -> list[Finding]:
    """What the checker says, or, of a text that can't even be read, what the loader says."""
    try:
        return check(load(changed))
    except PackInvalid as invalid:
        return invalid.findings


def _next_version(registry: Registry, programme: str, asked: date) -> str:
    """Versions are named after the day they ask for; a second one of that day gets a number."""
    taken = {one.version for one in registry.versions(programme)}
    names = (asked.isoformat() + (f".{number}" if number > 1 else "") for number in count(1))
    return next(name for name in names if name not in taken)


_COLUMNS = """
    draft_id, programme, base_sha256, draft_sha256, text, parameter, author_id, reason, basis, created_at,
    supersedes_draft_id
"""
_INSERT = text(f"""
    insert into drafts ({_COLUMNS})
    values (:draft_id, :programme, :base_sha256, :draft_sha256, :text, :parameter, :author_id, :reason, :basis,
            :created_at, :supersedes_draft_id)
""")
_FIND = text(f"select {_COLUMNS} from drafts where draft_id = :draft_id")
_OPEN = text(f"""
    select {_COLUMNS} from drafts d
    where (cast(:programme as text) is null or programme = :programme)
      and not exists (select from drafts s where s.supersedes_draft_id = d.draft_id)
    order by created_at desc limit 50
""")


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

    Refuses with ChangeReasonMissing, DraftHasFindings, DraftSuperseded; nothing is written then.
    """
    reason, basis = reason.strip(), basis.strip()
    if not all(0 < len(words) <= REASON_MOST for words in (reason, basis)):
        raise ChangeReasonMissing()
    if proposal.blocked:
        raise DraftHasFindings(findings=[finding for finding in proposal.findings if finding.blocking])
    draft = Draft(
        draft_id=mint(now),
        programme=proposal.base.programme,
        base_sha256=proposal.base.sha256,
        draft_sha256=pack_sha256(proposal.text),
        text=proposal.text,
        parameter=proposal.parameter,
        author_id=author_id,
        reason=reason,
        basis=basis,
        created_at=now,
        supersedes_draft_id=supersedes_draft_id,
    )
    await session.execute(_INSERT, {name: getattr(draft, name) for name in _COLUMNS.replace(",", " ").split()})
    await audit(
        session,
        at=now,
        action="save_draft",
        object_kind="draft",
        object_id=draft.draft_id,
        data={
            "programme": draft.programme,
            "parameter": draft.parameter,
            "old": proposal.old,
            "new": proposal.new,
            "base_sha256": draft.base_sha256.hex(),
            "draft_sha256": draft.draft_sha256.hex(),
        },
    )
    return draft


async def find_draft(session: Session, draft_id: UUID) -> Draft:
    """One draft. Refuses with DraftMissing."""
    row = (await session.execute(_FIND, {"draft_id": draft_id})).mappings().one_or_none()
    if row is None:
        raise DraftMissing()
    return _draft(row)


async def open_drafts(session: Session, *, programme: str | None = None) -> list[Draft]:
    """The newest drafts of a programme, or of all, that no later draft has replaced; at most 50."""
    return [_draft(row) for row in (await session.execute(_OPEN, {"programme": programme})).mappings()]


def _draft(row: RowMapping) -> Draft:
    digests = {"base_sha256": bytes(row["base_sha256"]), "draft_sha256": bytes(row["draft_sha256"])}
    return Draft(**{**row, **digests})
