"""Whether two packs read the same of the past: then a change between them is one of prices, and nothing is read again.

Pure. Whatever is not known to be a price, a bound or a word counts as reading, so that a mistake here costs time and
never a wrong figure.
"""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from rules.engine.column_items import weighed
from rules.engine.column_rows import asked, keys
from rules.engine.model import Item, Pack
from rules.engine.pricing import Flat
from rules.engine.tree import Amount

_NOTHING = Amount(Fraction(0))


def reads_alike(one: Pack, other: Pack) -> bool:
    """Whether frames that were read for one pack may be priced under the other."""
    return bool(_reading(one) == _reading(other))


def _reading(pack: Pack) -> Any:
    common = (pack.programme, pack.mode, pack.holder, tuple(_read_of(item) for item in pack.items))
    if pack.mode == "accrual":
        return (*common, {code: (limit.per, limit.by) for code, limit in pack.limits.items()})
    begins = pack.effective_from if any(item.deduction for item in pack.items) else None
    weighs = tuple(weighed(item) for item in pack.items)
    return (*common, begins, weighs, tuple(asked(pack)), tuple(keys(pack)), pack.bars, pack.choosing, pack.decimals)


def _read_of(item: Item) -> Item:
    """An item without what it is worth and how that is told."""
    return replace(
        item,
        title={},
        price=Flat(_NOTHING),
        into=None,
        multiply=tuple(replace(part, code="", title={}, percent=_NOTHING) for part in item.multiply),
        caps=(),
        expires=None,
        matures=None,
        basis=(),
        combine="sum",
        cap=None,
        floor=None,
        rounding="half_up",
        on_top_of=None,
        domain="",
    )
