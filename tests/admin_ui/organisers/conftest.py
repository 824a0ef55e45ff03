"""The fixtures of a venue; see tests/venue.py for what it can do."""

from tests.venue import venue

__all__ = ["venue"]
