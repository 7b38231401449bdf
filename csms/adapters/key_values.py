"""Registry, presence and transaction numbers on NATS key-value buckets."""

import asyncio
from datetime import datetime

import msgspec
import structlog
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError, KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable, HeldByNewer
from protocol.bus.commands import EvictRequest, PresenceEntry, RegistryEntry
from protocol.bus.subjects import station_key, tenant_of_key
from protocol.domain.identifiers import StationKey, TenantId

log = structlog.get_logger(__name__)

_UNAVAILABLE = (NatsError, JetStreamError, TimeoutError)
_REWATCH_S = 0.5
RECENT_STARTS = 64


class WatchedRegistry:
    """Every registry entry in memory, kept fresh by a watch: a handshake waits for nobody."""

    def __init__(self, bus: NatsBus) -> None:
        self._bus = bus
        self._entries: dict[str, RegistryEntry] = {}
        self._tenants: set[TenantId] | None = None  # found anew when somebody asks after a change
        self._is_loaded = asyncio.Event()
        self._is_stale = asyncio.Event()
        # A watch is a consumer in the memory of a server, and one that restarts tells nobody that it is gone.
        bus.watch_connection(on_found=self._is_stale.set)

    def find(self, station: StationKey) -> RegistryEntry | None:
        """The station's entry; None for a station that nobody registered."""
        return self._entries.get(station_key(station))

    def has_tenant(self, tenant: TenantId) -> bool:
        """Whether any station of the tenant is registered."""
        if self._tenants is None:
            self._tenants = {tenant_of_key(key) for key in self._entries}
        return tenant in self._tenants

    async def loaded(self) -> None:
        """Wait until what stood in the bucket at the start is in memory."""
        await self._is_loaded.wait()

    async def run(self) -> None:
        """Watch until cancelled, anew after each reconnection; entries stay as they were meanwhile."""
        while True:
            self._is_stale.clear()
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(self._watch_until_it_breaks())
                await self._is_stale.wait()
                watching.cancel()

    async def _watch_until_it_breaks(self) -> None:
        try:
            await self._watch(await self._bus.registry_bucket())
        except _UNAVAILABLE as error:
            log.warning("registry not watched", reason=str(error) or type(error).__name__)
        await asyncio.sleep(_REWATCH_S)
        self._is_stale.set()

    async def _watch(self, bucket: KeyValue) -> None:
        watcher = await bucket.watchall()
        seen: dict[str, RegistryEntry] = {}
        try:
            async for update in watcher:
                self._tenants = None
                if update is None:
                    self._entries = seen
                    self._is_loaded.set()
                elif update.operation in ("DEL", "PURGE"):
                    seen.pop(update.key, None)
                elif update.value is not None:
                    self._keep(seen, update.key, update.value)
        finally:
            if self._bus.is_connected:
                await watcher.stop()  # type: ignore[no-untyped-call]

    def _keep(self, seen: dict[str, RegistryEntry], key: str, value: bytes) -> None:
        try:
            seen[key] = msgspec.json.decode(value, type=RegistryEntry)
        except msgspec.DecodeError as error:
            log.error("registry entry not understood", key=key, reason=str(error))


