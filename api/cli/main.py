"""The command line: `tongcheng <noun> <verb>`. One module a noun; this one only puts them together."""

import typer

from api.cli import bench, city, clock, db, events, ledger, rules, token, workbooks
from api.cli.doctor import doctor
from api.cli.rank import rank
from api.cli.score import explain, score_file
from api.cli.terminal import Nouns
from api.cli.up import up
from api.cli.whatif import whatif

app = typer.Typer(help="Tongcheng · 同城积分", no_args_is_help=True, cls=Nouns, pretty_exceptions_show_locals=False)
app.command("up")(up)
app.command("doctor")(doctor)
app.command("rank")(rank)
app.add_typer(bench.app, name="bench")
app.add_typer(city.app, name="city")
app.add_typer(clock.app, name="clock")
app.add_typer(db.app, name="db")
app.add_typer(events.app, name="events")
app.add_typer(ledger.app, name="ledger")
app.add_typer(rules.app, name="rules")
rules.app.command("score")(score_file)
rules.app.command("explain")(explain)
rules.app.command("export")(workbooks.export)
rules.app.command("import")(workbooks.import_)
rules.app.command("diff")(workbooks.diff)
rules.app.command("whatif")(whatif)
app.add_typer(token.app, name="token")

if __name__ == "__main__":
    app()
