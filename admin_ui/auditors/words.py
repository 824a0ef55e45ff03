"""What the auditor's pages call things: point kinds, event kinds and evidence by their titles. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from access.acts import Act
from api.web.templates import named
from kernel.locale import Language, translate
from rules.catalogue.register import catalogue
from rules.governance.registry import Registry

_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FIRST = ("old", "new")
_ACTS = {
    "account_lifted": "let spending go on",
    "account_suspended": "suspended spending",
    "activity_called_off": "called an activity off",
    "activity_created": "created an activity",
    "activity_opened": "opened an activity",
    "city_made": "made the trial city",
    "create_actor": "gave somebody access",
    "decide": "decided about a submission",
    "end_grants": "took roles away",
    "answer_comment": "answered a comment",
    "bad_rows_read": "downloaded the bad rows of a department's file",
    "enrol_device": "enrolled a device",
    "event_file_begun": "began a department's file",
    "event_file_recorded": "recorded a department's file",
    "floor_set": "set a floor",
    "household_created": "registered a household",
    "household_joined": "added a member to a household",
    "household_left": "ended a membership of a household",
    "hours_imported": "imported hours",
    "hours_previewed": "previewed a workbook of hours",
    "ledger_adjustment": "adjusted a balance under an approval",
    "ledger_alarm": "rang the alarm: rows do not fit",
    "ledger_merge": "merged two registers under an approval",
    "ledger_period_close": "closed a period under an approval",
    "ledger_reversal": "reversed an entry under an approval",
    "ledger_transfer": "transferred points under an approval",
    "ledger_unmerge": "undid a merge under an approval",
    "merchant_registered": "registered a shop",
    "offer_published": "published an offer",
    "points_confirmed": "confirmed points that waited",
    "publish_draft": "made a draft public",
    "publish_pack": "published a rule pack",
    "read_record": "read a person's record",
    "recording_declined": "chose to have no good deeds recorded",
    "recording_resumed": "chose to have good deeds recorded again",
    "revoke_device": "revoked a device",
    "run_whatif": "ran a what-if",
    "save_draft": "saved a draft",
    "submit": "submitted for approval",
    "sunset_alarm": "rang the alarm: a version ends with nothing to follow",
    "verify_ledger": "verified the ledger",
    "voucher_captured": "captured a voucher",
    "withdraw": "took a submission back",
    "withdraw_draft": "withdrew a draft",
}


def act_title(language: Language, act: Act) -> str:
    """What was done, in words; an act without words shows its code."""
    return translate(language, _ACTS[act.action]) if act.action in _ACTS else act.action


def act_details(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the act changed: the old and new value first, digests and ids in short, nothing that is empty."""
    told = {name: short(value) for name, value in data.items() if value not in (None, "", [])}
    first = [name for name in _FIRST if name in told]
    return [(name, told[name]) for name in [*first, *(name for name in told if name not in first)]]


def short(value: Any) -> str:
    """Twelve characters tell one digest or id from another; the audit log keeps it whole."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    return text[-12:] if _DIGEST.fullmatch(text) else text


def event_title(language: Language, code: str) -> str:
    """The title of an event kind, or its code."""
    kind = catalogue().event_kinds.get(code)
    return kind.title[language] if kind else code


def evidence_title(language: Language, code: str) -> str:
    """The title of an evidence kind, or its code."""
    kind = catalogue().evidence_kinds.get(code)
    return kind.title[language] if kind else code


_CONTRAS = {
    "expiry": "Lapsed",
    "clearing": "Between two registers, on the way",
    "debt": "Debts paid back",
    "adjustment": "Adjusted by two officials",
}


def contra_title(registry: Registry, language: Language, contra: str) -> str:
    """What the other side of an entry is called: who issued, where it was spent, or how it went."""
    side, _, code = contra.partition(":")
    if side == "issuance":
        versions = registry.versions(code)
        title = named(language, versions[0].pack.title) if versions else code
        return translate(language, "Issued by {title}", title=title)
    if side == "redemption":
        return translate(language, "Spent at {code}", code=code)
    return translate(language, _CONTRAS[side]) if side in _CONTRAS else contra
