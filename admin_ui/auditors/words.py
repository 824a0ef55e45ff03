"""What the auditor's pages call things: point kinds, event kinds and evidence by their titles. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from access.acts import Act
from kernel.locale import Language, translate
from rules.catalogue.register import catalogue

_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FIRST = ("old", "new")
_ACTS = {
    "activity_called_off": "called an activity off",
    "activity_created": "created an activity",
    "activity_opened": "opened an activity",
    "city_made": "made the trial city",
    "create_actor": "gave somebody access",
    "decide": "decided about a submission",
    "end_grants": "took roles away",
    "bad_rows_read": "downloaded the bad rows of a department's file",
    "enrol_device": "enrolled a device",
    "event_file_begun": "began a department's file",
    "event_file_recorded": "recorded a department's file",
    "household_created": "registered a household",
    "household_joined": "added a member to a household",
    "household_left": "ended a membership of a household",
    "hours_imported": "imported hours",
    "hours_previewed": "previewed a workbook of hours",
    "merchant_registered": "registered a shop",
    "offer_published": "published an offer",
    "points_confirmed": "confirmed points that waited",
    "publish_pack": "published a rule pack",
    "read_record": "read a person's record",
    "revoke_device": "revoked a device",
    "run_whatif": "ran a what-if",
    "save_draft": "saved a draft",
    "submit": "submitted for approval",
    "verify_ledger": "verified the ledger",
    "voucher_captured": "captured a voucher",
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
