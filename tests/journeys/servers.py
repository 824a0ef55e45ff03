"""Server processes over a test's own database: started, killed without warning, started again."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from kernel.ports import free_port
from tests.trial import environment

STARTS_WITHIN_SECONDS = 60


@dataclass(slots=True)
class ServerProcess:
    """One uvicorn on a port of its own that stays the same over restarts."""

    database_url: str
    data_dir: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, module: str = "uvicorn", *arguments: str) -> None:
        """Start and wait for the first answer; `module` may be a server that is rigged to die."""
        if self.process is not None:
            self.process.wait(30)  # the one before is dead by its own hand or by ours
        command = [sys.executable, "-m", module]
        if module == "uvicorn":
            command += ["--factory", "api.app:serve", "--port", str(self.port), "--log-level", "critical"]
        settings = environment(
            self.data_dir, DATABASE_URL=self.database_url, TONGCHENG_PORT=str(self.port), TONGCHENG_MAY_FORGET="1"
        )
        self.process = subprocess.Popen([*command, *arguments], env=settings)
        give_up = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < give_up:
            assert self.process.poll() is None, "the server ended before it answered"
            try:
                if httpx2.get(f"{self.url}/healthz").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server did not answer in time")

    def kill(self) -> None:
        """SIGKILL: no farewell, no flush."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        """An orderly end, where one is still running."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
