"""How much a file may be, and what it may not hold: checked before anything parses it.

Limits: 10 MiB, 100 MiB unpacked, 100:1, 2,000 entries, 64 columns, 200,000 rows; no archive in the
archive, no link, no macro, no link to another workbook. Must never believe a size that a header states.
"""

import re
import stat
import unicodedata
import zipfile
import zlib
from io import BytesIO

from kernel.errors import DomainError, Kind

MIB = 1 << 20
MAX_FILE_BYTES = 10 * MIB
MAX_UNPACKED_BYTES = 100 * MIB
MAX_RATIO = 100
MAX_ENTRIES = 2_000
MAX_COLUMNS = 64
MAX_ROWS = 200_000
MAX_MEMORY_BYTES = 512 * MIB
"""Address space of the process that parses a workbook."""
MAX_SECONDS = 60
_CHUNK_BYTES = 64 * 1024
_ARCHIVE_MAGIC = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_FORBIDDEN_ENTRY = re.compile(r"vbaproject|macrosheets/|externallinks/|embeddings/|activex/", re.IGNORECASE)
_UNSAFE_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class FileTooLarge(DomainError):
    """This file is too large: at most {limit_mib} MiB, or {unpacked_mib} MiB unpacked. Nothing was imported.

    Split it into smaller files, or hand it to the operator for the command line.
    """

    kind, code = Kind.INVALID, "FILE_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__(limit_mib=MAX_FILE_BYTES // MIB, unpacked_mib=MAX_UNPACKED_BYTES // MIB)


class FileUnreadable(DomainError):
    """This file can not be read as a workbook or CSV. Nothing was imported.

    Save it again as .xlsx or as CSV (UTF-8), without a password, and send that.
    """

    kind, code = Kind.INVALID, "FILE_UNREADABLE"


class FileUnsafe(DomainError):
    """This file holds something that an import must not: {what}. Nothing was imported.

    Copy the plain cells into a new workbook and send that.
    """

    kind, code = Kind.INVALID, "FILE_UNSAFE"


class FileTooManyRows(DomainError):
    """This file has more than {most} rows. Nothing was imported.

    Split it into smaller files.
    """

    kind, code = Kind.INVALID, "FILE_TOO_MANY_ROWS"


class FileTooManyColumns(DomainError):
    """This file has more than {most} columns. Nothing was imported.

    Remove the columns that the template does not have.
    """

    kind, code = Kind.INVALID, "FILE_TOO_MANY_COLUMNS"

    def __init__(self) -> None:
        super().__init__(most=MAX_COLUMNS)


def require_bounded(data: bytes) -> None:
    """Refuse a file of more bytes than a person's import may have."""
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLarge()


def require_safe_archive(data: bytes) -> None:
    """Refuse a zip (xlsx, ods) that unpacks to too much, or holds more than sheets. Unpacks it once, counting."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > _allowed_bytes(data):
                raise FileTooLarge()
            room = _allowed_bytes(data)
            for entry in entries:
                room -= _unpacked_bytes(archive, entry, room)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise FileUnreadable() from error


def _allowed_bytes(data: bytes) -> int:
    """The unpacked size this file may reach: 100:1 and 100 MiB, whichever is less."""
    return min(MAX_UNPACKED_BYTES, MAX_RATIO * len(data))


def _unpacked_bytes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> int:
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise FileUnsafe(what="link")
    if _FORBIDDEN_ENTRY.search(entry.filename):
        raise FileUnsafe(what=entry.filename.rsplit("/", 1)[-1][:40])
    count = 0
    with archive.open(entry) as unpacked:
        while chunk := unpacked.read(_CHUNK_BYTES):
            if count == 0 and chunk.startswith(_ARCHIVE_MAGIC):
                raise FileUnsafe(what="archive")
            count += len(chunk)
            if count > room:
                raise FileTooLarge()
    return count


def clean_text(text: str) -> str:
    """The text in composed form (NFC), edges trimmed. Refuses control and direction-changing characters."""
    if _UNSAFE_TEXT.search(text):
        raise FileUnsafe(what="control characters")
    return unicodedata.normalize("NFC", text).strip()
