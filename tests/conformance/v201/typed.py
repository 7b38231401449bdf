"""Typed commands by REST, and the station's part in them."""

from typing import Any

from tests.conformance.conftest import Bench
from tests.conformance.wire import WireStation, both


async def told(
    bench: Bench, station: WireStation, name: str, command: str, body: dict[str, Any], action: str, **answer: Any
) -> tuple[Any, Any]:
    """What the operator heard, and what the station was asked: by one request, which was this action."""
    asking = bench.operator.post(f"/stations/{name}/commands/{command}", body)
    return await both(asking, station.answer(action, **answer))


async def sessions_of(bench: Bench, name: str) -> list[dict[str, Any]]:
    """Every session of the station, the newest first."""
    sessions = await bench.operator.get("/sessions", limit=500)
    return [one for one in sessions["items"] if one["station_id"] == name]
