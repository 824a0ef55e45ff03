"""The sheet of words: what the catalogue knows, code and title, for whoever fills in a workbook. Pure."""

from dataclasses import dataclass
from typing import Any

from rules.catalogue.register import Catalogue, catalogue, versions

LISTS = {
    "event_kinds": "事件\nEvents",
    "facts": "事实\nFacts",
    "point_kinds": "积分种类\nPoint kinds",
    "evidence_kinds": "凭证\nProof",
    "bases": "依据\nLegal bases",
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The lists in their order: each code with its title in both languages."""

    lists: dict[str, list[tuple[str, str]]]

    def column_of(self, name: str) -> int:
        """Where a list's codes stand on the sheet; their titles stand beside."""
        return 2 * list(self.lists).index(name)


def vocabulary_of(tree: Any) -> Vocabulary:
    """The words of the catalogue that a pack names; of the newest where it names none that we have."""
    named = tree.get("catalogue") if isinstance(tree, dict) else None
    known = catalogue(named) if isinstance(named, str) and named in versions() else catalogue()
    return Vocabulary({name: _list(known, name) for name in LISTS})


def _list(known: Catalogue, name: str) -> list[tuple[str, str]]:
    titles = {
        code: entry.value.title if name == "facts" else entry.title for code, entry in getattr(known, name).items()
    }
    return [(code, " · ".join(filter(None, (title.get("zh"), title.get("en"))))) for code, title in titles.items()]
