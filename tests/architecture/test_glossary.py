"""One word for one thing: docs/GLOSSARY.md says which, and no name of ours uses a word it bans."""

import re

from tests.architecture import words
from tests.architecture.tree import ROOT, Source, modules, python_files, sql_files, tables, templates

_GLOSSARY = (ROOT / "docs" / "GLOSSARY.md").read_text("utf-8")
_CODE = re.compile(r"`([^`]+)`")


def _rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, its own heading row left out."""
    section = _GLOSSARY.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _banned(source: Source, names: list[tuple[int, str]]) -> list[str]:
    return [
        f"{source.path}:{line}: {name} holds {', '.join(sorted(found))}"
        for line, name in names
        if (found := words.banned_in(name))
    ]


def test_no_name_of_ours_holds_a_banned_word() -> None:
    complaints: list[str] = []
    for source in python_files():
        complaints += _banned(source, [(1, source.path), *words.names_in_python(source)])
    for source in sql_files():
        complaints += _banned(source, [(1, source.path), *words.names_in_sql(source)])
    for source in templates():
        complaints += _banned(source, [(1, source.path), *words.names_in_page(source)])
    assert not complaints, "\n".join(complaints)


def test_the_glossary_names_the_words_we_ban_and_what_we_say_instead() -> None:
    rows = _rows("Words we do not use")
    assert {row[0] for row in rows} == words.BANNED
    assert all(row[1] for row in rows)


def test_every_table_and_module_of_the_glossary_exists() -> None:
    named = [name for row in _rows("Words") for name in _CODE.findall(row[2])]
    unknown = [name for name in named if name not in tables() and name not in modules()]
    assert named, "the third column names where each word lives"
    assert not unknown


def test_tables_are_plural_nouns_with_a_word_in_the_documents() -> None:
    architecture = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    assert not sorted(table for table in tables() if f"`{table}`" not in architecture)
