"""Text to pack and back: what is refused and where, what is hashed, what a change touches and how it is told."""

import ast
from datetime import date
from pathlib import Path

import pytest

from kernel.locale import chinese
from rules import packs
from rules.engine.compare import compare
from rules.language.cases import run_cases
from rules.language.checker import check
from rules.language.edit import describe_changes, with_parameter
from rules.language.loader import PackInvalid, load, pack_sha256

HOME = Path(packs.__file__).parent
PACKS = sorted(path for path in HOME.rglob("*.yaml") if not path.name.endswith(".cases.yaml"))
VOLUNTEERING = (HOME / "volunteering.yaml").read_text("utf-8")


def codes_of(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(PackInvalid) as caught:
        load(text)
    return [(finding.code, finding.path) for finding in caught.value.findings]


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.stem)
def test_every_pack_is_without_findings_and_does_what_its_cases_say(path: Path) -> None:
    pack = load(path.read_bytes())
    results, findings = run_cases(pack, path.with_name(f"{path.stem}.cases.yaml").read_bytes())
    found = [*check(pack), *findings]
    breaches = {finding.code for finding in found if finding.code.startswith("CH-")}
    assert [str(finding) for finding in found if finding.code not in breaches] == []
    assert bool(breaches) is (pack.status == "record")  # what a decree of the past did, the charter forbids today
    assert {result.name: [str(one) for one in result.differences] for result in results if not result.passed} == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x\n", "ANCHOR"),
        ("a: !!python/object:os.system 1\n", "TAG"),
        ("a: 1\na: 2\n", "DUPLICATE_KEY"),
        ("a:\n", "NO_VALUE"),
        ("a: [1, 2\n", "NOT_YAML"),
        ("", "EMPTY"),
        ("a: 1\n---\nb: 1\n", "SECOND_DOCUMENT"),
        ("? [a]\n: 1\n", "KEY_NOT_TEXT"),
        ("[" * 40 + "]" * 40, "TOO_DEEP"),
        ("a: [" + "1, " * 400 + "1]", "TOO_LONG"),
        ("x" * 300_000, "TOO_LARGE"),
    ],
)
def test_a_text_with_surprises_is_refused(text: str, code: str) -> None:
    assert code in [found for found, _ in codes_of(text)]


def test_what_is_not_utf8_is_refused() -> None:
    assert codes_of(b"\xff\xfe\x00") == [("NOT_UTF8", "pack")]


def test_every_fault_is_told_at_once_with_its_path() -> None:
    text = VOLUNTEERING.replace("holder: resident", "holder: everybody").replace("every: 60", "evry: 60", 1)
    text = text.replace("per: day", "per: weekday")
    assert {path for _, path in codes_of(text)} >= {"holder", "items.0.caps.0.per", "items.0.price.evry"}


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(PackInvalid) as caught:
        load(VOLUNTEERING.replace("into: service-hours", "into: service-hour"))
    (finding,) = caught.value.findings
    assert (finding.path, finding.values["near"]) == ("items.1.into", "service-hours")
    assert finding.values["line"] == VOLUNTEERING.splitlines().index("    into: service-hours") + 1


def test_an_item_longer_than_four_kilobytes_is_refused() -> None:
    long = ", ".join(f"scanned_{number:04}" for number in range(250))
    text = VOLUNTEERING.replace("    on: referral", f"    on: referral\n    when: {{evidence: [{long}]}}")
    assert ("ITEM_TOO_LARGE", "items.2") in codes_of(text)


def test_on_and_times_of_the_day_are_plain_words() -> None:
    pack = load(VOLUNTEERING.replace('{from: "22:00", to: "06:00"}', "{from: 22:00, to: 06:00}"))
    assert pack == load(VOLUNTEERING)


def test_the_fingerprint_is_of_what_a_pack_says_not_of_its_layout() -> None:
    spaced = VOLUNTEERING.replace("\n\n", "\n# another remark\n\n").replace("value: 10", "value:   10")
    assert pack_sha256(spaced) == pack_sha256(VOLUNTEERING)
    assert pack_sha256(VOLUNTEERING.replace("value: 10", "value: 11")) != pack_sha256(VOLUNTEERING)


