"""Every example of docs/rule-language.md is read, checked and run as it stands there."""

import re
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from rules.engine.model import Pack
from rules.language.cases import run_cases
from rules.language.checker import check
from rules.language.loader import load
from tests.conformance.skeleton import HEAD

PAGE = (Path(__file__).parents[2] / "docs" / "rule-language.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def test_every_pack_case_and_item_of_the_page_holds() -> None:
    last: Pack | None = None
    kinds = {"programme": 0, "cases": 0, "- code": 0}
    for language, block in BLOCKS:
        if language != "yaml":
            continue
        kind = dedent(block).split(":")[0]
        kinds[kind] += 1
        if kind == "cases":
            assert last is not None
            results, findings = run_cases(last, block)
            assert [str(one) for result in results for one in result.differences] == []
            assert [str(one) for one in findings] == []
            continue
        mode = "accrual" if "on:" in block.split() else "assessment"
        pack = load(block if kind == "programme" else HEAD.format(mode=mode) + "items:\n" + block)
        assert [str(one) for one in check(pack)] == []
        last = pack
    assert kinds == {"programme": 5, "cases": 5, "- code": 10}


def test_the_commands_of_the_page_print_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = [block for language, block in BLOCKS if language == "json"]
    for name, content in zip(("facts.json", "people.json"), files, strict=True):
        (tmp_path / name).write_text(content, "utf-8")
    sessions = [block for language, block in BLOCKS if language == "console"]
    for part in (part for session in sessions for part in session.split("$ tongcheng ")[1:]):
        command, _, output = part.partition("\n")
        result = CliRunner().invoke(app, command.split())
        assert (result.exit_code, result.stdout) == (0, output)
