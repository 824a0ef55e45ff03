"""The rotating venue code: what an organiser's screen shows and a resident scans, ten seconds at a time.

    <BASE>/C/1.<activity code>.<gate>.<step>.<mac>        all upper-case, so that the QR image stays small

Pure: keys and instants are handed in. Must never trust a step that is not the server's own current or
previous one, and never send an activity's key to a browser. A code opens a check-in; it proves nothing alone.
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from kernel.sealed import KeyFile

STEP_SECONDS = 10
"""How long one code is shown."""

STEPS_ACCEPTED = 2
"""The current step and the one before it: a code works for 10 to 20 seconds."""

_MAC_BYTES = 10
_SHORT_LETTERS = 6
_SHAPE = re.compile(r"^1\.([A-Z2-7]{8})\.(I1|O1)\.([0-9]{1,12})\.([A-Z2-7]{16})$")
_LOOKALIKES = str.maketrans("018", "OIB")


class Gate(StrEnum):
    """Which way a scan goes."""

    IN = "in"
    OUT = "out"

    @property
    def sign(self) -> str:
        """How the gate is written in a code: `I1` or `O1`."""
        return "I1" if self is Gate.IN else "O1"


@dataclass(frozen=True, slots=True)
class VenueCode:
    """A code as it was read: well-formed, not yet verified."""

    activity_code: str
    gate: Gate
    step: int
    mac: str


@dataclass(frozen=True, slots=True)
class SignedStep:
    """What the screen shows during one step: the scanned text and the six letters beneath it."""

    step: int
    text: str
    short: str

    @property
    def starts_at(self) -> datetime:
        return starts_at(self.step)


def step_of(at: datetime) -> int:
    """The step an instant falls into, counted from 1970."""
    return int(at.timestamp()) // STEP_SECONDS


def starts_at(step: int) -> datetime:
    """The first instant of a step, UTC."""
    return datetime.fromtimestamp(step * STEP_SECONDS, UTC)


def activity_key(keys: KeyFile, activity_id: UUID, epoch: int) -> bytes:
    """The activity's own 32-byte key (HKDF-SHA-256); a new epoch makes every earlier code worthless."""
    return keys.derive(f"event|{activity_id}|{epoch}")


def sign(key: bytes, *, base_url: str, activity_id: UUID, activity_code: str, gate: Gate, step: int) -> SignedStep:
    """The code of one step: a MAC of 80 bits; the six letters are the bits after it, so neither tells the other."""
    digest = _digest(key, activity_id, gate, step)
    text = f"{base_url.upper()}/C/1.{activity_code}.{gate.sign}.{step}.{_mac(digest)}"
    return SignedStep(step, text, _short(digest))


def read(text: str) -> VenueCode | None:
    """The parts of a scanned code; None when it is no venue code at all. Case-exact: codes are upper-case."""
    found = _SHAPE.match(text)
    if found is None:
        return None
    activity_code, gate, step, mac = found.groups()
    return VenueCode(activity_code, Gate.IN if gate == "I1" else Gate.OUT, int(step), mac)


def genuine(key: bytes, activity_id: UUID, code: VenueCode) -> bool:
    """Whether this activity's key made the code, whenever that was. Constant time."""
    return hmac.compare_digest(_mac(_digest(key, activity_id, code.gate, code.step)), code.mac)


def current(code: VenueCode, now: datetime) -> bool:
    """Whether the code's step is the current one or the one before."""
    return 0 <= step_of(now) - code.step < STEPS_ACCEPTED


def normal_short(typed: str) -> str:
    """Six letters as a person types them: spaces and dashes dropped, 0, 1 and 8 read as O, I and B."""
    return re.sub(r"[\s-]", "", typed).upper().translate(_LOOKALIKES)


def short_matches(key: bytes, activity_id: UUID, typed: str, now: datetime) -> Gate | None:
    """The gate whose six letters these are, now or one step ago; None when they belong to neither. Constant time."""
    wanted = normal_short(typed)
    found: Gate | None = None
    for gate in Gate:
        for step in range(step_of(now) - STEPS_ACCEPTED + 1, step_of(now) + 1):
            # An attacker may send any characters; compare_digest takes ASCII text or bytes only.
            if hmac.compare_digest(_short(_digest(key, activity_id, gate, step)).encode(), wanted.encode()):
                found = gate
    return found


def _digest(key: bytes, activity_id: UUID, gate: Gate, step: int) -> bytes:
    return hmac.digest(key, f"checkin|v1|{activity_id}|{gate.sign}|".encode() + step.to_bytes(8), "sha256")


def _mac(digest: bytes) -> str:
    return b32encode(digest[:_MAC_BYTES]).decode()


def _short(digest: bytes) -> str:
    return b32encode(digest[_MAC_BYTES : _MAC_BYTES + 5]).decode()[:_SHORT_LETTERS]
