"""`tongcheng bench award`: measure on this machine, beside a reference of the same run."""

import json
from typing import Annotated

import typer

from api.bench import award as award_bench
from api.cli.terminal import noun

app = noun("Benchmarks against a reference of the same run · 基准测试")


@app.command("award")
def award(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line · 一行 JSON")] = False,
    tiny: Annotated[bool, typer.Option("--tiny", help="A few seconds, for CI · 小规模")] = False,
    seed: Annotated[int, typer.Option(help="Seed · 随机种子")] = 1,
) -> None:
    """Events to durable postings, against pgbench TPC-B · 事件到记账"""
    line = award_bench.run(award_bench.TINY if tiny else award_bench.FULL, seed)
    typer.echo(json.dumps(line) if as_json else json.dumps(line, indent=2))
