"""The fixtures of a town hall; see tests/hall.py for what it can do."""

from tests.hall import hall

__all__ = ["hall"]
