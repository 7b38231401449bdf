"""The gateway's one connection to NATS: streams, buckets, commands, evictions."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import DiscardPolicy, KeyValueConfig, StorageType, StreamConfig
from nats.js.errors import APIError, BucketNotFoundError, NotFoundError
from nats.js.kv import KeyValue

from csms.errors import BusUnavailable
from protocol.bus.commands import EvictRequest
from protocol.bus.streams import STREAM_PLANS
from protocol.bus.subjects import (
    PRESENCE_BUCKET,
    REGISTRY_BUCKET,
    TRANSACTION_NUMBERS_BUCKET,
    node_commands,
    node_evictions,
    station_of_key,
)
from protocol.domain.identifiers import StationKey

log = structlog.get_logger(__name__)

_NAME_IN_USE = 10058
_RECONNECT_S = 0.2

CommandAnswerer = Callable[[StationKey, bytes], Awaitable[bytes]]
Evictor = Callable[[StationKey, int], None]


class NatsBus:
    """Connected for as long as the context lasts; reconnects for ever, and tells when it has."""

    def __init__(self, url: str, *, node: str, replicas: int) -> None:
        self.client = Client()
        self.jetstream = self.client.jetstream()
        self._url = url
        self._node = node
        self._replicas = replicas
        self._on_found: list[Callable[[], None]] = []
        self._left_at: float | None = None
        self._is_closing = False

    async def __aenter__(self) -> "NatsBus":
        await self.client.connect(
            self._url,
            name=f"csms-{self._node}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RECONNECT_S,  # type: ignore[arg-type] # it is slept, and a float will do
            connect_timeout=2,
            ping_interval=5,
            max_outstanding_pings=2,
            error_cb=_log_error,
            disconnected_cb=self._lost,
            reconnected_cb=self._found,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_closing = True
        await self.client.close()

    @property
    def is_connected(self) -> bool:
        """Whether NATS is there now."""
        return self.client.is_connected

    def watch_connection(self, *, on_found: Callable[[], None]) -> None:
        """Be told when NATS is back."""
        self._on_found.append(on_found)

    async def ensure_streams(self) -> None:
        """The streams of `protocol/bus/streams.py` exist; several processes may say so at once."""
        for plan in STREAM_PLANS:
            config = StreamConfig(
                name=plan.stream,
                subjects=plan.subjects,
                discard=DiscardPolicy(plan.discard),
                max_age=plan.max_age_s,
                duplicate_window=plan.duplicate_window_s,
                storage=StorageType.FILE,
                num_replicas=self._replicas,
            )
            try:
                await self.jetstream.add_stream(config)
            except APIError as error:
                if error.err_code != _NAME_IN_USE:
                    raise
                await self.jetstream.update_stream(config)

    async def registry_bucket(self) -> KeyValue:
        """What stations are registered."""
        return await self._bucket(REGISTRY_BUCKET)

    async def presence_bucket(self) -> KeyValue:
        """Which node holds which station."""
        return await self._bucket(PRESENCE_BUCKET)

    async def transaction_numbers_bucket(self) -> KeyValue:
        """Which numbers the 1.6 transactions of a station have."""
        return await self._bucket(TRANSACTION_NUMBERS_BUCKET)

    async def request(
        self, subject: str, payload: bytes, *, timeout_s: float, headers: dict[str, str] | None = None
    ) -> Msg:
        """The answer of whoever listens. Raises BusUnavailable where nobody does, or nobody in time."""
        if not self.is_connected:
            raise BusUnavailable(subject, "not connected")
        try:
            return await self.client.request(subject, payload, timeout=timeout_s, headers=headers)
        except (NatsError, TimeoutError) as error:
            raise BusUnavailable(subject, str(error) or type(error).__name__) from error

    async def publish_eviction(self, node: str, request: EvictRequest) -> None:
        """Tell another node that it holds an old socket. A lost message does no harm: the epoch fences."""
        if self.is_connected:
            await self.client.publish(node_evictions(node), msgspec.json.encode(request))

    async def serve_commands(self, answer: CommandAnswerer, tasks: asyncio.TaskGroup) -> None:
        """Answer commands to this node from one subscription; how many wait is bounded by each station's queue."""

        async def carry_out(message: Msg) -> None:
            tenant, station = message.subject.rsplit(".", 2)[1:]
            try:
                reply = await answer(station_of_key(f"{tenant}.{station}"), message.data)
                await self.client.publish(message.reply, reply)
            except NatsError as error:
                log.warning("command's answer not sent", reason=str(error))
            except Exception:
                log.exception("command failed", subject=message.subject)

        async def accept(message: Msg) -> None:
            tasks.create_task(carry_out(message))

        await self.client.subscribe(node_commands(self._node), cb=accept)

    async def serve_evictions(self, evict: Evictor) -> None:
        """Hear that stations have newer sockets elsewhere."""

        async def accept(message: Msg) -> None:
            try:
                request = msgspec.json.decode(message.data, type=EvictRequest)
                evict(station_of_key(request.station_key), request.epoch)
            except (msgspec.DecodeError, ValueError) as error:
                log.warning("eviction not understood", reason=str(error))

        await self.client.subscribe(node_evictions(self._node), cb=accept)

    async def _bucket(self, name: str) -> KeyValue:
        try:
            return await self.jetstream.key_value(name)
        except (BucketNotFoundError, NotFoundError):
            config = KeyValueConfig(bucket=name, history=1, storage=StorageType.FILE, replicas=self._replicas)
            return await self.jetstream.create_key_value(config)

    async def _lost(self) -> None:
        if self._is_closing:
            return
        log.warning("NATS is away")
        self._left_at = asyncio.get_running_loop().time()

    async def _found(self) -> None:
        log.warning("NATS is back", after_s=round(asyncio.get_running_loop().time() - (self._left_at or 0.0), 1))
        self._left_at = None
        for tell in self._on_found:
            tell()


async def _log_error(error: Exception) -> None:
    log.warning("NATS client", reason=str(error) or type(error).__name__)
