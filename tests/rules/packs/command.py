"""The command line on one holder and one pack, as whoever checks a published table would call it."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from api.cli.main import app
from rules import packs

HOME = Path(packs.__file__).parent
PACKS = sorted(path for path in HOME.rglob("*.yaml") if not path.name.endswith(".cases.yaml"))


def scored(folder: Path, pack: str, day: str, facts: dict[str, Any], *more: str) -> dict[str, Any]:
    """What `tongcheng rules score --json` says of somebody; `pack` is a name or a file."""
    file = folder / "facts.json"
    file.write_text(json.dumps([{"holder": "H", **facts}]), "utf-8")
    call = ["rules", "score", pack, "--facts", str(file), "--as-of", day, "--json", *more]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    (row,) = [json.loads(line) for line in result.stdout.splitlines()]
    return dict(row)


def items_of(row: dict[str, Any]) -> dict[str, str]:
    """The items that give or take anything."""
    return {code: points for code, points in row["items"].items() if points.strip("-0.")}


def breaches(pack: str) -> set[str]:
    """The articles of the charter that `tongcheng rules check` finds broken."""
    result = CliRunner().invoke(app, ["rules", "check", pack, "--json"])
    codes = {json.loads(line)["code"] for line in result.stdout.splitlines()}
    assert (result.exit_code == 3) is bool(codes), result.output
    assert all(code.startswith("CH-") for code in codes)
    return codes


def differing(one: str, other: str) -> list[tuple[str, str]]:
    """The lines in which two pack files differ, remarks aside."""
    texts = [(HOME / f"records/{name}.yaml").read_text("utf-8").splitlines() for name in (one, other)]
    pairs = zip(*([line for line in text if not line.strip().startswith("#")] for text in texts), strict=True)
    return [(before.strip(), after.strip()) for before, after in pairs if before != after]
