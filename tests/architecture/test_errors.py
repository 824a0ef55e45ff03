"""Every refusal and message can be read by whom it is for: a code, a sentence, what to do next, in two languages."""

from collections import Counter
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kernel.locale import chinese
from tests.architecture import errors
from tests.architecture.tree import ROOT

CATALOGUES = sorted((ROOT / "kernel" / "locale" / "zh").glob("*.po"))


def _needed() -> dict[str, str]:
    """Every message id, and where it stands."""
    refused = {refusal.message: refusal.where for refusal in errors.refusals() if refusal.docstring}
    steps = {refusal.next_step: refusal.where for refusal in errors.refusals() if refusal.next_step}
    return {**errors.said_in_pages(), **errors.said_in_code(), **steps, **refused}


def test_every_refusal_says_what_happened_and_has_a_code_of_its_own() -> None:
    wordless = [refusal.where for refusal in errors.refusals() if not refusal.docstring]
    codeless = [refusal.where for refusal in errors.refusals() if refusal.code is None]
    twice = [code for code, count in Counter(refusal.code for refusal in errors.refusals()).items() if count > 1]
    assert not wordless, f"no docstring: {wordless}"
    assert not codeless, f"no code: {codeless}"
    assert not twice, f"two refusals share a code: {twice}"


def test_every_refusal_ends_with_what_to_do_next() -> None:
    assert not [refusal.where for refusal in errors.refusals() if not refusal.next_step]


def test_every_message_has_its_chinese() -> None:
    missing = [f"{where}: {message}" for message, where in _needed().items() if message and message not in chinese()]
    assert not missing, f"no Chinese for {len(missing)} messages:\n" + "\n".join(sorted(missing))


def test_the_chinese_fills_in_only_what_the_english_does() -> None:
    wrong = [english for english, said in chinese().items() if not _same_placeholders(english, said)]
    assert not wrong


def _same_placeholders(english: str, said: str) -> bool:
    return errors.placeholders(said) <= errors.placeholders(english)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_catalogue_is_whole(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans_CN", abort_invalid=True)
    empty = [message.id for message in catalogue if message.id and not message.string]
    unsure = [message.id for message in catalogue if message.id and message.fuzzy]
    assert not [*empty, *unsure]


def test_the_same_sentence_has_the_same_chinese_everywhere() -> None:
    said: dict[str, set[str]] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans_CN"):
                if message.id:
                    said.setdefault(str(message.id), set()).add(str(message.string))
    assert not {english: ways for english, ways in said.items() if len(ways) > 1}


def test_the_list_of_errors_in_the_documents_is_the_one_in_the_code() -> None:
    written = (ROOT / "docs" / "errors.md").read_text("utf-8")
    assert written == errors.as_document(), "run: python -m tests.architecture.errors > docs/errors.md"