def test_changing_one_number_touches_nothing_else() -> None:
    changed = with_parameter(
        VOLUNTEERING, "points_per_hour", 12, version="2026-12-22", effective_from=date(2026, 12, 22)
    )
    before, after = VOLUNTEERING.splitlines(), changed.splitlines()
    different = [line for old, line in zip(before, after, strict=True) if old != line]
    assert different == ['version: "2026-12-22"', "effective_from: 2026-12-22", "    value: 12"]
    assert describe_changes(load(VOLUNTEERING), load(changed), "en") == [
        "Version: 2026-11.2 → 2026-12-22",
        "In force from: 2026-01-01 → 2026-12-22",
        "Points an hour: 10 → 12",
    ]
    assert describe_changes(load(VOLUNTEERING), load(changed), "zh")[-1] == "每小时积分:10 → 12"


def test_a_pack_compared_with_itself_is_the_same() -> None:
    assert compare(load(VOLUNTEERING), load(VOLUNTEERING)) == []


def test_an_item_taken_away_and_a_price_changed_are_told() -> None:
    before, levels = VOLUNTEERING.split("  - code: referral")[0], VOLUNTEERING.split("# Minutes of service")[1]
    fewer = load((before + "#" + levels).replace("every: 60", "every: 30").replace("most: 20000", "most: 30000"))
    told = describe_changes(load(VOLUNTEERING), fewer, "en")
    assert "Taken away: A new volunteer brought along" in told
    assert "Volunteer service: the price is different" in told
    assert "The organiser's points of the month: the largest allowed value is different" in told


def test_a_changed_number_outside_its_legal_range_is_found() -> None:
    (finding,) = check(load(with_parameter(VOLUNTEERING, "points_per_hour", 21)))
    assert (finding.code, finding.path, finding.blocking) == ("OUT_OF_RANGE", "parameters.points_per_hour.value", True)


def test_a_missing_title_and_two_items_that_pay_one_quantity_are_found() -> None:
    text = VOLUNTEERING.replace("title: {zh: 夜间加成, en: Night extra}\n    unit", "title: {zh: 夜间加成}\n    unit")
    text = text.replace("into: service-hours\n    expires: {never: true}", "into: volunteer-points")
    assert [(one.code, one.path) for one in check(load(text))] == [
        ("NO_TITLE", "parameters.night_percent.title.en"),
        ("PAID_TWICE", "items.service.quantity"),
    ]


def test_an_item_and_a_level_without_a_case_are_found() -> None:
    cases = "cases:\n  - name: one\n    level: {scale: stars, value: 0}\n    expect: {level: no-star}\n"
    results, findings = run_cases(load(VOLUNTEERING), cases)
    assert results[0].passed
    assert [finding.path for finding in findings[:4]] == [
        "items.hours",
        "items.referral",
        "items.service",
        "levels.stars.star-1",
    ]


def test_a_case_that_does_not_come_true_says_what_came_out() -> None:
    cases = "cases:\n  - name: one\n    level: {scale: stars, value: 6000}\n    expect: {level: star-2}\n"
    results, _ = run_cases(load(VOLUNTEERING), cases)
    assert str(results[0].differences[0]) == "cases.0.expect.level: Expected star-2, got star-1. [DIFFERS]"


SENDERS = {"translate", "fault", "Finding", "_finding", "_usage", "_refuse"}


def test_every_sentence_of_the_rules_has_its_chinese() -> None:
    root = HOME.parent.parent
    files = [*(root / "rules" / "engine").glob("*.py"), *(root / "rules" / "language").rglob("*.py")]
    files += [*(root / "rules" / "catalogue").glob("*.py"), root / "api" / "cli" / "rules.py"]
    sentences = {
        node.value
        for file in files
        for node in ast.walk(_without_docstrings(ast.parse(file.read_text("utf-8"))))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_sentence(node.value)
    }
    assert len(sentences) > 80
    assert sorted(sentences - chinese().keys()) == []


def _is_sentence(text: str) -> bool:
    """A message that people read, in English: a capital, a space and a full stop, or a phrase with placeholders."""
    if any("\u4e00" <= letter <= "\u9fff" for letter in text):
        return False
    return (text[:1].isupper() and text.endswith(".") and " " in text and "`" not in text[:1]) or (
        "{" in text and " " in text
    )


def _without_docstrings(tree: ast.Module) -> ast.Module:
    """The tree without texts that stand alone, and without the help of the command line."""
    for node in ast.walk(tree):
        if hasattr(node, "body") and isinstance(node.body, list):
            node.body = [
                one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ]
        if isinstance(node, ast.Call):
            node.keywords = [one for one in node.keywords if one.arg not in ("help", "help_text")]
    return tree
