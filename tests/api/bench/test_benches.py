"""Each benchmark runs at its tiny size, verifies its ledger, and says its line beside a reference of the same run."""

import json
import sys
from pathlib import Path
from subprocess import run

import pytest

from api.bench.line import line, p99
from tests.trial import environment

LINES: dict[str, tuple[set[str], set[str]]] = {
    "award": (
        {"ratio_batch_1", "ratio_statement"},
        {"batch_500", "batch_500_one_process", "batch_1", "bare_statements", "bytes_an_award"},
    ),
    "http": ({"p99_ratio"}, {"posts", "p50_ms", "p99_ms", "batch", "connections"}),
    "import": ({"rss_mb"}, {"rows_a_second", "seconds", "workers"}),
    "statement": (set(), {"p50_ms", "p99_ms", "postings"}),
    "expire": (set(), {"awards", "lots", "sweep_seconds", "beside_share"}),
    "verify": (
        {"ratio_decided"},
        {"seconds", "postings_a_second", "decided_seconds", "decided_events_a_second"},
    ),
    "whatif": (set(), {"seconds", "items_a_second", "traced_items_a_second", "gain", "lose"}),
    "rerate": (set(), {"events_a_second", "preview_events_a_second", "changed_share", "pieces"}),
    "columns": (
        {"ratio_bare"},
        {"seconds", "columns_items_a_second", "single_items_a_second", "prices_items_a_second", "peak_mb"},
    ),
}
"""What each line has beside the common part: further ratios, and figures."""


@pytest.mark.db
@pytest.mark.parametrize("name", LINES)
def test_a_bench_runs_at_a_tiny_size_and_tells_its_line(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api.cli.main", "bench", name, "--tiny", "--json"]
    done = run(command, capture_output=True, text=True, env=environment(tmp_path), timeout=300)
    assert done.returncode == 0, done.stderr
    [told] = map(json.loads, done.stdout.splitlines())
    ratios, figures = LINES[name]
    assert set(told) == {"bench", "ratio", "figures", "reference", "bars", "rows", "seed", *ratios}
    assert (told["bench"], told["seed"], set(told["figures"])) == (name, 1, figures)
    assert set(told["bars"]) <= {"ratio", *ratios, *figures}
    assert told["reference"]
    assert min(told["ratio"], told["rows"], *(told[ratio] for ratio in ratios)) > 0


def test_a_line_keeps_large_figures_whole_and_small_ones_exact() -> None:
    told = line(
        "x", 1 / 3, figures={"a": 1234.5, "b": 0.00171}, reference={}, bars={"ratio": 1}, rows=1, seed=2, more=2
    )
    assert told["ratio"] == 0.333
    assert told["more"] == 2
    assert told["figures"] == {"a": 1234, "b": 0.002}
    assert p99([float(number) for number in range(101)]) == 99.0
