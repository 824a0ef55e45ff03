"""How a person likes their pages: language and large type, from the address, a cookie, or the browser.

Pure. Must never identify anybody: both cookies hold one word.
"""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from kernel.locale import Language

LANGUAGE_COOKIE = "language"
ELDER_COOKIE = "elder"
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """The language of this answer, and whether type is large."""

    language: Language
    elder: bool


def preferences_of(request: HTTPConnection) -> Preferences:
    """`?lang`, else the cookie, else what the browser accepts, else Chinese."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    language = _language(asked) or _accepted(request.headers.get("accept-language", "")) or "zh"
    return Preferences(language, request.cookies.get(ELDER_COOKIE) == "1")


def _language(tag: str | None) -> Language | None:
    match (tag or "").lower().split("-")[0]:
        case "zh":
            return "zh"
        case "en":
            return "en"
    return None


def _accepted(header: str) -> Language | None:
    """The first of the browser's languages that we speak, in its own order; `q` values rarely differ from it."""
    for part in header.split(","):
        if found := _language(part.split(";")[0].strip()):
            return found
    return None


def safe_next(path: str | None) -> str:
    """A path on this site to go back to, or the start page: never another site's address."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    return path if path.isprintable() and path.isascii() else "/"
