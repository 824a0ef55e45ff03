"""The base of every JSON body that we read: exact fields, no NUL, no half characters, no number too large.

Neither Postgres nor canonical JSON can carry these, and would fail where the sender deserves an answer.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

_LARGEST = (1 << 53) - 1
"""The largest whole number that canonical JSON carries exactly; larger amounts travel as decimal texts."""
_DEEPEST = 20
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _in_living_memory(at: datetime) -> datetime:
    if not _FIRST <= at < _LAST:
        raise PydanticCustomError("date_out_of_range", "A date is too far away.")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_in_living_memory)]
"""An RFC 3339 time with its offset, between 1900 and 2200, so that no calendar sum can overflow."""
Day = Annotated[date, Field(ge=_FIRST.date(), lt=_LAST.date())]
"""A day between 1900 and 2200, for the same reason."""


_UNFIT = re.compile("[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""NUL and half characters, which nothing can store, and controls that turn the direction of reading."""


def _plain(value: str) -> str:
    if _UNFIT.search(value):
        raise PydanticCustomError("bad_characters", "A text holds characters that can't be stored or read safely.")
    return value


Words = Annotated[str, AfterValidator(_plain)]
"""A text that one person writes and others will read."""


class DecisionBody(BaseModel):
    """A second person's yes, or back with a reason, about exactly what was seen."""

    verdict: Literal["approve", "return"]
    seen_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    reason: Words = Field("", max_length=500)

    @property
    def decision(self) -> dict[str, Any]:
        """As the use cases that decide take it."""
        seen = bytes.fromhex(self.seen_sha256)
        return {"approve": self.verdict == "approve", "reason": self.reason, "seen_sha256": seen}


class DecisionForm(DecisionBody):
    """The same from a page, with its request key."""

    request_key: str = Field(max_length=64)


def _look_through(value: Any, depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise PydanticCustomError("too_deep", "This is nested too deeply.")
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise PydanticCustomError("bad_characters", "A text holds characters that can't be stored.")
        case bool():
            return
        case int():
            if abs(value) > _LARGEST:
                raise PydanticCustomError("number_too_large", "A number is too large.")
        case float():
            if value != value or value in (float("inf"), float("-inf")):
                raise PydanticCustomError("not_a_number", "A number is not finite.")
        case dict():
            for key, inner in value.items():
                _look_through(key, depth + 1)
                _look_through(inner, depth + 1)
        case list() | tuple():
            for inner in value:
                _look_through(inner, depth + 1)


class Shape(BaseModel):
    """Unknown fields are refused, texts lose their outer blanks, instances don't change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        _look_through(value)
        return value
