"""A pack's cases: what goes in, what must come out, exactly. Officials read them as the meaning of the pack.

    - name: ...                                 an event of an accrual pack, on top of what `earlier` items used
      event: {kind: service, occurred_at: 2026-11-22T14:00, ended_at: 2026-11-22T16:00, data: {minutes: 120}}
      standing: {service-hours: 36000}          what the holder has before
      room: {volunteering/city-year/2026-01-01/-: 20}   what shared limits have left; all that is asked when left out
      expect: {items: {service: 20, hours: 120}}
    - name: ...                                 an assessment
      as_of: 2016-05-31
      facts: {employed_years: 5}
      others: [{facts: {employed_years: 6}}]    who is scored together with them, for shares, rank and quota
      expect: {items: {employment: 30}, total: 30, eligible: false, reasons: [below_threshold], rank: 2}
    - name: ...                                 a procedure that begins on a day
      begins_on: 2026-11-23
      expect: {due: {review: 2026-11-30}, provisional: []}
    - name: ...                                 a level
      level: {scale: stars, value: 6000}
      expect: {level: star-1}

`items` names every item that gives anything, and no other. Pure.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from kernel.calendar import day_of
from kernel.errors import Finding
from rules.catalogue.holiday_register import holidays
from rules.catalogue.register import Catalogue, catalogue
from rules.engine.assess import result_of
from rules.engine.clocks import timetable
from rules.engine.evaluate import evaluate
from rules.engine.levels import level_of, opened
from rules.engine.model import TOTAL, Decision, Pack, Scale, Used
from rules.engine.moves import Held, move
from rules.engine.ranking import Ties, admit, lot
from rules.engine.shares import ranks_of
from rules.language.case_shapes import CaseShape, CasesShape, ExpectShape, LevelShape
from rules.language.facts import read_event, read_holder, read_instant
from rules.language.score import Result, ranked_of, score
from rules.language.score_many import score_many
from rules.language.text import read_text

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case came out; it passed when nothing differs."""

    name: str
    differences: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as written."""
        return not self.differences


def run_cases(pack: Pack, text: str | bytes) -> tuple[list[CaseResult], list[Finding]]:
    """Every case with its differences, and the findings on the file itself: unreadable, or an item without a case."""
    read = read_text(text)
    cases: list[CaseShape] = []
    if not read.findings:
        try:
            cases = CasesShape.model_validate(read.tree).cases
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                path = fault["loc"]
                name = str(path[-1]) if path else "cases"
                message = "{name} has the wrong form: {problem}."
                read.fault("WRONG_SHAPE", path, message, name=name, problem=fault["msg"])
    if read.findings:
        return [], read.findings
    results = [CaseResult(case.name, tuple(run_case(pack, case, f"cases.{n}"))) for n, case in enumerate(cases)]
    return results, _uncovered(pack, cases)


def _uncovered(pack: Pack, cases: list[CaseShape]) -> list[Finding]:
    """Items and levels that no case expects anything of."""
    named = {code for case in cases for code in (*(case.expect.items or ()), *(case.expect.why_not or ()))}
    levels = {(case.level.scale, case.expect.level) for case in cases if case.level}
    missing = [f"items.{item.code}" for item in pack.items if item.code not in named]
    missing += [
        f"levels.{scale.code}.{level.code}"
        for scale in pack.scales.values()
        for level in scale.levels
        if (scale.code, level.code) not in levels
    ]
    return [Finding("NO_CASE", path, "No case shows what this does.") for path in missing]


def run_case(pack: Pack, case: CaseShape, path: str) -> list[Finding]:
    """What differs from what one case expects."""
    known = catalogue(pack.catalogue)
    if sum(part is not None for part in (case.event, case.level, case.as_of, case.begins_on)) != 1:
        keys = "event, level, as_of, begins_on"
        return [Finding("ONE_OF", path, "This needs exactly one of: {keys}.", {"keys": keys})]
    if case.begins_on is not None:
        return _procedure_case(pack, case, case.begins_on, f"{path}.expect")
    if case.level is not None:
        scale = pack.scales.get(case.level.scale)
        if scale is None:
            name = case.level.scale
            return [Finding("UNKNOWN_NAME", f"{path}.level.scale", "Nothing here is called {name}.", {"name": name})]
        if case.held is not None and all(level.code != case.held.level for level in scale.levels):
            name = case.held.level
            return [Finding("UNKNOWN_NAME", f"{path}.held.level", "Nothing here is called {name}.", {"name": name})]
        value = case.level.value * (10**pack.decimals if scale.of == TOTAL else 1)
        return _differs(f"{path}.expect.level", case.expect.level, _level(scale, case, case.level, int(value)))
    if case.event is not None:
        return _event_case(pack, case, path, known)
    return _assessment_case(pack, case, path, known)


def _procedure_case(pack: Pack, case: CaseShape, begins_on: date, path: str) -> list[Finding]:
    """Until when each stage may take, and which of these days a holiday that is not published yet may move."""
    dues = timetable(pack.procedure, begins_on, holidays())
    findings: list[Finding] = []
    if case.expect.due is not None:
        findings += _differs(f"{path}.due", case.expect.due, {one.code: one.due_on for one in dues})
    if case.expect.provisional is not None:
        provisional = [one.code for one in dues if one.provisional]
        findings += _differs(f"{path}.provisional", case.expect.provisional, provisional)
    return findings


def _level(scale: Scale, case: CaseShape, asked: LevelShape, value: int) -> str:
    """The level reached; or, of one that is held, what it becomes."""
    reached = level_of(scale, value, asked.beside, asked.tenure_months)
    if case.held is None:
        return reached.code
    before = Held(case.held.level, case.held.since, case.held.last_bad_on)
    return move(scale, before, reached, case.held.on, mended=case.held.mended).level


def _event_case(pack: Pack, case: CaseShape, path: str, known: Catalogue) -> list[Finding]:
    findings: list[Finding] = []
    event = read_event(case.event, f"{path}.event", known, findings)
    used: list[Used] = []
    for number, entry in enumerate(case.earlier):
        at = read_instant(entry.occurred_at, f"{path}.earlier.{number}.occurred_at", findings)
        if at is not None:
            used.append(Used(entry.item, at, entry.points, entry.times))
    if event is None or findings:
        return findings
    decision = evaluate(pack, event, used, room=case.room, standing=case.standing)
    return _decision_differs(case.expect, decision, path) + _terms_differ(case.expect, decision, path)


def _decision_differs(expect: ExpectShape, decision: Decision, path: str) -> list[Finding]:
    lines = {line["code"]: line for line in decision.trace["items"]}
    findings: list[Finding] = []
    if expect.items is not None:
        got = {code: Fraction(line["points"]) for code, line in lines.items() if line["points"]}
        findings += _differs(f"{path}.expect.items", expect.items, got)
    if expect.why_not is not None:
        why = {code: lines.get(code, {}).get("why_not") for code in expect.why_not}
        findings += _differs(f"{path}.expect.why_not", expect.why_not, why)
    return findings


def _terms_differ(expect: ExpectShape, decision: Decision, path: str) -> list[Finding]:
    """What is granted until and from when, and what is asked of shared limits: `expect` names all of it, or nothing."""
    grants = {grant.point_kind: grant for grant in decision.grants}
    got: dict[str, dict[str, Any]] = {
        "grants": {kind: grant.amount for kind, grant in grants.items()},
        "expires": {kind: _last_day(grant.expires_at) for kind, grant in grants.items() if grant.expires_at},
        "inactive": {kind: grant.inactive_on - DAY for kind, grant in grants.items() if grant.inactive_on},
        "matures": {kind: grant.matures_at for kind, grant in grants.items() if grant.matures_at},
        "confirm_by": {kind: _last_day(grant.confirm_by) for kind, grant in grants.items() if grant.confirm_by},
        "asks": {ask.limit_id: ask.points for ask in decision.asks},
    }
    findings: list[Finding] = []
    for name, values in got.items():
        wanted = getattr(expect, name)
        if name == "matures" and wanted is not None:
            at = f"{path}.expect.matures"
            wanted = {kind: read_instant(text, f"{at}.{kind}", findings) for kind, text in wanted.items()}
        if wanted is not None:
            findings += _differs(f"{path}.expect.{name}", wanted, values)
    return findings


def _last_day(end: datetime) -> Any:
    """The last Shanghai day before an instant at which something is over."""
    return day_of(end - timedelta(microseconds=1))


def _assessment_case(pack: Pack, case: CaseShape, path: str, known: Catalogue) -> list[Finding]:
    row = {"holder": "0", **(case.facts or {}), "events": case.events}
    holder, findings = read_holder(row, path, known)
    if findings or case.as_of is None:
        return findings
    if case.use is not None and all(use.code != case.use for use in pack.results):
        return [Finding("UNKNOWN_NAME", f"{path}.use", "Nothing here is called {name}.", {"name": case.use})]
    found = score(pack, holder, case.as_of, use=case.use, decided=case.decided)
    if not case.others and case.expect.rank is None and case.expect.admitted is None:
        return _result_differs(pack, case.expect, found, case.as_of, f"{path}.expect")
    together = [holder]
    for number, other in enumerate(case.others):
        row = {"holder": str(number + 1), **(other.facts or {}), "events": other.events}
        one, faults = read_holder(row, f"{path}.others.{number}", known)
        together.append(one)
        findings += faults
    if findings:
        return findings
    results = list(score_many(pack, together, case.as_of, use=case.use, decided=case.decided))
    found = replace(found, level=results[0].level)
    return [
        *_result_differs(pack, case.expect, found, case.as_of, f"{path}.expect"),
        *_place_differs(pack, case, results, f"{path}.expect"),
    ]


def _place_differs(pack: Pack, case: CaseShape, results: list[Result], path: str) -> list[Finding]:
    """Where the case's own stands among all who are eligible, and whether it is within the quota."""
    use = result_of(pack, case.use)
    ranked = [one for one in results if one.eligible is not False]
    ranks = ranks_of(use, [ranked_of(one) for one in ranked])
    admitted: list[bool] | list[None] = [None] * len(ranked)
    if case.quota is not None:
        names = [one.holder for one in ranked]
        admitted = admit(ranks, case.quota, Ties(use.ties), draw=lambda row: lot(case.seed, names[row]))
    own = ranked[0] is results[0] if ranked else False
    got = {"rank": ranks[0] if own else None, "admitted": admitted[0] if own else False}
    wanted = {name: getattr(case.expect, name) for name in got}
    return [
        finding
        for name, value in wanted.items()
        if value is not None
        for finding in _differs(f"{path}.{name}", value, got[name])
    ]


