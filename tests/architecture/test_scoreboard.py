"""The scoreboard counts what was proved, and nothing else."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, python_files
from tests.plugins import board

DOCUMENT = ROOT / "docs" / "SCOREBOARD.md"
_ROW = re.compile(r"^\| ([A-Z]\d+) \| (.*) \| (yes|no) \| (.*) \|$", re.MULTILINE)


def _claims() -> dict[str, set[str]]:
    """Test function, as `path::name`, to the features it claims, read from the text."""
    found: dict[str, set[str]] = {}
    for source in python_files():
        if source.room == "tests":
            for node in source.nodes:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (ids := _marked(node)):
                    found[f"{source.path}::{node.name}"] = ids
    return found


def _marked(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    calls = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
    feature = [call for call in calls if ast.unparse(call.func) == "pytest.mark.feature"]
    return {str(ast.literal_eval(argument)) for call in feature for argument in call.args}


def test_the_list_has_its_161_features_each_once_with_a_check() -> None:
    features = board.read_features()
    assert len(features) == 161
    assert len({feature.feature_id for feature in features}) == 161
    assert all(feature.check and feature.title for feature in features)


def test_every_claim_names_a_feature() -> None:
    assert not board.unknown((feature_id for ids in _claims().values() for feature_id in ids), board.read_features())


def test_the_document_has_one_row_a_feature_and_every_yes_names_a_test_that_still_claims_it() -> None:
    rows = _ROW.findall(DOCUMENT.read_text("utf-8"))
    assert [(row[0], row[1]) for row in rows] == [(f.feature_id, f.title) for f in board.read_features()]
    claims = _claims()
    stale = [
        f"{feature_id}: {test}"
        for feature_id, _, proved, tests in rows
        for test in (tests.split(", ") if proved == "yes" else [])
        if feature_id not in claims.get(test, set())
    ]
    assert not stale, "run `make test` to write it again"


def _run(folder: Path, text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run of pytest of its own over one seeded test file."""
    (folder / "test_seeded.py").write_text(f'"""Seeded."""\nimport pytest\n{text}', "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.plugins.scoreboard",
        "-c",
        "none.ini",
        "--rootdir",
        ".",
    ]
    settings = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}
    (folder / "none.ini").write_text("[pytest]\nmarkers =\n  feature(id): a\n  browser: b\n", "utf-8")
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)


@pytest.mark.db  # starts processes, so it is no part of `make fast`
@pytest.mark.parametrize(
    ("text", "environment", "code", "said"),
    [
        ("@pytest.mark.feature('L14')\ndef test_a(): pass\n", {}, 0, "L14"),
        ("@pytest.mark.feature('Z99')\ndef test_a(): pass\n", {}, 4, "no such feature"),
        ("@pytest.mark.feature('L14')\n@pytest.mark.skip\ndef test_a(): pass\n", {}, 1, "may claim no row"),
        ("@pytest.mark.feature('L14')\n@pytest.mark.xfail\ndef test_a(): assert 0\n", {}, 1, "may claim no row"),
        (
            "@pytest.mark.feature('L14')\n@pytest.mark.browser\n@pytest.mark.skip\ndef test_a(): pass\n",
            {},
            0,
            "left out",
        ),
        (
            "@pytest.mark.feature('L14')\n@pytest.mark.browser\n@pytest.mark.skip\ndef test_a(): pass\n",
            {"CI": "true"},
            1,
            "may claim no row",
        ),
        ("@pytest.mark.feature('L14')\ndef test_a(): assert 0\n", {}, 1, "0 of 161"),
    ],
    ids=["proved", "unknown", "skipped", "expected-to-fail", "no-browser", "no-browser-in-ci", "failed"],
)
def test_a_run_counts_what_was_proved(
    tmp_path: Path, text: str, environment: dict[str, str], code: int, said: str
) -> None:
    run = _run(tmp_path, text, **environment)
    assert run.returncode == code, run.stdout + run.stderr
    assert said in run.stdout + run.stderr
