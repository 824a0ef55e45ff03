"""What was read of everybody's past, kept in a folder, so that another number can be tried without reading it again.

    0.people     what rules read of each holder: facts and events, for what columns cannot hold or read otherwise
    0.frames     what columns read of them; 0.conditions too, of an assessment
    everybody    a row a holder: groups, and what the rules in force give
    told.json    what is told of all of them together, and what is asked of shared limits

No id and no name, so that the files lead back to nobody's account: of an event's ids only those are kept that the rules
name. They lie in the data folder, and newer ones take their place. Must never be the ground of a decision: what is
approved is computed from the database (`population`).
"""

import json
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, Self

import polars as pl

from kernel.calendar import rfc3339
from points.what_if.worth_columns import Frames, Had, Read
from rules.catalogue.register import UUID_TEXT
from rules.engine.model import EventView, Pack
from rules.engine.walk import nodes, parts

MOST_FOLDERS: Final = 8
"""So many programmes and days are kept; the folder that was written first goes first."""
_TOLD: Final = "told.json"
_UNFINISHED: Final = "unfinished-"


class Keeping:
    """A folder being written, piece by piece; it is there under its own name once `end` was called, or not at all.

    Leaving the context leaves nothing unfinished behind.
    """

    def __init__(self, folder: Path, pack: Pack) -> None:
        self.folder = folder
        self.count = 0
        self._named = frozenset(value for node in nodes(pack) for value in parts(node) if isinstance(value, str))
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.unfinished = Path(mkdtemp(prefix=_UNFINISHED, dir=folder.parent))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.unfinished, ignore_errors=True)

    def add(self, people: Sequence[Read], frames: Frames) -> None:
        """One more piece: what was read of these holders."""
        rows = {
            "facts": [_text(dict(one.facts)) for one in people],
            "events": [_text([_event_json(event, self._named) for event in one.events]) for one in people],
            "singly": [place in frames.singly for place in range(len(people))],
        }
        named = {"people": pl.DataFrame(rows, schema=_PEOPLE), "frames": frames.quantities}
        for name, frame in {**named, "conditions": frames.conditions}.items():
            frame.write_parquet(self.unfinished / f"{self.count}.{name}.parquet")
        self.count += 1

    def end(self, groups: pl.DataFrame, had: Had, told: Mapping[str, Any]) -> "Kept":
        """Everybody's groups and what they have, in the order of the pieces; the oldest folders go.

        Where somebody else was faster, theirs stays: both have read the same.
        """
        pl.concat([groups, had.rows], how="horizontal").write_parquet(self.unfinished / "everybody.parquet")
        (self.unfinished / _TOLD).write_text(_text({"figures": dict(told), "asked": dict(had.asked)}), "utf-8")
        try:
            self.unfinished.rename(self.folder)
        except OSError:
            if not Kept.there(self.folder):
                raise
        beside = self.folder.parent
        own = [*(told.parent for told in beside.glob(f"*/{_TOLD}")), *beside.glob(f"{_UNFINISHED}*")]
        for old in sorted(own, key=lambda one: one.stat().st_mtime)[:-MOST_FOLDERS]:
            shutil.rmtree(old, ignore_errors=True)
        return Kept.of(self.folder)


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder that was kept whole."""

    folder: Path
    told: dict[str, Any]
    asked: Counter[str]

    @classmethod
    def there(cls, folder: Path) -> bool:
        """Whether something is kept under that name."""
        return (folder / _TOLD).is_file()

    @classmethod
    def of(cls, folder: Path) -> "Kept":
        """What is kept under that name. FileNotFoundError where nothing is."""
        found = json.loads((folder / _TOLD).read_text("utf-8"))
        return cls(folder, found["figures"], Counter(found["asked"]))

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return len(list(self.folder.glob("*.people.parquet")))

    def frames(self, number: int) -> Frames:
        """What columns read of a piece."""
        named = [pl.read_parquet(self.folder / f"{number}.{name}.parquet") for name in ("frames", "conditions")]
        singly = pl.read_parquet(self.folder / f"{number}.people.parquet", columns=["singly"])["singly"]
        return Frames(named[0], named[1], frozenset(singly.arg_true()))

    def people(self, number: int) -> "KeptPeople":
        """What rules read of the holders of a piece."""
        return KeptPeople(self.folder / f"{number}.people.parquet")

    def everybody(self, groups: Sequence[str]) -> tuple[pl.DataFrame, Had]:
        """The groups of everybody, and what the rules in force give."""
        found = pl.read_parquet(self.folder / "everybody.parquet")
        return found.select(groups), Had(found.drop(groups), self.asked)


class KeptPeople(Sequence[Read]):
    """The holders of a piece; the file is opened when the first is asked for, which prices rarely do."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: pl.DataFrame | None = None

    def __len__(self) -> int:
        return int(pl.scan_parquet(self._path).select(pl.len()).collect().item())

    def __getitem__(self, place: Any) -> Any:
        if self._rows is None:
            self._rows = pl.read_parquet(self._path, columns=["facts", "events"])
        facts, events = self._rows.row(place)
        return Read(json.loads(facts), [_event(*one) for one in json.loads(events)])


_PEOPLE: Final = {"facts": pl.String, "events": pl.String, "singly": pl.Boolean}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _event_json(event: EventView, rules_name: Collection[str]) -> list[Any]:
    data = {name: value for name, value in event.data.items() if name in rules_name or not _is_id(value)}
    at = (rfc3339(event.occurred_at), rfc3339(event.ended_at))
    return [event.kind, *at, event.evidence, data, event.whose]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and UUID_TEXT.fullmatch(value) is not None


def _event(kind: str, began: str, ended: str, evidence: str, data: dict[str, Any], whose: str) -> EventView:
    return EventView(kind, datetime.fromisoformat(began), datetime.fromisoformat(ended), evidence, data, whose)
