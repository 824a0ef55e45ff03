"""`tongcheng bench <name>`: measure on this machine, beside a reference of the same run; one line each."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from api.bench import award, columns, events_file, expire, http, rerate, statement, verifying, whatif
from api.bench.line import Line
from api.cli.terminal import noun

app = noun("Benchmarks against a reference of the same run · 基准测试")

_Measure = Callable[[bool, int], Line]
_BENCHES: dict[str, tuple[str, _Measure]] = {}


def _offer(name: str, title: str, module: Any) -> None:
    """One more word after `tongcheng bench`; a module has FULL, TINY and `run(size, seed)`."""

    def measure(tiny: bool, seed: int) -> Line:
        line: Line = module.run(module.TINY if tiny else module.FULL, seed)
        return line

    _BENCHES[name] = (title, measure)

    @app.command(name, help=title)
    def command(
        as_json: Annotated[bool, typer.Option("--json", help="One JSON line · 一行 JSON")] = False,
        tiny: Annotated[bool, typer.Option("--tiny", help="A few seconds, for CI · 小规模")] = False,
        seed: Annotated[int, typer.Option(help="Seed · 随机种子")] = 1,
    ) -> None:
        line = measure(tiny, seed)
        typer.echo(json.dumps(line) if as_json else json.dumps(line, indent=2))


_offer("award", "Events to durable postings, against pgbench TPC-B · 事件到记账", award)
_offer("http", "Events over HTTP, against /healthz of the same server · 接口吞吐", http)
_offer("import", "A department's file to balances, against bare COPY · 部门文件导入", events_file)
_offer("statement", "A statement page in a large ledger, against a small one · 明细查询", statement)
_offer("expire", "Award while a million lots lapse, against award alone · 集中到期", expire)
_offer("verify", "Prove the whole ledger, against one window query · 全量核验", verifying)
_offer("whatif", "A price changed for everybody, against the same sums in Polars · 试算", whatif)
_offer("rerate", "A year decided again, against awarding it · 重新计分", rerate)
_offer("columns", "Another price for a million residents, against sums by hand · 全体按列重算", columns)


@app.command("all")
def all_benches(
    tiny: Annotated[bool, typer.Option("--tiny", help="A few seconds each, for CI · 小规模")] = False,
    seed: Annotated[int, typer.Option(help="Seed · 随机种子")] = 1,
) -> None:
    """Every bench in turn, one JSON line each · 依次运行全部"""
    for _, measure in _BENCHES.values():
        typer.echo(json.dumps(measure(tiny, seed)))
