"""A changed pack that nobody has saved yet: from one number, or from a whole text; with every finding on it.

Saves nothing. A text may be a new programme's first version, and may still be unreadable: then its findings say why.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from typing import Final

from kernel.db import Session
from kernel.errors import DomainError, Finding, Kind
from rules.engine.model import Pack
from rules.governance.publish import earliest_effect
from rules.governance.registry import ProgrammeMissing, Published, Registry, text_of
from rules.language.charter.check import deducted_twice
from rules.language.checker import check
from rules.language.edit import with_parameter, with_reach
from rules.language.loader import PackInvalid, load, pack_sha256
from rules.language.milder import harsher
from rules.language.text import Text, read_text

Findings = tuple[Finding, ...]
NAME_MOST: Final = 64


class ParameterMissing(DomainError):
    """This pack has no such number to change.

    Choose one from the pack's own list of numbers.
    """

    kind, code = Kind.MISSING, "PARAMETER_MISSING"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text that may become a draft. `parameter`, `old` and `new` (decimal texts) are of one number's change.

    `base` is the version that it would follow: none for a programme that has published nothing yet.
    """

    programme: str
    base: Published | None
    text: str
    pack: Pack | None
    findings: Findings
    parameter: str | None = None
    old: str | None = None
    new: str | None = None

    @property
    def blocked(self) -> bool:
        """Whether a finding forbids it."""
        return any(finding.blocking for finding in self.findings)


def newest(registry: Registry, programme: str, now: datetime) -> Published:
    """The version a change starts from: the one that counts when the change could. Refuses with ProgrammeMissing."""
    found = followed(registry, programme, now)
    if found is None:
        raise ProgrammeMissing()
    return found


def followed(registry: Registry, programme: str, now: datetime) -> Published | None:
    """The version that a new one of this programme would follow: of one that has ended, its last; or none."""
    in_force = registry.in_force(programme, earliest_effect(now), now)
    return in_force or next(iter(registry.versions(programme)), None)


async def propose(
    session: Session, *, registry: Registry, programme: str, parameter: str, value: int, now: datetime
) -> Proposal:
    """What the pack would be with one number changed, and all findings on it."""
    base = newest(registry, programme, now)
    if parameter not in base.pack.parameters:
        raise ParameterMissing()
    asked = earliest_effect(now)
    source = with_reach(await text_of(session, base.sha256), None)
    version = next_version(registry, programme, asked)
    changed = with_parameter(source, parameter, value, version=version, effective_from=asked)
    pack, findings = read(changed)
    old = str(base.pack.parameters[parameter].value)
    return Proposal(programme, base, changed, pack, findings, parameter, old, str(value))


def propose_text(text: str, *, registry: Registry, now: datetime, begun_on: str = "") -> Proposal:
    """A whole text as somebody wrote it, and all findings on it, also those of the city's own published versions.

    `begun_on` is the programme it was begun from: it counts while the text does not name one that can be read.
    """
    pack, findings = read(text)
    programme = pack.programme if pack else _named(read_text(text)) or begun_on[:NAME_MOST]
    base = followed(registry, programme, now)
    if pack is not None:
        findings += unfit(pack, pack_sha256(text), registry)
    return Proposal(programme, base, text, pack, findings)


def unfit(pack: Pack, sha256: bytes, registry: Registry) -> Findings:
    """Why this pack could not be published beside others: it is not live, stands there already, or deducts twice."""
    found: list[Finding] = []
    if any(one.version == pack.version or one.sha256 == sha256 for one in registry.versions(pack.programme)):
        message = "This version, or another with the very same rules, is already published."
        found.append(Finding("VERSION_TAKEN", "version", message))
    if pack.status != "live":
        found.append(Finding("PACK_NOT_LIVE", "status", "Only a pack whose status is live may be published."))
    for programme in registry.programmes():
        latest = registry.versions(programme)[0]
        if programme != pack.programme and (latest.sunset_on or pack.effective_from) >= pack.effective_from:
            found += deducted_twice(pack, latest.pack)
    return (*found, *harsher_than_before(pack, registry))


def harsher_than_before(pack: Pack, registry: Registry) -> list[Finding]:
    """Where a pack that reaches back is plainly harsher than a version that counts on one of those days."""
    if pack.reaches_back_to is None:
        return []
    versions = registry.versions(pack.programme)
    ends = [pack.effective_from, *(one.effective_from for one in versions)]
    judged = [
        one.pack
        for one, end in zip(versions, ends, strict=False)
        if one.effective_from < pack.effective_from and end > pack.reaches_back_to
    ]
    return [finding for one in judged for finding in harsher(one, pack)]


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Pack | None, Findings]:
    """The pack that a text says, and what the checker says of it; of a text that can't be read, what the loader says.

    Kept by text: a page lists ten drafts, and each would be read again for its version.
    """
    try:
        pack = load(text)
    except PackInvalid as invalid:
        return None, tuple(invalid.findings)
    return pack, tuple(check(pack))


def next_version(registry: Registry, programme: str, asked: date) -> str:
    """Versions are named after the day they ask for; a second one of that day gets a number."""
    taken = {one.version for one in registry.versions(programme)}
    names = (asked.isoformat() + (f".{number}" if number > 1 else "") for number in count(1))
    return next(name for name in names if name not in taken)


def _named(text: Text) -> str:
    """The programme that an unfinished text names, if it can be told."""
    name = text.tree.get("programme") if isinstance(text.tree, dict) else None
    return name if isinstance(name, str) and len(name) <= NAME_MOST else ""
