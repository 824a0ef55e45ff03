"""What every check of the charter is handed, and the one way in which it tells a fault. Pure."""

from dataclasses import dataclass

from kernel.errors import Finding
from rules.catalogue.charter_register import Charter
from rules.catalogue.register import Catalogue, EventKind, FactKind
from rules.engine.model import Item, Pack
from rules.engine.tree import Selection
from rules.language.charter.reads import Read, reads_of, speaks_against
from rules.language.charter.ways import takes


@dataclass(frozen=True, slots=True)
class Scope:
    """One pack before the charter: the catalogue it names, and everything it reads."""

    pack: Pack
    known: Catalogue
    charter: Charter
    reads: tuple[Read, ...]

    def number(self, name: str) -> int:
        """A number of the charter."""
        return self.charter.number(name)

    def topic(self, read: Read) -> str:
        """What a read tells of a person; empty where the charter does not ask."""
        entry = self.entry(read)
        return entry.topic if entry else ""

    def entry(self, read: Read) -> FactKind | EventKind | None:
        """What the catalogue says of a fact or an event that is read."""
        if read.what == "fact":
            return self.known.facts[read.name]
        return self.known.event_kinds[read.name] if read.what == "event" else None

    def bases(self, item: Item | None) -> tuple[str, ...]:
        """What an item rests on: its own bases, or else the pack's."""
        return item.basis if item is not None and item.basis else self.pack.basis

    def deductions(self) -> tuple[Item, ...]:
        """The items that may take points, whether or not they say what a deduction owes."""
        return tuple(item for item in self.pack.items if self._deducts(item))

    def _deducts(self, item: Item) -> bool:
        if item.deduction is not None or takes(self.pack, item):
            return True
        return any(
            read.item is item and read.use == "item" and read.falls and speaks_against(read, self.known)
            for read in self.reads
        )

    def of_decisions(self, item: Item) -> bool:
        """Whether all that an item counts are events, each with its document."""
        return isinstance(item.quantity, Selection) and any(
            read.item is item and read.selection is item.quantity and speaks_against(read, self.known)
            for read in self.reads
        )


def scope_of(pack: Pack, known: Catalogue, charter: Charter) -> Scope:
    """A pack with all that it reads."""
    return Scope(pack, known, charter, reads_of(pack))


def breach(code: str, path: str, message: str, **values: object) -> Finding:
    """One fault against the charter; it keeps a pack from being published."""
    return Finding(code, path, message, values)
