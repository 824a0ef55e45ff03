"""A whole trial city for tests: `tongcheng up` in a process of its own, as a person would start it.

Must never use the developer's own `.local`: every trial has its own folder and port.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kernel.ports import free_port

START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Trial:
    """A running city: its address, its folder, and the process that Ctrl-C would reach."""

    base_url: str
    data_dir: Path
    process: "subprocess.Popen[str]"

    @property
    def sign_ins(self) -> dict[str, str]:
        """The sign-in code of each kind of person."""
        entries = json.loads((self.data_dir / "sign-ins.json").read_text("utf-8"))
        return {entry["kind"]: entry["code"] for entry in entries}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Another `tongcheng` process of the same trial."""
        return tongcheng(*arguments, data_dir=self.data_dir)

    def interrupt(self) -> int:
        """Ctrl-C; gives the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """Our environment without what would point at another city."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("TONGCHENG_")
    }
    return {**ours, "TONGCHENG_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **more}


def tongcheng(*arguments: str, data_dir: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line to its end; `more` are environment variables."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", *arguments],
        env=environment(data_dir, **more),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )


@contextmanager
def trial(data_dir: Path, *arguments: str, **more: str) -> Iterator[Trial]:
    """A city that has answered once; ended by Ctrl-C when the block ends."""
    port = free_port()
    log = data_dir.with_name(f"{data_dir.name}-{port}.log")
    command = [sys.executable, "-m", "api.cli.main", "up", "--port", str(port), *arguments]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env=environment(data_dir, **more), stdout=out, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
    running = Trial(f"http://127.0.0.1:{port}", data_dir, process)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C" not in log.read_text("utf-8"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the trial did not start:\n{log.read_text('utf-8')[-4000:]}")
            time.sleep(0.1)
        yield running
    finally:
        if process.poll() is None:
            running.interrupt()
