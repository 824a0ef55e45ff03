"""The benchmark runs, verifies its own ledger, and says its figures beside a reference of the same run."""

import json
import sys
from pathlib import Path
from subprocess import run

import pytest

from tests.trial import environment


@pytest.mark.db
def test_the_award_bench_runs_at_a_tiny_size_and_tells_its_ratio(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api.cli.main", "bench", "award", "--tiny", "--json"]
    done = run(command, capture_output=True, text=True, env=environment(tmp_path), timeout=300)
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout)
    assert line["bench"] == "award"
    assert line["rows"] == 2_200
    assert line["figures"]["batch_500"] > 0
    assert line["ratio"] > 0
    assert line["reference"]["pgbench_tps"] > 0
