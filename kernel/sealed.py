"""Values sealed under a person's own key, which is itself wrapped by the key file outside the database.

Destroying the wrapped key erases the person: what was sealed under it can never be opened again. Each
sealed value is bound to its row, so that moving a ciphertext to another row makes it unreadable.
Equal values are found through a blind index (HMAC-SHA-256), never through the ciphertext.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.errors import DomainError, Kind
from kernel.ids import random_bytes

_MASTER_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(DomainError):
    """This sealed value can't be opened: it was moved, damaged, or its key was destroyed.

    Tell the operator; the value stays sealed.
    """

    kind, code = Kind.REFUSED, "SEAL_BROKEN"


class KeyFileDamaged(DomainError):
    """The key file does not hold 32 bytes, so nothing may be sealed with it. Nothing was started.

    Put the right key file back (docs/operations.md says where); if none was ever in use, delete this one.
    """

    kind, code = Kind.REFUSED, "KEY_FILE_DAMAGED"


@dataclass(frozen=True, slots=True, repr=False)
class KeyFile:
    """The master key, 32 random bytes in a file that only the service may read."""

    master: bytes

    @classmethod
    def open(cls, path: Path) -> "KeyFile":
        """Read the key file, or make one (mode 0600) where there is none yet. Refuses with KeyFileDamaged."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_MASTER_BYTES))
        master = path.read_bytes()
        if len(master) != _MASTER_BYTES:
            raise KeyFileDamaged()
        return cls(master)

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA-256, the purpose as info)."""
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(self.master)

    def fingerprint(self) -> bytes:
        """What the database remembers, to refuse another key file: 32 bytes that tell nothing of the key."""
        return hashlib.sha256(self.derive("fingerprint")).digest()

    def new_person_key(self, holder_id: UUID) -> bytes:
        """A fresh key for one person, wrapped for keeping in the database."""
        return _seal(self.derive("person-keys"), random_bytes(32), _bound("person_keys", "wrapped", holder_id))

    def seal(self, wrapped: bytes, value: str, *, table: str, column: str, holder_id: UUID) -> bytes:
        """Seal a text under the person's key, bound to its table, column and row."""
        return _seal(self._unwrap(wrapped, holder_id), value.encode(), _bound(table, column, holder_id))

    def open_sealed(self, wrapped: bytes, sealed: bytes, *, table: str, column: str, holder_id: UUID) -> str:
        """The text again. Refuses with SealBroken."""
        return _open(self._unwrap(wrapped, holder_id), sealed, _bound(table, column, holder_id)).decode()

    def blind_index(self, column: str, value: str) -> bytes:
        """32 bytes under which equal values meet; useless without the key file."""
        return hmac.digest(self.derive(f"blind|{column}"), value.encode(), "sha256")

    def subject_handle(self, wrapped: bytes, holder_id: UUID) -> bytes:
        """How a person appears in receipts: 32 bytes that mean nobody once the person's key is gone."""
        return hmac.digest(self._unwrap(wrapped, holder_id), f"subj|v1|{holder_id}".encode(), "sha256")

    def _unwrap(self, wrapped: bytes, holder_id: UUID) -> bytes:
        return _open(self.derive("person-keys"), wrapped, _bound("person_keys", "wrapped", holder_id))


def _bound(table: str, column: str, holder_id: UUID) -> bytes:
    return f"{table}|{column}|{holder_id}".encode()


def _seal(key: bytes, value: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, bound_to)


def _open(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise SealBroken() from error
