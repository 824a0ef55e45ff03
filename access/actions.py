"""Every act that a route may offer, and who may do it. What is not listed here nobody may do.

Pure data. A route names its action; a test walks all routes and finds the one that names none.
"""

from dataclasses import dataclass
from typing import Literal

from access.actors import ActorKind, Role

Whose = Literal["holder", "household", "points", "organisation", "event", "merchant"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may do one thing.

    `kinds` empty: anybody, signed in or not. `role`: the staff role needed, or `also` in its place. `whose`: the
    relation that an object must have to the actor, when the route names one. `four_eyes`: never its own author.
    `tells`: which kind of a resident's data the answer tells a program of another body (`access.purposes`).
    """

    kinds: frozenset[ActorKind] = frozenset()
    role: Role | None = None
    also: Role | None = None
    whose: Whose | None = None
    four_eyes: bool = False
    tells: str = ""


_RESIDENT: frozenset[ActorKind] = frozenset({"resident"})
_STAFF: frozenset[ActorKind] = frozenset({"staff"})
_VENDOR: frozenset[ActorKind] = frozenset({"vendor"})
_RESIDENT_OR_STAFF: frozenset[ActorKind] = frozenset({"resident", "staff"})
_DEVICE_OR_STAFF: frozenset[ActorKind] = frozenset({"staff", "device"})

ACTIONS: dict[str, Policy] = {
    "view_public": Policy(),
    "view_desk": Policy(_STAFF),
    "view_own": Policy(_RESIDENT, whose="holder"),
    "view_points": Policy(_RESIDENT_OR_STAFF, whose="points"),
    "choose_recording": Policy(_RESIDENT, whose="holder"),
    "scan": Policy(_RESIDENT, whose="holder"),
    "redeem": Policy(_RESIDENT, whose="holder"),
    "manage_activity": Policy(_STAFF, "organiser", whose="organisation"),
    "log_hours": Policy(_STAFF, "organiser", whose="organisation"),
    "upload_scans": Policy(_DEVICE_OR_STAFF, "organiser", whose="organisation"),
    "import_hours": Policy(_STAFF, "organiser", whose="organisation"),
    "approve_import": Policy(_STAFF, "organiser", whose="organisation", four_eyes=True),
    "edit_rules": Policy(_STAFF, "official"),
    "approve_rules": Policy(_STAFF, "official", four_eyes=True),
    "comment_on_drafts": Policy(_RESIDENT),
    "manage_households": Policy(_STAFF, "official"),
    "view_household": Policy(_RESIDENT_OR_STAFF, whose="household"),
    "read_event_files": Policy(_STAFF, "official"),
    "view_ledger": Policy(_STAFF, "official"),
    "propose_change": Policy(_STAFF, "official"),
    "decide_change": Policy(_STAFF, "official", four_eyes=True),
    "manage_accounts": Policy(_STAFF, "official"),
    "verify_voucher": Policy(_STAFF, "merchant", whose="merchant"),
    "capture_voucher": Policy(_STAFF, "merchant", whose="merchant"),
    "audit_read": Policy(_STAFF, "auditor"),
    "verify_ledger": Policy(_STAFF, "auditor"),
    "read_reconciliations": Policy(_STAFF, "auditor", "official"),
    "operate": Policy(_STAFF, "operator"),
    "record_events": Policy(_VENDOR, tells="event_points"),
    "hold_points": Policy(_VENDOR, tells="held_points"),
    "confirm_pending": Policy(_STAFF, "organiser", "official", whose="event"),
    "view_limits": Policy(_STAFF, "official", "auditor"),
}
