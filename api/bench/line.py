"""The one line that a benchmark says, the same shape for all of them. Pure."""

import statistics
from collections.abc import Mapping, Sequence

Line = dict[str, object]


def line(
    bench: str,
    ratio: float,
    *,
    figures: Mapping[str, float],
    reference: Mapping[str, object],
    bars: Mapping[str, float],
    rows: int,
    seed: int,
    **more_ratios: float,
) -> Line:
    """`ratio` is the first bar's; further ratios have names of their own, as their bars have."""
    return {
        "bench": bench,
        "ratio": round(ratio, 3),
        **{name: round(value, 3) for name, value in more_ratios.items()},
        "figures": {name: _short(value) for name, value in figures.items()},
        "reference": dict(reference),
        "bars": dict(bars),
        "rows": rows,
        "seed": seed,
    }


def p99(seconds: Sequence[float]) -> float:
    """The time that one in a hundred exceeds."""
    return statistics.quantiles(seconds, n=100, method="inclusive")[98]


def _short(value: float) -> float:
    """Large figures whole, small ones with three places."""
    return round(value) if abs(value) >= 100 else round(value, 3)
