"""What the tests of a pack's cases share: the cases, a changed pack put before them, and the name of a place in it."""

from pathlib import Path
from typing import Any

from rules.language.case_shapes import CaseShape, CasesShape
from rules.language.cases import run_case
from rules.language.loader import PackInvalid, load
from rules.language.text import Path as Place
from rules.language.text import read_text


def cases_of(path: Path) -> list[CaseShape]:
    """The cases beside a pack."""
    text = path.with_name(f"{path.stem}.cases.yaml").read_bytes()
    return CasesShape.model_validate(read_text(text).tree).cases


def named(tree: Any, path: Place) -> str:
    """A path with the codes of what it passes: `items.blood.price.cap`."""
    words = []
    for key in path:
        tree = tree[key]
        words.append(tree["code"] if isinstance(tree, dict) and isinstance(key, int) and "code" in tree else str(key))
    return ".".join(words)


def told(source: str, cases: list[CaseShape], place: str) -> bool:
    """Whether a changed pack is found out: it cannot be read, or a case says otherwise.

    `place` is what was changed; those who expect something of it are asked first, and whoever told before them.
    """
    try:
        pack = load(source)
    except PackInvalid:
        return True
    about = set(place.split("."))
    cases.sort(key=lambda case: not about & {*(case.expect.items or ()), *(case.expect.reasons or ())})
    for number, case in enumerate(cases):
        if run_case(pack, case, ""):
            cases.insert(0, cases.pop(number))
            return True
    return False
