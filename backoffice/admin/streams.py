"""What JetStream and the gateway's presence say of themselves."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from nats.js.errors import NotFoundError

from backoffice.kit.bus import Bus
from protocol.bus.commands import PresenceEntry
from protocol.bus.subjects import PRESENCE_BUCKET, Stream


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """A stream. `fill_percent` None: nothing bounds it that JetStream tells of."""

    name: str
    messages: int
    size_bytes: int
    last_seq: int
    fill_percent: int | None


async def read_streams(bus: Bus) -> Sequence[StreamHealth]:
    """The platform's streams. Raises BusUnavailable.

    A stream without a bound of its own fills what the account, or the server, has for all.
    """
    with bus.naming_outages():
        account = await bus.jetstream.account_info()
        infos = [await bus.jetstream.stream_info(stream.value) for stream in Stream]
    limit = account.limits.max_storage or 0
    return [
        StreamHealth(
            info.config.name or "",
            messages=info.state.messages,
            size_bytes=info.state.bytes,
            last_seq=info.state.last_seq,
            fill_percent=_percent(info.state.bytes, info.config.max_bytes or 0) or _percent(account.storage, limit),
        )
        for info in infos
    ]


async def count_waiting(bus: Bus, readers: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """How many messages wait for each of these durable readers, named with their streams; one that nobody made is left
    out. Raises BusUnavailable."""
    waiting = {}
    with bus.naming_outages():
        for stream, reader in readers:
            try:
                info = await bus.jetstream.consumer_info(stream, reader)
            except NotFoundError:
                continue
            waiting[reader] = (info.num_pending or 0) + (info.num_ack_pending or 0)
    return waiting


async def count_stations_by_node(bus: Bus) -> Mapping[str, int]:
    """Every gateway node with the stations that it holds. Raises BusUnavailable."""
    bucket = await bus.bucket(PRESENCE_BUCKET)
    nodes: Counter[str] = Counter()
    with bus.naming_outages():
        entries = await bucket.watchall(ignore_deletes=True)
        try:
            async for entry in entries:
                if entry is None:  # all that was there has been told
                    break
                nodes[msgspec.json.decode(entry.value or b"{}", type=PresenceEntry).node] += 1
        finally:
            await entries.stop()  # type: ignore[no-untyped-call]  # nats-py
    return nodes


def _percent(used: int, limit: int) -> int | None:
    return used * 100 // limit if limit > 0 else None
