"""Chinese and English: message ids are the English sentences, the Chinese stands in `zh/<package>.po`.

`translate("zh", "This code has expired. Nothing was recorded.")`. Pure after the first read of the
files. Must never fall back silently: a test finds every message id that has no Chinese.
"""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

from babel.messages.pofile import read_po

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
BCP47: dict[Language, str] = {"zh": "zh-Hans-CN", "en": "en"}


@cache
def chinese() -> dict[str, str]:
    """Every message id with its Chinese, from all catalogues; the same id twice must agree."""
    found: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "zh").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_Hans_CN", abort_invalid=True):
                if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string:
                    found[message.id] = message.string
    return found


def translate(language: Language, message_id: str, /, **values: object) -> str:
    """The sentence in a language, its {placeholders} filled from `values`."""
    text = chinese().get(message_id, message_id) if language == "zh" else message_id
    return text.format(**values) if values else text
