"""Tree -> YAML text: one line for a cell, and a whole pack as a person would write it. Reads a cell's YAML, too. Pure.

Whatever is written is read again as the same tree. Must never write an anchor, a tag or a float.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from rules.language.sheet.cells import ESCAPE, Unreadable
from rules.language.text import EMPTY, plain, read_text

WIDTH = 116
_BARE = re.compile(r"[A-Za-z_一-龥][A-Za-z0-9_一-龥]*([ -][A-Za-z0-9_一-龥]+)*")


def flow(tree: Any) -> str:
    """A tree on one line."""
    match tree:
        case dict():
            return "{" + ", ".join(f"{_word(key)}: {flow(value)}" for key, value in tree.items()) + "}"
        case list():
            return "[" + ", ".join(flow(value) for value in tree) + "]"
        case bool():
            return "true" if tree else "false"
        case Decimal():
            return format(tree, "f")
        case date():
            return str(tree)
        case str():
            return _word(tree)
        case _:
            return str(tree)


def _word(text: str) -> str:
    """A text bare where YAML reads it as that text, quoted otherwise."""
    escaped = ESCAPE.search(text) is not None
    stays = text not in EMPTY and isinstance(plain(text), str)
    if stays and not escaped and _BARE.fullmatch(text):
        return text
    plainest = unicodedata.is_normalized("NFC", text) and not escaped
    return '"' + "".join(_letter(letter, plainest) for letter in text) + '"'


def _letter(letter: str, plainest: bool) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable() and (plainest or (letter.isascii() and letter != "_")):
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def node(text: str) -> Any:
    """The tree of a cell's YAML; Unreadable with the first fault."""
    read = read_text(text)
    if read.findings:
        first = read.findings[0]
        raise Unreadable(first.message_id, **{key: value for key, value in first.values.items() if key != "line"})
    return read.tree


def written(tree: dict[str, Any]) -> str:
    """A whole pack: one key a line, what is long below its key; the same tree whenever it is read."""
    return "".join(f"{line}\n" for line in _lines(tree, "", deep=0)) if tree else "{}\n"


def _lines(tree: dict[str, Any], margin: str, *, deep: int) -> list[str]:
    lines: list[str] = []
    for key, value in tree.items():
        name, text = _word(key), flow(value)
        if not (isinstance(value, dict | list) and value) or not (
            (_tabular(value) and deep == 0) or len(margin) + len(name) + len(text) > WIDTH
        ):
            lines.append(f"{margin}{name}: {text}")
        elif isinstance(value, dict):
            lines += [f"{margin}{name}:", *_lines(value, margin + "  ", deep=deep if deep else _deep(value))]
        else:
            lines += [f"{margin}{name}:", *(line for entry in value for line in _entry(entry, margin + "  ", deep))]
    return lines


def _tabular(value: dict[str, Any] | list[Any]) -> bool:
    """Whether it is a table of a pack: a list or a mapping of mappings."""
    return all(isinstance(entry, dict) for entry in (value.values() if isinstance(value, dict) else value))


def _deep(value: dict[str, Any]) -> int:
    return 0 if _tabular(value) else 1


def _entry(entry: Any, margin: str, deep: int) -> list[str]:
    """An entry of a list: `- ` and its keys below each other, or on one line where it is short and deep."""
    text = flow(entry)
    if not (isinstance(entry, dict) and entry) or (deep and len(margin) + len(text) <= WIDTH):
        return [f"{margin}- {text}"]
    first, *rest = _lines(entry, margin + "  ", deep=1)
    return [f"{margin}- {first.strip()}", *rest]
