"""Named SQL: statements that a database administrator can read, in files beside the code that runs them.

`named(__file__, "claim")` gives `sql/claim.sql` next to the caller. Each file's header says what it
answers, binds, gives and locks; tests/architecture EXPLAINs each on the migrated schema.
"""

import re
from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text

_MARKER = re.compile(r"/\* slices: (\w+) \*/")
_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


def statement(source: str, *, distributed: bool) -> str:
    """The text to run: comments dropped, and the slices marker expanded on a distributed database only.

    There a batch has one slice and the extra filter routes it; on one Postgres it would cost scans.
    """
    body = _COMMENT.sub("", source)
    return _MARKER.sub(r"and \1.slice = any(:slices)" if distributed else "", body).strip()


@cache
def named(beside: str, name: str) -> TextClause:
    """The statement in `sql/<name>.sql` beside the module whose `__file__` is given."""
    return text(statement((Path(beside).parent / "sql" / f"{name}.sql").read_text("utf-8"), distributed=False))
