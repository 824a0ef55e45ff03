"""The names that a pack may use, looked up; what is not there becomes a finding with the nearest name. Pure."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from rules.catalogue.register import Catalogue, Field
from rules.engine.model import Parameter
from rules.engine.tree import Amount
from rules.language.shapes import ParameterName, SizeName
from rules.language.text import Path, Text


@dataclass(slots=True)
class Names:
    """Looks names up and remembers those that are not there."""

    text: Text
    catalogue: Catalogue
    parameters: dict[str, Parameter] = field(default_factory=dict)
    mode: str = "accrual"
    on: str | None = None  # the event kind whose data the current item reads
    items: tuple[str, ...] = ()
    scored: tuple[str, ...] = ()  # items and groups, whose points a result may ask for

    def known(self, name: str, names: Any, path: Path) -> bool:
        """Whether a name exists; a finding with the nearest one when it does not."""
        if name in names:
            return True
        near = get_close_matches(name, list(names), 1)
        message = "Nothing here is called {name}; did you mean {near}?" if near else "Nothing here is called {name}."
        self.text.fault("UNKNOWN_NAME", path, message, name=name, near=near[0] if near else "")
        return False

    def field_of(self, kind: str | None, name: str, path: Path) -> Field | None:
        """A field of an event kind's data, or a finding."""
        event_kind = self.catalogue.event_kinds.get(kind or "")
        self.read_event(kind, path)
        if event_kind is None:
            return None
        return event_kind.data[name] if self.known(name, event_kind.data, path) else None

    def read_event(self, kind: str | None, path: Path) -> None:
        """Data and evidence are an event's: somewhere an event kind must be named."""
        if kind is None:
            self.text.fault("NO_EVENT", path, "Only an item that is `on` an event can read its data and evidence.")

    def whole(self, found: Field | None, path: Path) -> None:
        """A quantity must be a whole number."""
        if found is not None and found.type != "int":
            self.text.fault("TYPE_MISMATCH", path, "{name} is not a whole number.", name=found.name)

    def amount(self, value: Fraction | ParameterName | None, path: Path) -> Amount:
        """A number, or the value of a parameter; a size is never negative, wherever officials move it."""
        if isinstance(value, ParameterName):
            if not self.known(value.parameter, self.parameters, path):
                return Amount(Fraction(1))
            found = self.parameters[value.parameter]
            if isinstance(value, SizeName) and min(found.value, found.least) < 0:
                message = "{name} could be negative here and turn giving into taking: its `min` must be 0 or more."
                self.text.fault("SIGN", path, message, name=value.parameter)
            return Amount(found.value, value.parameter)
        return Amount(value or Fraction(0))

    def one_of(self, path: Path, **values: object) -> None:
        """Exactly one of these keys must be there."""
        if sum(value is not None for value in values.values()) != 1:
            keys = ", ".join(name.rstrip("_") for name in values)
            self.text.fault("ONE_OF", path, "This needs exactly one of: {keys}.", keys=keys)
