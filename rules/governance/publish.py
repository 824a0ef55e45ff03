"""A pack becomes public: one immutable row, and the point kinds it declares.

Must never change or remove a published version, and never make one count before its date. The first
version of a programme may come with the installation; every other one needs the approval that stands on its
row, and is public for at least thirty days before it counts (CH-25).
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from kernel.audit import audit
from kernel.calendar import day_of
from kernel.canonical import dumps
from kernel.db import Session, constraint_error, scope_of
from kernel.errors import DomainError, Finding, Kind
from rules.catalogue.register import catalogue
from rules.engine.model import Pack
from rules.governance.registry import Published
from rules.language.checker import check
from rules.language.loader import load, pack_sha256
from rules.language.milder import reach_findings

PUBLIC_BEFORE_EFFECT = timedelta(days=30)
"""How long a changed pack is public before it counts: CH-25 of the charter."""


class PackNotLive(DomainError):
    """This pack is kept as a record or an example, so it can't be published. Nothing was saved.

    Only a pack whose status is live may be published.
    """

    kind, code = Kind.REFUSED, "PACK_NOT_LIVE"


class EffectiveTooSoon(DomainError):
    """A changed pack must be public for 30 days, so it can't count before {earliest}. Nothing was saved.

    Choose {earliest} or a later day.
    """

    kind, code = Kind.INVALID, "EFFECTIVE_TOO_SOON"


class VersionTaken(DomainError):
    """This version, or another with the very same rules, is already published. Nothing was saved.

    Change the rules or give the version another name.
    """

    kind, code = Kind.CONFLICT, "VERSION_TAKEN"


class ApprovalNeeded(DomainError):
    """Only the first version of a programme may be published without an approval. Nothing was saved.

    Submit a draft, and let another official approve it.
    """

    kind, code = Kind.REFUSED, "APPROVAL_NEEDED"


class PackUnfit(DomainError):
    """This pack breaks what every pack must keep: {count} findings. Nothing was published.

    Mend what the findings name, and submit it again.
    """

    kind, code = Kind.INVALID, "PACK_UNFIT"

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(count=len(findings))
        self.findings = findings


class SunsetTooSoon(DomainError):
    """This pack would end on {sunset}, before it could count on {effective}. Nothing was saved.

    Give it a later last day.
    """

    kind, code = Kind.INVALID, "SUNSET_TOO_SOON"


class ReachUnseen(DomainError):
    """A version that reaches back needs figures and another official's approval. Nothing was saved.

    Submit it as a draft; the first version of a programme may count from an earlier day instead.
    """

    kind, code = Kind.REFUSED, "REACH_UNSEEN"


constraint_error("rule_packs_pkey", VersionTaken)
constraint_error("rule_packs_version", VersionTaken)
constraint_error("rule_packs_first", ApprovalNeeded)

_HAS_VERSIONS = text("select exists (select from rule_packs where programme = :programme)")
_INSERT = text("""
    insert into rule_packs (pack_sha256, programme, version, status, text, effective_from, sunset_on,
                            published_at, published_by, approval_id)
    values (:sha256, :programme, :version, :status, :text, :effective_from, :sunset_on, :now, :by, :approval_id)
""")
_POINT_KIND = text("""
    insert into point_kinds (code, programme, family, scale, title, grace_days, debt_cap)
    select code, programme, family, scale, title, grace_days, debt_cap
    from jsonb_to_recordset(cast(:kinds as jsonb)) as k (
        code text, programme text, family text, scale smallint, title jsonb, grace_days smallint, debt_cap bigint)
    on conflict (code) do nothing
""")


def earliest_effect(now: datetime) -> date:
    """The first Shanghai day on which a change published now may count."""
    return day_of(now) + PUBLIC_BEFORE_EFFECT


async def publish(
    session: Session, *, text: str, approval_id: UUID | None, now: datetime, effective_from: date
) -> Published:
    """Publish one version, for ever. `effective_from` is the Shanghai day from which it counts.

    Refuses with PackUnfit (blocking findings), PackNotLive, ReachUnseen, VersionTaken, ApprovalNeeded, SunsetTooSoon,
    and EffectiveTooSoon for all but what the installation brings; nothing is written then.
    """
    pack = load(text)
    findings = (*check(pack), *reach_findings(pack, effective_from))
    if blocking := [finding for finding in findings if finding.blocking]:
        raise PackUnfit(blocking)
    if pack.status != "live":
        raise PackNotLive()
    if pack.reaches_back_to is not None and approval_id is None:
        raise ReachUnseen()
    changed = (await session.execute(_HAS_VERSIONS, {"programme": pack.programme})).scalar_one()
    if changed and approval_id is None:
        raise ApprovalNeeded()
    if approval_id is not None and effective_from < earliest_effect(now):
        raise EffectiveTooSoon(earliest=earliest_effect(now).isoformat())
    if pack.sunset_on is not None and pack.sunset_on <= effective_from:
        raise SunsetTooSoon(sunset=pack.sunset_on.isoformat(), effective=effective_from.isoformat())
    sha256 = pack_sha256(text)
    await _write(session, pack, sha256, text, approval_id, now, effective_from)
    pack = replace(pack, effective_from=effective_from)
    return Published(pack.programme, pack.version, sha256, pack, effective_from, now, pack.sunset_on)


async def _write(
    session: Session,
    pack: Pack,
    sha256: bytes,
    source: str,
    approval_id: UUID | None,
    now: datetime,
    effective_from: date,
) -> None:
    await session.execute(
        _INSERT,
        {
            "sha256": sha256,
            "programme": pack.programme,
            "version": pack.version,
            "status": pack.status,
            "text": source,
            "effective_from": effective_from,
            "sunset_on": pack.sunset_on,
            "now": now,
            "by": scope_of(session).actor_id,
            "approval_id": approval_id,
        },
    )
    await session.execute(_POINT_KIND, {"kinds": dumps(_point_kinds(pack))})
    await audit(
        session,
        at=now,
        action="publish_pack",
        object_kind="rule_pack",
        object_id=sha256.hex(),
        data={
            "programme": pack.programme,
            "version": pack.version,
            "effective_from": effective_from.isoformat(),
            "approval_id": str(approval_id) if approval_id else None,
        },
    )


def _point_kinds(pack: Pack) -> list[dict[str, object]]:
    """What the pack's items pay into, as its catalogue declares it, and beside each kind what is owed of it."""
    known = catalogue(pack.catalogue).point_kinds
    kinds: list[dict[str, object]] = []
    for code in sorted({item.into for item in pack.items if item.into}):
        kind = known[code]
        common = {"programme": pack.programme, "scale": kind.scale}
        policy = {"grace_days": kind.grace_days, "debt_cap": kind.debt_cap}
        owed = {"zh": f"欠还:{kind.title['zh']}", "en": f"Owed: {kind.title['en']}"}
        kinds.append({**common, **policy, "code": code, "family": kind.family, "title": dict(kind.title)})
        kinds.append({**common, "code": f"debt:{code}", "family": "debt", "title": owed, "grace_days": 0})
    return kinds
