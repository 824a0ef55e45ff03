"""`tongcheng clock`: one trial's processes share one time, and a real city's time can not be moved."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.cli.clock import WhenUnreadable, read_when
from kernel.clock import TrialClock
from tests.trial import tongcheng

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.mark.db  # starts processes
def test_a_moved_clock_is_seen_by_a_process_that_was_there_before(tmp_path: Path) -> None:
    there_before = TrialClock(tmp_path / "clock.json")
    assert abs(there_before.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert tongcheng("clock", "set", "2026-12-22T09:00", data_dir=tmp_path).returncode == 0
    assert abs(there_before.now() - datetime(2026, 12, 22, 1, 0, tzinfo=UTC)) < timedelta(seconds=60)
    assert tongcheng("clock", "show", data_dir=tmp_path).stdout.startswith("2026-12-22T09:0")
    assert tongcheng("clock", "reset", data_dir=tmp_path).returncode == 0
    assert abs(there_before.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.db  # starts processes
def test_a_real_citys_clock_is_refused(tmp_path: Path) -> None:
    real = {"DATABASE_URL": "postgresql://nobody@localhost/real"}
    for verb in (("set", "+30d"), ("reset",)):
        done = tongcheng("clock", *verb, data_dir=tmp_path, **real)
        assert done.returncode == 4
        assert "CLOCK_NOT_MOVABLE" in done.stderr
    assert not (tmp_path / "clock.json").exists()


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-12-22T09:00", datetime(2026, 12, 22, 1, 0, tzinfo=UTC)),
        ("2026-12-22T09:00Z", datetime(2026, 12, 22, 9, 0, tzinfo=UTC)),
        ("+30d", NOW + timedelta(days=30)),
        ("-2h", NOW - timedelta(hours=2)),
        ("+90m", NOW + timedelta(minutes=90)),
    ],
)
def test_a_time_is_a_date_in_shanghai_or_a_step(when: str, expected: datetime) -> None:
    assert read_when(when, NOW) == expected


@pytest.mark.parametrize("when", ["", "tomorrow", "+30", "30d", "2026-13-01", "+1y"])
def test_what_is_no_time_is_refused(when: str) -> None:
    with pytest.raises(WhenUnreadable):
        read_when(when, NOW)
