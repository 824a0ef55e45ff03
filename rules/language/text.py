"""Text -> plain tree: YAML without its surprises, and every fault of the text at once.

No anchors, tags or duplicate keys; bounded in size, depth and nodes. `on`, `yes` and `22:00` stay texts;
a number with a point becomes a Decimal, never a float. Must never build an object or run anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from kernel.errors import Finding

MOST_BYTES = 256 * 1024
MOST_DEPTH = 20
MOST_NODES = 20_000
MOST_ENTRIES = 256  # of one list or mapping
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
DECIMAL = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,12}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # only its events are used; ten times faster in C
EMPTY = ("", "~", "null", "Null", "NULL")

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Text:
    """What a text says: its tree, the line of each path, where each value stands, and its faults."""

    tree: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    spans: dict[Path, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(self, code: str, path: Path, message: str, **values: object) -> None:
        """Remember a fault; its `line` is added to the values."""
        self.findings.append(Finding(code, spoken(path), message, {**values, "line": self.line_of(path)}))


class _TooMuch(Exception):
    """A bound was passed: reading on would only cost time."""


def spoken(path: Path) -> str:
    """`items.2.price` for a path; `pack` for the whole."""
    return ".".join(str(part) for part in path) or "pack"


def read_text(source: str | bytes) -> Text:
    """The tree of a YAML text with all faults found; never raises for what the text holds."""
    text = Text()
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            text.fault("NOT_UTF8", (), "The file is not UTF-8 text.")
            return text
    if len(source) > MOST_BYTES:
        text.fault("TOO_LARGE", (), "The text is longer than {most} characters.", most=MOST_BYTES)
        return text
    try:
        _Reader(text, yaml.parse(source, Loader=PARSER)).read()
    except _TooMuch:
        text.tree = None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        text.tree = None
        text.lines[()] = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "unreadable"
        text.fault("NOT_YAML", (), "The text is not YAML: {problem}.", problem=problem)
    return text


class _Reader:
    """Builds the tree from the parser's events, which know neither objects nor references."""

    def __init__(self, text: Text, events: Iterator[Any]) -> None:
        self.text = text
        self.events = events
        self.nodes = 0

    def read(self) -> None:
        event = next(self.events)
        while not isinstance(event, yaml.NodeEvent):
            if isinstance(event, yaml.StreamEndEvent):
                self.text.fault("EMPTY", (), "The text is empty.")
                return
            event = next(self.events)
        self.text.tree = self.node(event, ())
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.text.fault("SECOND_DOCUMENT", (), "The text holds more than one document.")
                raise _TooMuch

    def node(self, event: Any, path: Path) -> Any:
        self.nodes += 1
        self.text.lines.setdefault(path, event.start_mark.line + 1)
        if self.nodes > MOST_NODES:
            self.text.fault("TOO_MANY_NODES", path, "The text has more than {most} nodes.", most=MOST_NODES)
            raise _TooMuch
        if len(path) > MOST_DEPTH:
            self.text.fault("TOO_DEEP", path, "This is nested deeper than {most} levels.", most=MOST_DEPTH)
            raise _TooMuch
        if event.anchor is not None:  # an alias is an event with an anchor, too
            self.text.fault("ANCHOR", path, "Anchors and aliases are not allowed: write the value out.")
        if getattr(event, "tag", None) is not None:
            self.text.fault("TAG", path, "Tags such as {tag} are not allowed.", tag=event.tag)
        match event:
            case yaml.ScalarEvent():
                self.text.spans[path] = _span(event)
                return self.scalar(event, path)
            case yaml.SequenceStartEvent():
                return self.sequence(path)
            case yaml.MappingStartEvent():
                return self.mapping(path)
        return ""

    def scalar(self, event: Any, path: Path) -> Any:
        if not event.implicit[0]:
            return event.value  # quoted: a text, whatever it looks like
        if event.value in EMPTY:
            self.text.fault("NO_VALUE", path, "There is no value here; leave the key out instead.")
            return ""
        return plain(event.value)

    def sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            self.bounded(len(found), path)
            found.append(self.node(event, (*path, len(found))))
        return found

    def mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self.bounded(len(found), path)
            key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            if not isinstance(event, yaml.ScalarEvent):
                self.text.fault("KEY_NOT_TEXT", path, "A key must be a plain word.")
                self.node(event, (*path, "?"))
            elif event.anchor is not None or event.tag is not None:
                self.text.fault("ANCHOR", (*path, key), "Anchors and aliases are not allowed: write the value out.")
            if key in found:
                self.text.fault("DUPLICATE_KEY", (*path, key), "The key {key} stands here twice.", key=key)
            self.text.lines.setdefault((*path, key), event.start_mark.line + 1)
            found[key] = self.node(next(self.events), (*path, key))
        return found

    def bounded(self, entries: int, path: Path) -> None:
        if entries >= MOST_ENTRIES:
            self.text.fault("TOO_LONG", path, "This list has more than {most} entries.", most=MOST_ENTRIES)
            raise _TooMuch


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def plain(value: str) -> Any:
    """An unquoted scalar: true, false, a whole number, a decimal, a date; anything else is a text."""
    if value in ("true", "false"):
        return value == "true"
    if INTEGER.fullmatch(value):
        return int(value)
    if DECIMAL.fullmatch(value):
        return Decimal(value)
    if DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def as_json(tree: Any) -> Any:
    """The tree as JSON without floats: decimals and dates become texts. These are the bytes that are hashed."""
    match tree:
        case dict():
            return {key: as_json(value) for key, value in tree.items()}
        case list():
            return [as_json(value) for value in tree]
        case Decimal():
            return format(tree.normalize(), "f")
        case date():
            return tree.isoformat()
    return tree