def _given(pack: Pack, result: Result, day: date) -> dict[str, date | str]:
    """What the level of a result opens from a day on, and until when: a last day, or as long as it is held."""
    levels = [level for scale in pack.scales.values() for level in scale.levels if level.code == result.level]
    return {one.right.code: one.until or "held" for level in levels for one in opened(level, day)}


def _result_differs(pack: Pack, expect: ExpectShape, result: Result, day: date, path: str) -> list[Finding]:
    unit = 10**pack.decimals
    findings: list[Finding] = []
    if expect.items is not None:
        got = {code: Fraction(points, unit) for code, points in result.items.items() if points}
        findings += _differs(f"{path}.items", expect.items, got)
    if expect.total is not None:
        findings += _differs(f"{path}.total", expect.total, Fraction(result.total, unit))
    if expect.eligible is not None:
        findings += _differs(f"{path}.eligible", expect.eligible, result.eligible)
    for name in ("level", "barred_until", "valid_until", "keys"):
        if (wanted := getattr(expect, name)) is not None:
            findings += _differs(f"{path}.{name}", wanted, getattr(result, name))
    if expect.gives is not None:
        findings += _differs(f"{path}.gives", expect.gives, _given(pack, result, day))
    if expect.why_not is not None:
        lines = {line["code"]: line.get("why_not") for trace in result.traces for line in trace["items"]}
        findings += _differs(f"{path}.why_not", expect.why_not, {code: lines.get(code) for code in expect.why_not})
    if expect.reasons is not None:
        findings += _differs(f"{path}.reasons", sorted(expect.reasons), sorted(r.code for r in result.reasons))
    return findings


def _differs(path: str, wanted: Any, got: Any) -> list[Finding]:
    """Exact equality, or one finding that says both."""
    if wanted == got:
        return []
    message = "Expected {wanted}, got {got}."
    return [Finding("DIFFERS", path, message, {"wanted": _shown(wanted), "got": _shown(got)})]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(one) for one in value) + "]"
    return str(value)
