"""`tongcheng clock`: moves the time of a trial city, in all its processes at once.

Refused with DATABASE_URL: a real city's time is nobody's to move.
"""

import re
from datetime import datetime, timedelta
from typing import Annotated

import typer

from api.cli.terminal import noun
from kernel.calendar import instant, local
from kernel.clock import TrialClock
from kernel.errors import DomainError, Kind
from kernel.settings import Settings

app = noun("The trial city's clock · 试用城市的时钟")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class ClockNotMovable(DomainError):
    """This is a real city (DATABASE_URL is set): its clock can not be moved. Nothing was changed.

    Move the clock of a trial instead, which `make up` starts without DATABASE_URL.
    """

    kind, code = Kind.REFUSED, "CLOCK_NOT_MOVABLE"


class WhenUnreadable(DomainError):
    """This time can not be read. Nothing was changed.

    Write a time such as 2026-12-22T09:00 (Shanghai), or a step such as +30d or +2h.
    """

    kind, code = Kind.INVALID, "WHEN_UNREADABLE"


@app.command()
def show() -> None:
    """Print what the city's clock says, in Shanghai time."""
    settings = Settings()
    clock = TrialClock(settings.clock_path)
    typer.echo(local(clock.now()).isoformat(timespec="seconds"))


@app.command("set")
def set_(when: Annotated[str, typer.Argument(help="2026-12-22T09:00, +30d, +2h")]) -> None:
    """Make every process of this trial believe that it is WHEN now."""
    clock = movable(Settings())
    at = read_when(when, clock.now())
    clock.set(at)
    typer.echo(local(at).isoformat(timespec="seconds"))


@app.command()
def reset() -> None:
    """Give the trial the machine's own time again."""
    settings = Settings()
    movable(settings)
    settings.clock_path.unlink(missing_ok=True)
    show()


def movable(settings: Settings) -> TrialClock:
    """The trial's clock. Refuses with ClockNotMovable."""
    if not settings.trial:
        raise ClockNotMovable()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return TrialClock(settings.clock_path)


def read_when(when: str, now: datetime) -> datetime:
    """An instant from a date and time (Shanghai unless it says otherwise) or a step from `now`."""
    if step := re.fullmatch(r"([+-])(\d{1,5})([dhms])", when):
        by = timedelta(**{_UNITS[step[3]]: int(step[2])})
        return now + by if step[1] == "+" else now - by
    try:
        return instant(when)
    except ValueError as error:
        raise WhenUnreadable() from error
