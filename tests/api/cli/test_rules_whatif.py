"""`tongcheng rules whatif`: two versions over a file of histories, or over the database; nothing is stored."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from rules.language.edit import with_parameter
from tests.builders import VOLUNTEERING

SOURCE = VOLUNTEERING.read_text("utf-8")
NOON = datetime(2026, 11, 20, 2, tzinfo=UTC)


def histories(tmp_path: Path) -> Path:
    """Twelve holders: the n-th served n days for nine hours; the first six are of the city, the others are not."""
    rows: list[dict[str, Any]] = []
    for number in range(1, 13):
        events = [
            {
                "kind": "service",
                "occurred_at": (NOON - timedelta(days=day, hours=9)).isoformat(),
                "ended_at": (NOON - timedelta(days=day)).isoformat(),
                "evidence": "scanned_twice",
                "data": {"minutes": 540},
            }
            for day in range(number)
        ]
        registration = "local" if number <= 6 else "other"
        rows.append({"holder": f"h{number}", "registration": registration, "events": events})
    path = tmp_path / "histories.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def drafted(tmp_path: Path, **numbers: int) -> Path:
    source = SOURCE
    for name, value in numbers.items():
        source = with_parameter(source, name, value, version="draft")
    path = tmp_path / "draft.yaml"
    path.write_text(source, encoding="utf-8")
    return path


def asked(draft: Path, *more: str) -> Any:
    found = CliRunner().invoke(app, ["rules", "whatif", str(draft), "--against", str(VOLUNTEERING), *more, "--json"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


@pytest.mark.feature("R20")
def test_a_file_of_histories_gives_winners_cost_top_movers_and_groups(tmp_path: Path) -> None:
    history = histories(tmp_path)
    figures = asked(drafted(tmp_path, daily_cap=90), "--history", str(history), "--as-of", "2026-11-22")
    points = next(kind for kind in figures["kinds"] if kind["point_kind"] == "volunteer-points")
    days = sum(range(1, 13))
    assert (points["gain"], points["lose"], points["cost"]) == (12, 0, str(10 * days))
    assert points["top"][0] == {"holder": "h12", "before": "960", "after": "1080"}
    [by] = figures["dimensions"]
    rows = next(kind["groups"] for kind in by["kinds"] if kind["point_kind"] == "volunteer-points")
    assert [(row["group"], row["holders"], row["ratio"], row["unfair"]) for row in rows] == [
        ("local", 6, "0.53", True),
        ("other", 6, "1.46", False),
    ]


def test_the_same_pack_twice_changes_nothing(tmp_path: Path) -> None:
    figures = asked(VOLUNTEERING, "--history", str(histories(tmp_path)), "--as-of", "2026-11-22")
    assert {(kind["gain"], kind["lose"], kind["cost"]) for kind in figures["kinds"]} == {(0, 0, "0")}


def test_neither_or_both_sources_are_a_misuse(tmp_path: Path) -> None:
    both = ["--history", str(histories(tmp_path)), "--database"]
    for more in ([], both):
        found = CliRunner().invoke(app, ["rules", "whatif", str(VOLUNTEERING), "--against", str(VOLUNTEERING), *more])
        assert found.exit_code == 2
