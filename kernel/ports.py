"""A free TCP port on the loopback address, below those that the system hands out to outgoing connections.

A port from that range may be taken by a passing connection before its server binds. Pure chance decides.
"""

import secrets
import socket

FIRST, LAST = 20_000, 30_000


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    for _ in range(100):
        port = FIRST + secrets.randbelow(LAST - FIRST)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise OSError(f"no free port from {FIRST} to {LAST}")
