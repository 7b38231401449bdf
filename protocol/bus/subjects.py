"""The only place where NATS subjects, stream names and key-value keys are spelled.

    ev.v1.<tenant>.<kind>.<h1>.<h2>.<station>.<block>.<fact>       kind: station, reading, frame
    ev.v1.<tenant>.domain.<h1>.<h2>.<key>.<service>.<event>
    rpc.v1.node.<node>.command.<tenant>.<station>                  CSMS commands, answered by one gateway node
    rpc.v1.query.<service>.<query>                                 answered by any instance of the service

h1 and h2 are the first two hex digits of crc32(station or key): a consumer filters by h1 today and by both when it
must split, and no publisher changes. Requests have a root of their own, so that no stream can ever capture one.
"""

import re
from enum import StrEnum
from typing import NamedTuple
from zlib import crc32

from protocol.domain.identifiers import StationId, StationKey, TenantId

REGISTRY_BUCKET = "registry"
PRESENCE_BUCKET = "presence"
TRANSACTION_NUMBERS_BUCKET = "transaction_numbers"
ANY_NODE = "rpc.v1.node.>"

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_ESCAPED = re.compile(r"=([0-9A-F]{2})")


class Kind(StrEnum):
    """The second part of a subject that says which stream keeps it."""

    STATION = "station"
    READING = "reading"
    FRAME = "frame"
    DOMAIN = "domain"


class Stream(StrEnum):
    """JetStream streams. Their retention is a table in `streams.py`."""

    FACTS = "FACTS"
    READINGS = "READINGS"
    DOMAIN = "DOMAIN"
    FRAMES = "FRAMES"


STREAM_OF_KIND = {
    Kind.STATION: Stream.FACTS,
    Kind.READING: Stream.READINGS,
    Kind.FRAME: Stream.FRAMES,
    Kind.DOMAIN: Stream.DOMAIN,
}


class Partition(NamedTuple):
    """The two hex digits by which consumers share a stream."""

    h1: str
    h2: str


def escape(name: str) -> str:
    """`name` as one subject token or key: anything but letters, digits, `_` and `-` becomes =XX, UTF-8 byte by byte.

    An empty name raises ValueError, for NATS has no empty token.
    """
    if not name:
        raise ValueError("a name on the bus has at least one character")
    return _UNSAFE.sub(lambda match: "".join(f"={byte:02X}" for byte in match[0].encode()), name)


def unescape(token: str) -> str:
    """The name that `escape` was given."""
    parts = _ESCAPED.split(token)
    raw = b"".join(bytes.fromhex(part) if index % 2 else part.encode() for index, part in enumerate(parts))
    return raw.decode()


def partition_of(key: str) -> Partition:
    """The partition of a station id or of a domain key."""
    digits = f"{crc32(key.encode()):08x}"
    return Partition(digits[0], digits[1])


def station_prefix(station: StationKey, kind: Kind) -> str:
    """What stands before `<block>.<fact>` for one station; worth keeping for as long as its socket is open."""
    h1, h2 = partition_of(station.station)
    return f"ev.v1.{escape(station.tenant)}.{kind}.{h1}.{h2}.{escape(station.station)}."


def domain_subject(tenant: TenantId, *, key: str, service: str, event: str) -> str:
    """Where a service's own event about `key` (a session, reservation or station id) is published."""
    h1, h2 = partition_of(key)
    return f"ev.v1.{escape(tenant)}.{Kind.DOMAIN}.{h1}.{h2}.{escape(key)}.{service}.{event}"


def domain_events_of(tenant: TenantId, *, key: str, service: str, event: str = "*") -> str:
    """The filter for all events of one service about one key, or for one of them."""
    return domain_subject(tenant, key=key, service=service, event=event)


def domain_events_of_any(tenant: TenantId, *, service: str, event: str) -> str:
    """The filter for one event of a service, whatever it is about."""
    return f"ev.v1.{escape(tenant)}.{Kind.DOMAIN}.*.*.*.{service}.{event}"


def event_filter(kind: Kind, *, owner: str, event: str, h1: str = "*") -> str:
    """The filter for one event of a block or a service, of every tenant, in one partition of its kind or in all."""
    return f"ev.v1.*.{kind}.{h1}.*.*.{owner}.{event}"


def kind_filter(kind: Kind, *, h1: str = "*") -> str:
    """The filter for one partition of a kind, or for all of it; also what a stream captures."""
    return f"ev.v1.*.{kind}.>" if h1 == "*" else f"ev.v1.*.{kind}.{h1}.>"


def node_command(node: str, station: StationKey) -> str:
    """Where the gateway node that holds a station's socket takes commands for it."""
    return f"rpc.v1.node.{escape(node)}.command.{station_key(station)}"


def node_commands(node: str) -> str:
    """The one subscription of a gateway node."""
    return f"rpc.v1.node.{escape(node)}.command.>"


def node_evictions(node: str) -> str:
    """Where a gateway node hears that a station's newer socket is elsewhere."""
    return f"rpc.v1.node.{escape(node)}.evict"


def query_subject(service: str, query: str) -> str:
    """Where a service answers a query."""
    return f"rpc.v1.query.{service}.{query}"


def station_key(station: StationKey) -> str:
    """A station's key in the registry, presence and transaction-number buckets."""
    return f"{escape(station.tenant)}.{escape(station.station)}"


def tenant_of_key(key: str) -> TenantId:
    """The tenant of a station's key."""
    return TenantId(unescape(key.partition(".")[0]))


def station_of_key(key: str) -> StationKey:
    """The station that `station_key` was given."""
    tenant, station = key.split(".")
    return StationKey(TenantId(unescape(tenant)), StationId(unescape(station)))
