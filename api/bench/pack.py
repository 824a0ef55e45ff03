"""The rules of the benchmark: twenty items over five event kinds, of which an event meets four. Pure.

Two of the four have a yearly cap, so that history is read; together they give one posting. Invented
numbers, never published to people: the pack goes straight into the benchmark's own database.
"""

KINDS = ("service", "referral", "checked_in", "checked_out", "level_changed")

_HEAD = """
programme: bench
version: "1"
status: live
effective_from: 2025-01-01
sunset_on: 2029-12-31
title: {zh: 基准, en: Benchmark}
holder: resident
mode: accrual
purpose: incentive
catalogue: 2026-11
basis: [city-default-2026]
lawful: {domain: volunteering, impact_assessment: PIA-2025-001, consultation: /rules}
items:
"""
_PER_MINUTE = """
  - code: CODE-time
    title: {zh: 时长, en: Time}
    on: KIND
    quantity: {data: minutes}
    price: {every: 60, give: 10, part: counts}
    caps: [{per: year, most: 1000000}]
    into: volunteer-points
"""
_EACH = """
  - code: CODE-NAME
    title: {zh: 次数, en: Each}
    on: KIND
    quantity: {each: event}
    price: {give: GIVE}
CAPS    into: volunteer-points
"""
_YEARLY = "    caps: [{per: year, most: 1000000}]\n"


def bench_pack(*, months: int | None = None) -> str:
    """The pack's text; its points last so many months, or for ever."""
    text = _HEAD if months is None else _HEAD.replace("items:", f"expires: {{months: {months}}}\nitems:")
    for kind in KINDS:
        first = _PER_MINUTE if kind == "service" else _each("time", 10, _YEARLY)
        for item in (first, _each("visit", 1, _YEARLY), _each("welcome", 2, ""), _each("thanks", 3, "")):
            text += item.replace("CODE", kind.replace("_", "-")).replace("KIND", kind)
    return text


def _each(name: str, give: int, caps: str) -> str:
    return _EACH.replace("NAME", name).replace("GIVE", str(give)).replace("CAPS", caps)
