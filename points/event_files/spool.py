"""A file as a stream: its digest and encoding, and its rows spread into buckets on disk.

All rows of one holder land in one bucket, in the order of the file; a bucket is small enough to be sorted
in memory. So a batch reads few holders, and several processes never meet on one. Must never hold more than a
bucket, and never write outside the folder it is given.
"""

import codecs
import csv
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from kernel.files.limits import FileUnreadable
from kernel.ids import SLICES, slice_of
from points.event_files.refusals import EventFileBroken, EventFileEmpty, EventFileMissing
from points.event_files.rows import Header
from rules.catalogue.register import UUID_TEXT

BUCKET_BYTES = 1 << 20
MOST_BUCKETS = 256
"""As many files as one process may hold open at once, with room to spare."""
_CHUNK = 1 << 20
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a file is, before its rows are looked at."""

    path: Path
    sha256: bytes
    size_bytes: int
    encoding: str

    @property
    def buckets(self) -> int:
        return min(MOST_BUCKETS, self.size_bytes // BUCKET_BYTES + 1)


@dataclass(frozen=True, slots=True)
class Spool:
    """The rows of a file on disk, spread."""

    folder: Path
    header: Header
    rows_count: int


def scan(path: Path) -> Scanned:
    """Digest, size and encoding in one pass. Refuses with EventFileMissing, FileUnreadable."""
    if not path.is_file():
        raise EventFileMissing(path=path)
    try:
        for encoding in _ENCODINGS:
            try:
                digest, size = _digest(path, encoding)
            except UnicodeDecodeError:
                continue
            return Scanned(path, digest, size, encoding)
    except OSError as error:
        raise EventFileMissing(path=path) from error
    raise FileUnreadable()


def _digest(path: Path, encoding: str) -> tuple[bytes, int]:
    decoder = codecs.getincrementaldecoder(encoding)()
    hashed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
            size += len(chunk)
            decoder.decode(chunk)
    decoder.decode(b"", final=True)
    return hashed.digest(), size


def header_of(scanned: Scanned) -> Header:
    """The file's first row. Refuses with EventFileColumns, EventFileEmpty, EventFileBroken."""
    with _opened(scanned) as rows:
        first = next(rows, None)
    if first is None:
        raise EventFileEmpty()
    return Header.of(first)


def spread(scanned: Scanned, folder: Path, *, buckets: int) -> Spool:
    """Write each row, with its number, into its holder's bucket. Refuses as `header_of` does."""
    header = header_of(scanned)
    count = 0
    with ExitStack() as stack, _opened(scanned) as rows:
        files = [
            stack.enter_context(_bucket(folder, number).open("w", newline="", encoding="utf-8"))
            for number in range(buckets)
        ]
        writers = [csv.writer(file) for file in files]
        next(rows)
        for row_no, cells in enumerate(rows, 2):
            if any(cells):
                count += 1
                writers[bucket_of(header.who(cells), buckets)].writerow([row_no, *cells])
    if not count:
        raise EventFileEmpty()
    return Spool(folder, header, count)


@contextmanager
def spooled(home: Path, prefix: str) -> Iterator[Path]:
    """A folder for one run, gone when it ends; what a run that was killed left of the same file goes first."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in home.glob(f"{prefix}-*"):
        for file in left.glob("*.csv"):
            file.unlink(missing_ok=True)
        left.rmdir()
    with TemporaryDirectory(prefix=f"{prefix}-", dir=home) as folder:
        yield Path(folder)


def bucket_of(who: str, buckets: int) -> int:
    """Where a holder's rows go: by slice where the file names the holder, else by a hash of the number."""
    if UUID_TEXT.fullmatch(who):
        return slice_of(UUID(who)) * buckets // SLICES
    return zlib.crc32(who.encode("utf-8", "replace")) % buckets


def read_bucket(spool: Spool, number: int) -> list[tuple[int, list[str]]]:
    """The rows of one bucket, holder by holder, each holder's in the order of the file."""
    with _bucket(spool.folder, number).open(newline="", encoding="utf-8") as file:
        rows = [(int(cells[0]), cells[1:]) for cells in csv.reader(file)]
    return sorted(rows, key=lambda row: (_order(spool.header.who(row[1])), row[0]))


def _order(who: str) -> tuple[int, str]:
    return (slice_of(UUID(who)) if UUID_TEXT.fullmatch(who) else SLICES, who)


def _bucket(folder: Path, number: int) -> Path:
    return folder / f"{number:03}.csv"


@contextmanager
def _opened(scanned: Scanned) -> Iterator[Iterator[Sequence[str]]]:
    """The rows as they stand. A quote that never ends, or a cell beyond every measure, refuses the file."""
    with scanned.path.open(newline="", encoding=scanned.encoding) as file:
        rows = csv.reader(file, strict=True)
        try:
            yield rows
        except csv.Error as error:
            raise EventFileBroken(line=rows.line_num) from error