class KeyValuePresence:
    """Which node holds a station's newest socket; the epoch is the entry's revision."""

    def __init__(self, bus: NatsBus, *, node: str) -> None:
        self._bus = bus
        self._node = node
        self._bucket: KeyValue | None = None

    async def claim(self, station: StationKey, *, opened_at: datetime) -> int:
        """Take the station over, tell the node that held it, and return the new epoch. Raises BusUnavailable."""
        key = station_key(station)
        entry = msgspec.json.encode(PresenceEntry(self._node, opened_at))
        try:
            bucket = await self._open()
            before, _ = await _read_presence(bucket, key)
            epoch = await bucket.put(key, entry)
            await self._evict(before, key, epoch)
        except _UNAVAILABLE as error:
            raise BusUnavailable("presence", str(error) or type(error).__name__) from error
        return epoch

    async def reclaim(self, station: StationKey, *, opened_at: datetime) -> int:
        """The new epoch of a socket that could not claim when it opened. Raises BusUnavailable and HeldByNewer.

        Nodes compare their clocks here, which are a moment apart; whoever claims meanwhile is newer in any case.
        """
        key = station_key(station)
        entry = msgspec.json.encode(PresenceEntry(self._node, opened_at))
        try:
            bucket = await self._open()
            before, revision = await _read_presence(bucket, key)
            if before is not None and before.node != self._node and before.opened_at and before.opened_at > opened_at:
                raise HeldByNewer(str(station), before.node)
            epoch = await bucket.update(key, entry, last=revision)
            await self._evict(before, key, epoch)
        except _UNAVAILABLE as error:
            raise BusUnavailable("presence", str(error) or type(error).__name__) from error
        return epoch

    async def _evict(self, before: PresenceEntry | None, key: str, epoch: int) -> None:
        if before is not None and before.node != self._node:
            await self._bus.publish_eviction(before.node, EvictRequest(key, epoch))

    async def release(self, station: StationKey, epoch: int) -> None:
        """Remove the entry if it is still of this epoch; while NATS is away it stays, and its epoch fences it."""
        try:
            bucket = await self._open()
            await bucket.delete(station_key(station), last=epoch)
        except (BusUnavailable, *_UNAVAILABLE) as error:
            log.debug("presence not released", reason=str(error) or type(error).__name__)

    async def _open(self) -> KeyValue:
        if not self._bus.is_connected:
            raise BusUnavailable("presence", "not connected")
        if self._bucket is None:
            self._bucket = await self._bus.presence_bucket()
        return self._bucket


class NumberedStart(msgspec.Struct, frozen=True, array_like=True):
    """A start, by its event id, and the number that it got."""

    start: str
    number: int


class StationNumbers(msgspec.Struct, frozen=True):
    """One station's numbers: the next one, and the last starts, so that a start said again gets its own."""

    next: int = 1
    recent: tuple[NumberedStart, ...] = ()

    def number_of(self, start: str) -> int | None:
        """The number of a recent start."""
        return next((known.number for known in self.recent if known.start == start), None)

    def with_start(self, start: str) -> "StationNumbers":
        """The start has the next number."""
        recent = (*self.recent, NumberedStart(start, self.next))[-RECENT_STARTS:]
        return StationNumbers(next=self.next + 1, recent=recent)


class KeyValueNumbers:
    """Transaction numbers by compare-and-set: no lease, and a takeover is fenced by the revision."""

    def __init__(self, bus: NatsBus) -> None:
        self._bus = bus
        self._bucket: KeyValue | None = None

    async def number_of(self, station: StationKey, start: str) -> int:
        """The number of this start. Raises BusUnavailable."""
        if not self._bus.is_connected:
            raise BusUnavailable("transaction numbers", "not connected")
        key = station_key(station)
        try:
            if self._bucket is None:
                self._bucket = await self._bus.transaction_numbers_bucket()
            while True:
                numbers, revision = await self._read(self._bucket, key)
                known = numbers.number_of(start)
                if known is not None:
                    return known
                try:
                    await self._bucket.update(key, msgspec.json.encode(numbers.with_start(start)), last=revision)
                except KeyWrongLastSequenceError:
                    continue  # another socket of this station was faster: read again
                return numbers.next
        except _UNAVAILABLE as error:
            raise BusUnavailable("transaction numbers", str(error) or type(error).__name__) from error

    async def _read(self, bucket: KeyValue, key: str) -> tuple[StationNumbers, int]:
        try:
            entry = await bucket.get(key)
        except KeyNotFoundError:
            return StationNumbers(), 0
        return msgspec.json.decode(entry.value or b"{}", type=StationNumbers), entry.revision or 0


async def _read_presence(bucket: KeyValue, key: str) -> tuple[PresenceEntry | None, int]:
    """Who holds the station, and the revision that an update has to name."""
    try:
        found = await bucket.get(key)
    except KeyNotFoundError as error:
        deleted = error.entry
        return None, (deleted.revision or 0) if deleted is not None else 0
    return msgspec.json.decode(found.value or b"", type=PresenceEntry), found.revision or 0
