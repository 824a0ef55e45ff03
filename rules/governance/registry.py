"""Which published version of a programme's pack was in force, asked with two dates.

`at` is the Shanghai day of the event's start, `known_at` the instant it was recorded: so an old scan that
arrives late is judged by the version of its own day, and nothing published later reaches back, but for what is decided
again (`judging`). No job ever switches a version on. Must never change a row: `publish` alone adds one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import text

from kernel.calendar import day_of
from kernel.db import Session
from kernel.errors import DomainError, Kind
from rules.engine.model import Pack
from rules.language.loader import load

_parsed: dict[tuple[bytes, date], Pack] = {}
"""Packs by the sha256 of their text's meaning and the day they count from: what an explanation says is that day.
Published text never changes, so neither does an entry."""


@dataclass(frozen=True, slots=True)
class Published:
    """One immutable version. The pack carries the row's `effective_from`: its text names the earliest day."""

    programme: str
    version: str
    sha256: bytes
    pack: Pack
    effective_from: date
    published_at: datetime
    sunset_on: date | None = None

    def reaches(self, at: date) -> bool:
        """Whether it was declared to count for this day before it was in force."""
        return self.pack.reaches_back_to is not None and self.pack.reaches_back_to <= at < self.effective_from


class Registry:
    """Every published version, as one transaction saw them."""

    def __init__(self, published: list[Published]) -> None:
        self._by_sha256 = {one.sha256: one for one in published}
        self._by_programme: dict[str, list[Published]] = {}
        for one in sorted(published, key=lambda one: (one.effective_from, one.published_at), reverse=True):
            self._by_programme.setdefault(one.programme, []).append(one)
        self._by_kind: dict[str, dict[str, list[str]]] = {}
        for programme, versions in sorted(self._by_programme.items()):
            for kind, holder in sorted({(kind, one.pack.holder) for one in versions for kind in one.pack.by_kind}):
                self._by_kind.setdefault(kind, {}).setdefault(holder, []).append(programme)

    @property
    def by_sha256(self) -> Mapping[bytes, Published]:
        """Every version by the digest that decisions carry."""
        return self._by_sha256

    def programmes(self) -> list[str]:
        """All programmes that ever published a version, by code."""
        return sorted(self._by_programme)

    def versions(self, programme: str) -> list[Published]:
        """All versions of a programme, the latest effective first."""
        return list(self._by_programme.get(programme, ()))

    def in_force(self, programme: str, at: date, known_at: datetime) -> Published | None:
        """The version that judges a day: effective by `at`, not past its sunset, and public by `known_at`.

        Of several, the latest effective one; of two for one day, the one published last.
        """
        for one in self._by_programme.get(programme, ()):
            if one.effective_from <= at and one.published_at <= known_at:
                return one if one.sunset_on is None or at <= one.sunset_on else None
        return None

    def judging(self, programme: str, at: date, known_at: datetime) -> tuple[Published, ...]:
        """Whose verdicts a re-rate compares for a day: the version of that day, then those that reach back to it.

        A version reaches back from the day on which it is in force; the one in force last stands at the end.
        """
        own = self.in_force(programme, at, known_at)
        later = [
            one
            for one in reversed(self._by_programme.get(programme, ()))
            if one.reaches(at) and one.published_at <= known_at and one.effective_from <= day_of(known_at)
        ]
        return (*((own,) if own else ()), *later)

    def for_event(self, kind: str, holder_kind: str = "resident") -> list[str]:
        """The programmes with a version that pays holders of this kind for events of that kind, by code."""
        return self._by_kind.get(kind, {}).get(holder_kind, [])

    def reads(self, programme: str, kind: str, known_at: datetime) -> bool:
        """Whether a version that was public at an instant reads events of a kind: from then on they are decided."""
        return any(kind in one.pack.by_kind for one in self.versions(programme) if one.published_at <= known_at)

    def holder_kinds(self, kind: str) -> frozenset[str]:
        """The kinds of holders for whom any programme reads events of this kind: where an event fans out to."""
        return frozenset(self._by_kind.get(kind, {}))


_ROWS = text("""
    select pack_sha256, programme, version, effective_from, sunset_on, published_at
    from rule_packs order by published_at, pack_sha256
""")
_TEXTS = text("select pack_sha256, text from rule_packs where pack_sha256 = any(cast(:missing as bytea[]))")


async def load_registry(session: Session) -> Registry:
    """All published versions. Texts are parsed once a process: two short queries at most, usually one."""
    rows = (await session.execute(_ROWS)).all()
    since = {bytes(row.pack_sha256): row.effective_from for row in rows}
    missing = [sha256 for sha256, day in since.items() if (sha256, day) not in _parsed]
    if missing:
        for found in (await session.execute(_TEXTS, {"missing": missing})).all():
            sha256 = bytes(found.pack_sha256)
            _parsed[sha256, since[sha256]] = replace(load(found.text), effective_from=since[sha256])
    return Registry(
        [
            Published(
                row.programme,
                row.version,
                bytes(row.pack_sha256),
                _parsed[bytes(row.pack_sha256), row.effective_from],
                row.effective_from,
                row.published_at,
                row.sunset_on,
            )
            for row in rows
        ]
    )


class ProgrammeMissing(DomainError):
    """No version of this programme is published.

    Choose one from the list of packs.
    """

    kind, code = Kind.MISSING, "PROGRAMME_MISSING"


class PackMissing(DomainError):
    """No published pack has this digest.

    Copy the digest from a decision or from the list of packs.
    """

    kind, code = Kind.MISSING, "PACK_MISSING"


_TEXT = text("select text from rule_packs where pack_sha256 = :sha256")


async def text_of(session: Session, sha256: bytes) -> str:
    """The very text that was published. Refuses with PackMissing."""
    found = (await session.execute(_TEXT, {"sha256": sha256})).scalar_one_or_none()
    if found is None:
        raise PackMissing()
    return str(found)
