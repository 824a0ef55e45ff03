"""Pages from templates, in both languages, and the few filters they need.

`page(door, "resident/home.html", ...)` finds `home.html` in resident_ui/templates; `web/` and `admin/`
likewise. Values are escaped always. Must never hold a sentence itself: message ids go through `_()`.

(The templates of `web/` lie in the folder of the same name beside this module.)
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse

from api.web.door import Door
from api.web.preferences import LANGUAGE_COOKIE, YEAR_SECONDS
from kernel.calendar import day_of, local
from kernel.locale import BCP47, LANGUAGES, Language, translate

STATIC = Path(__file__).parent / "static"
WEB_TEMPLATES = Path(__file__).parent / "templates"
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_OTHER = {"zh": ("en", "en", "English"), "en": ("zh", BCP47["zh"], "中文")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Templates:
    """One environment a language, so that imported macros speak it too."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        """`folders`: the first part of a template's name -> where it lies."""
        loader = PrefixLoader({name: FileSystemLoader(folder) for name, folder in folders.items()})
        self._environments = {language: _environment(language, loader) for language in LANGUAGES}

    def render(self, language: Language, name: str, context: Mapping[str, Any]) -> str:
        """The HTML of one template. A name that the context lacks is a fault and raises."""
        return self._environments[language].get_template(name).render(context)

    def environment(self, language: Language) -> Environment:
        return self._environments[language]


def page(door: Door, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a page for whoever is at the door. Its language is remembered when the address asked for one."""
    html = door.runtime.templates.render(door.language, name, {**_context(door), **context})
    response = HTMLResponse(html, status, {"content-language": BCP47[door.language], "vary": "Cookie, Accept-Language"})
    if "lang" in door.request.query_params:
        remember(response, LANGUAGE_COOKIE, door.language, secure=door.runtime.secure)
    return response


def remember(response: HTMLResponse | Any, cookie: str, value: str, *, secure: bool) -> None:
    """Keep a preference for a year; scripts can't read it."""
    response.set_cookie(cookie, value, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=secure)


def _context(door: Door) -> dict[str, Any]:
    url = door.request.url
    return {
        "door": door,
        "elder": door.preferences.elder,
        "roles": door.actor.roles if door.actor else frozenset(),
        "here": url.path,
        "here_full": f"{url.path}?{url.query}" if url.query else url.path,
        "trial": door.runtime.settings.trial,
        "request_id": door.request_id,
    }


def _environment(language: Language, loader: PrefixLoader) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.globals |= {
        "_": partial(translate, language),
        "language": language,
        "bcp47": BCP47[language],
        "other_language": _OTHER[language],
        "asset": Assets(STATIC),
        "new_request_key": lambda: secrets.token_urlsafe(24),
    }
    environment.filters |= {
        "day": partial(day, language),
        "date": partial(day, language, year=True),
        "last_day": last_day,
        "clock": clock,
        "moment": partial(moment, language),
        "duration": partial(duration, language),
        "points": points,
        "signed": signed,
        "named": partial(named, language),
    }
    return environment


class Assets:
    """Addresses of static files: by their hash where vendored, else with a version that follows the content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        listed = json.loads((folder / "v" / "VENDOR.json").read_text("utf-8"))
        self._vendored: dict[str, str] = {file["asset"]: file["file"] for file in listed}
        self._versions: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """`tabler.css` -> `/static/v/tabler-3f9c….css`; `islands/scan.js` -> `/static/islands/scan.js?v=…`."""
        if name in self._vendored:
            return f"/static/v/{self._vendored[name]}"
        if name not in self._versions:
            self._versions[name] = hashlib.sha256((self._folder / name).read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={self._versions[name]}"


def day(language: Language, value: date | datetime, *, year: bool = False) -> str:
    """`11月22日(周日)` / `Sun 22 Nov`; an instant is told by its Shanghai date."""
    on = local(value).date() if isinstance(value, datetime) else value
    weekday = _WEEKDAYS[language][on.weekday()]
    if language == "zh":
        return f"{on.year}年{on.month}月{on.day}日" if year else f"{on.month}月{on.day}日(周{weekday})"
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}" if year else f"{weekday} {on.day} {_MONTHS[on.month - 1]}"


def last_day(lapses_at: datetime) -> date:
    """The last day on which points may be spent that are gone at an instant."""
    return day_of(lapses_at - timedelta(microseconds=1))


def clock(value: datetime) -> str:
    """`14:02`, on a Shanghai wall clock."""
    return local(value).strftime("%H:%M")


def moment(language: Language, value: datetime) -> str:
    """`11月22日(周日)14:02` / `Sun 22 Nov, 14:02`."""
    return f"{day(language, value)}{'' if language == 'zh' else ', '}{clock(value)}"


def duration(language: Language, minutes: int) -> str:
    """Minutes in words: `3 小时 30 分钟` / `3 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    hour, minute = ("小时", "分钟") if language == "zh" else ("h", "min")
    parts = [f"{hours} {hour}"] if hours else []
    return " ".join(parts + ([f"{rest} {minute}"] if rest or not hours else []))


def points(amount: int, scale: int = 0) -> str:
    """Minor units for reading: `1,204`, `−20`; a real minus sign, never a hyphen."""
    whole, part = divmod(abs(amount), 10**scale)
    return f"{'−' if amount < 0 else ''}{whole:,}" + (f".{part:0{scale}d}" if scale else "")


def signed(amount: int, scale: int = 0) -> str:
    """The same with its sign always shown: `+20`."""
    return f"+{points(amount, scale)}" if amount > 0 else points(amount, scale)


def named(language: Language, title: Mapping[str, str] | str) -> str:
    """The name of a thing that carries one for each language: `{"zh-Hans": ..., "en": ...}`."""
    if isinstance(title, str):
        return title
    chinese = title.get("zh-Hans") or title.get("zh") or ""
    english = title.get("en") or ""
    return (chinese or english) if language == "zh" else (english or chinese)
