"""The processes that `tongcheng up` starts: the server's and the worker's, each in a session of its own.

So Ctrl-C reaches only `up`, which ends them in order. Must never end a process that it did not start.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kernel.errors import DomainError, Kind
from kernel.settings import Settings

_GRACE_SECONDS = 10
_START_SECONDS = 60


class ChildEnded(DomainError):
    """The {name} has ended by itself (exit code {exit_code}); everything was stopped in order.

    Read its last lines above; `tongcheng doctor` says whether something is missing.
    """

    kind, code = Kind.BUSY, "CHILD_ENDED"


class Child:
    """One process of ours."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, *command], env={**os.environ, **environment}, start_new_session=True
        )

    def require_running(self) -> None:
        """Refuse with ChildEnded once it is gone."""
        if (code := self.process.poll()) is not None:
            raise ChildEnded(name=self.name, exit_code=code)

    def stop(self) -> None:
        """Ask it to end, and insist after ten seconds."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def environment_of(settings: Settings) -> dict[str, str]:
    """What the children need to come to the same settings as we did."""
    return {
        "TONGCHENG_HOST": settings.host,
        "TONGCHENG_PORT": str(settings.port),
        "TONGCHENG_DATA_DIR": str(settings.data_dir.resolve()),
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def started(settings: Settings, workers: int) -> Iterator[list[Child]]:
    """The server with `workers` processes, and one worker of the queue; stopped in the reverse order."""
    environment = environment_of(settings)
    server = ["-m", "uvicorn", "api.app:serve", "--factory", "--host", settings.host, "--port", str(settings.port)]
    server += ["--workers", str(workers), "--no-access-log", "--log-level", "warning", "--no-server-header"]
    children: list[Child] = []
    try:
        children.append(Child("server", server, environment))
        children.append(Child("worker", ["-m", "api.worker"], environment))
        yield children
    finally:
        for child in reversed(children):
            child.stop()


def wait_until_answering(settings: Settings, children: Sequence[Child]) -> None:
    """Wait for the first answer of the server. Refuses with ChildEnded."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
    address = f"http://{host}:{settings.port}/healthz"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        for child in children:
            child.require_running()
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except urllib.error.HTTPError:
            return  # an answer, whatever it says
        except OSError:
            time.sleep(0.2)
    raise ChildEnded(name="server", exit_code="-")


def watch(children: Sequence[Child]) -> None:
    """Wait for Ctrl-C. Refuses with ChildEnded when a child goes first."""
    while True:
        for child in children:
            child.require_running()
        time.sleep(0.5)
