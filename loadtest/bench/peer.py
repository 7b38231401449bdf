"""python -m loadtest.bench.peer PORT: a central system as a Python user writes it today, to compare with.

The `ocpp` package on `websockets`, on uvloop; it validates every message and stores nothing.
"""

import sys
from datetime import UTC, datetime
from typing import Any

import uvloop
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, RegistrationStatus
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


class PeerChargePoint(ChargePoint):  # type: ignore[misc] # the package has no types
    """Answers boots and meter values."""

    @on(Action.boot_notification)  # type: ignore[untyped-decorator] # the package has no types
    def on_boot(self, **_fields: Any) -> call_result.BootNotification:  # Any: whatever the message holds
        """Accepted."""
        return call_result.BootNotification(
            current_time=datetime.now(UTC).isoformat(), interval=300, status=RegistrationStatus.accepted
        )

    @on(Action.meter_values)  # type: ignore[untyped-decorator] # the package has no types
    def on_meter_values(self, **_fields: Any) -> call_result.MeterValues:  # Any: whatever the message holds
        """Heard, and forgotten."""
        return call_result.MeterValues()


async def _serve_station(connection: ServerConnection) -> None:
    path = connection.request.path if connection.request is not None else ""
    try:
        await PeerChargePoint(path.strip("/"), connection).start()
    except ConnectionClosed:
        return


async def _serve(port: int) -> None:
    async with serve(_serve_station, "127.0.0.1", port, subprotocols=[Subprotocol("ocpp1.6")]) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
