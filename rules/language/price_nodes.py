"""The shapes of prices as they are written: one pydantic model each, told by its key, nothing else allowed."""

from typing import Annotated, Literal

from pydantic import Field, Tag

from rules.language.shapes import AmountShape, Code, Number, PositiveShape, Shape, by_key


class _Given(Shape):
    """What is given, or taken; exactly one of them."""

    give: PositiveShape | None = None
    take: PositiveShape | None = None


class _Priced(Shape):
    cap: PositiveShape | None = None
    floor: AmountShape | None = None


class FlatShape(_Given):
    pass


class EveryShape(_Given, _Priced):
    every: PositiveShape
    beyond: AmountShape | None = None
    short_of: AmountShape | None = None
    part: Literal["counts", "ignored"] = "ignored"


class BandShape(_Given):
    from_: Number | None = Field(default=None, alias="from")
    above: Number | None = None
    to: Number | None = None
    below: Number | None = None


class BandsShape(_Priced):
    bands: Annotated[list[BandShape], Field(min_length=1)]
    reading: Literal["step", "whole", "marginal"]


class ChoiceShape(_Priced):
    choice: Annotated[dict[Code, PositiveShape], Field(min_length=1)]


class AddShape(_Priced):
    add: Annotated[list["PriceShape"], Field(min_length=2)]


class HighestShape(_Priced):
    highest: Annotated[list["PriceShape"], Field(min_length=2)]


class PercentShape(_Priced):
    percent: PositiveShape
    of: "PriceShape"


class ShareShape(_Priced):
    share: PositiveShape
    plus: Annotated[int, Field(ge=0, le=1000)] = 0


class RangeShape(Shape):
    from_: PositiveShape = Field(alias="from")
    to: PositiveShape


class BetweenShape(Shape):
    """`{give: {from: 5, to: 50}}` would not say who chooses: an officer does, and the quantity is what was chosen."""

    chosen: RangeShape
    take: Literal[True] | None = None


PriceShape = Annotated[
    Annotated[EveryShape, Tag("~every")]
    | Annotated[BandsShape, Tag("~bands")]
    | Annotated[ChoiceShape, Tag("~choice")]
    | Annotated[AddShape, Tag("~add")]
    | Annotated[HighestShape, Tag("~highest")]
    | Annotated[PercentShape, Tag("~percent")]
    | Annotated[ShareShape, Tag("~share")]
    | Annotated[BetweenShape, Tag("~chosen")]
    | Annotated[FlatShape, Tag("~give")]
    | Annotated[FlatShape, Tag("~take")],
    by_key("every", "bands", "choice", "add", "highest", "percent", "share", "chosen", "give", "take"),
]
