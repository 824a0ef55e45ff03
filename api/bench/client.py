"""The other end of the http bench, a process of its own: so many connections kept alive, one request after the other.

    python -m api.bench.client < order.json     one JSON object out: requests, seconds, p50, p99, statuses

Speaks just enough HTTP/1.1 to be cheap: what it spends, the server cannot use on the same machine. Must
never pipeline, nor open a connection twice without saying so.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from api.bench.line import p99


async def run(order: dict[str, Any]) -> dict[str, Any]:
    """Send `requests` requests over `connections` connections; seconds are of the clock on the wall."""
    numbers = iter(range(order["requests"]))
    times: list[float] = []
    statuses: Counter[int] = Counter()
    connects = count()
    began = time.perf_counter()
    await asyncio.gather(*(_connection(order, numbers, times, statuses, connects) for _ in range(order["connections"])))
    return {
        "requests": len(times),
        "seconds": time.perf_counter() - began,
        "p50_ms": sorted(times)[len(times) // 2] * 1000,
        "p99_ms": p99(times) * 1000,
        "statuses": {str(status): number for status, number in statuses.items()},
        "connections": next(connects),
    }


async def _connection(
    order: dict[str, Any], numbers: Any, times: list[float], statuses: "Counter[int]", connects: Any
) -> None:
    reader, writer = await asyncio.open_connection(order["host"], order["port"])
    next(connects)
    for number in numbers:
        request = _request(order, number)
        began = time.perf_counter()
        writer.write(request)
        status, keep = await _answer(reader)
        times.append(time.perf_counter() - began)
        statuses[status] += 1
        if not keep:
            writer.close()
            reader, writer = await asyncio.open_connection(order["host"], order["port"])
            next(connects)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """The status of one answer, its body read, and whether the connection stays."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12]), b"connection: close" not in head


def _request(order: dict[str, Any], number: int) -> bytes:
    host = f"{order['host']}:{order['port']}"
    if "holders" not in order:
        return f"GET {order['path']} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    body = json.dumps(event(order["holders"], order["first"] + number, order["day"])).encode()
    head = (
        f"POST {order['path']} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {order['token']}\r\n"
        f"Idempotency-Key: bench-{order['seed']}-{order['first'] + number:012}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def event(holders: list[str], number: int, day: str) -> dict[str, Any]:
    """One attendance of one of the holders, each at a time of its own within a year before `day`."""
    at = datetime.fromisoformat(day).astimezone(UTC) - timedelta(minutes=1 + number % 500_000)
    shift = str(UUID(int=(number << 80) | (0x7 << 76) | (0b10 << 62)))
    return {
        "holder_id": holders[number * 7919 % len(holders)],
        "kind": "checked_in",
        "business_key": f"{shift}/1",
        "occurred_at": at.isoformat(),
        "ended_at": at.isoformat(),
        "data": {"activity_id": shift, "shift_id": shift, "stretch": 1},
    }


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
