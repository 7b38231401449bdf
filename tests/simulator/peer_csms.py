"""A CSMS that shares no code with us: the `ocpp` package over a `websockets` server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

from ocpp.routing import on
from ocpp.v16 import ChargePoint as ChargePoint16, call as call16, call_result as result16
from ocpp.v21 import ChargePoint as ChargePoint21, call as call21, call_result as result21
from ocpp.v201 import ChargePoint as ChargePoint201, call as call201, call_result as result201
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


def now() -> str:
    return datetime.now(UTC).isoformat()


class Hearing:
    """What a peer heard, and a sign that it heard more; `confirms_stops` can be cleared."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.news = asyncio.Event()
        self.confirms_stops = asyncio.Event()
        self.confirms_stops.set()

    def hear(self, kind: str, payload: dict[str, Any]) -> None:
        self.heard.append((kind, payload))
        self.news.set()


class Peer16(ChargePoint16):
    """The CSMS's side of one 1.6 station."""

    def __init__(self, station_id: str, connection: ServerConnection, hearing: Hearing) -> None:
        super().__init__(station_id, connection)
        self.hearing = hearing

    @on("BootNotification")
    def on_boot(self, **payload: Any) -> Any:
        self.hearing.hear("Boot", payload)
        return result16.BootNotification(current_time=now(), interval=300, status="Accepted")

    @on("StatusNotification")
    def on_status(self, **payload: Any) -> Any:
        self.hearing.hear("Status", payload)
        return result16.StatusNotification()

    @on("Authorize")
    def on_authorize(self, **payload: Any) -> Any:
        self.hearing.hear("Authorize", payload)
        return result16.Authorize(id_tag_info={"status": "Accepted"})

    @on("StartTransaction")
    def on_start(self, **payload: Any) -> Any:
        self.hearing.hear("Start", payload)
        return result16.StartTransaction(transaction_id=42, id_tag_info={"status": "Accepted"})

    @on("MeterValues")
    def on_meter_values(self, **payload: Any) -> Any:
        self.hearing.hear("MeterValues", payload)
        return result16.MeterValues()

    @on("StopTransaction")
    async def on_stop(self, **payload: Any) -> Any:
        self.hearing.hear("Stop", payload)
        await self.hearing.confirms_stops.wait()
        return result16.StopTransaction()

    async def remote_start(self, id_token: str, evse: int) -> str:
        answer = await self.call(call16.RemoteStartTransaction(id_tag=id_token, connector_id=evse))
        return str(answer.status)

    async def remote_stop(self, transaction_id: str) -> str:
        answer = await self.call(call16.RemoteStopTransaction(transaction_id=int(transaction_id)))
        return str(answer.status)


class _Peer2x:
    """The CSMS's side of a 2.x station, whose versions share these words."""

    words: ClassVar[Any]  # Any: the package's modules of calls and of results have no common type
    results: ClassVar[Any]
    hearing: Hearing
    call: Callable[[Any], Awaitable[Any]]

    @on("BootNotification")
    def on_boot(self, **payload: Any) -> Any:
        self.hearing.hear("Boot", payload)
        return self.results.BootNotification(current_time=now(), interval=300, status="Accepted")

    @on("StatusNotification")
    def on_status(self, **payload: Any) -> Any:
        self.hearing.hear("Status", payload)
        return self.results.StatusNotification()

    @on("Authorize")
    def on_authorize(self, **payload: Any) -> Any:
        self.hearing.hear("Authorize", payload)
        return self.results.Authorize(id_token_info={"status": "Accepted"})

    @on("TransactionEvent")
    def on_transaction_event(self, **payload: Any) -> Any:
        kind = {"Started": "Start", "Ended": "Stop"}.get(payload["event_type"])
        self.hearing.hear(kind or ("MeterValues" if "meter_value" in payload else "Update"), payload)
        return self.results.TransactionEvent()

    async def remote_start(self, id_token: str, evse: int) -> str:
        token = {"idToken": id_token, "type": "Central"}
        answer = await self.call(self.words.RequestStartTransaction(id_token=token, remote_start_id=9, evse_id=evse))
        return str(answer.status)

    async def remote_stop(self, transaction_id: str) -> str:
        answer = await self.call(self.words.RequestStopTransaction(transaction_id=transaction_id))
        return str(answer.status)


class Peer201(_Peer2x, ChargePoint201):
    """The CSMS's side of one 2.0.1 station."""

    words, results = call201, result201

    def __init__(self, station_id: str, connection: ServerConnection, hearing: Hearing) -> None:
        super().__init__(station_id, connection)
        self.hearing = hearing


class Peer21(_Peer2x, ChargePoint21):
    """The CSMS's side of one 2.1 station."""

    words, results = call21, result21

    def __init__(self, station_id: str, connection: ServerConnection, hearing: Hearing) -> None:
        super().__init__(station_id, connection)
        self.hearing = hearing


Peer = Peer16 | Peer201 | Peer21
PEERS: dict[str, type[Peer]] = {"ocpp1.6": Peer16, "ocpp2.0.1": Peer201, "ocpp2.1": Peer21}


class PeerCsms:
    """A listening CSMS; `stations` holds the newest peer of each path, `headers` its request's; they hear as one."""

    def __init__(self) -> None:
        self.url = ""
        self.stations: dict[str, Peer] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.hearing = Hearing()

    async def until_heard(self, kind: str, *, timeout_s: float) -> None:
        """Return once some station has said it."""
        async with asyncio.timeout(timeout_s):
            while all(said != kind for said, _ in self.hearing.heard):
                self.hearing.news.clear()
                await self.hearing.news.wait()

    async def serve(self, connection: ServerConnection) -> None:
        """One station's connection, for as long as it lasts."""
        assert connection.request is not None
        path = connection.request.path
        self.headers[path] = dict(connection.request.headers.raw_items())
        peer = PEERS[str(connection.subprotocol)](path, connection, self.hearing)
        self.stations[path] = peer
        with suppress(ConnectionClosed):
            await peer.start()


@asynccontextmanager
async def peer_csms() -> AsyncIterator[PeerCsms]:
    """A CSMS that speaks all versions."""
    csms = PeerCsms()
    names = [Subprotocol(name) for name in PEERS]
    async with serve(csms.serve, "127.0.0.1", 0, subprotocols=names) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        csms.url = f"ws://127.0.0.1:{port}/ocpp"
        yield csms


@asynccontextmanager
async def wordless_server() -> AsyncIterator[str]:
    """The URL of a WebSocket server that speaks no subprotocol at all."""
    async with serve(
        ServerConnection.wait_closed, "127.0.0.1", 0, select_subprotocol=lambda _connection, _offered: None
    ) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/ocpp"
