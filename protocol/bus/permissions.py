"""What each program may say and hear on the bus: NATS holds it to that where every program has an account of its own.

Invariants:
1. Facts come from the gateway alone, and a service publishes events in its own name only.
2. A service answers for itself alone: it hears no question to another one, and no command to a gateway node. It hears
   its own events, as hints; those of others it reads from the streams.
3. Nobody may delete or purge a stream but `PLATFORM`, which is for people: backup, restore, the demo.
"""

from dataclasses import dataclass

from protocol.bus.subjects import (
    ANY_NODE,
    PRESENCE_BUCKET,
    REGISTRY_BUCKET,
    TRANSACTION_NUMBERS_BUCKET,
    Kind,
    event_filter,
    kind_filter,
    query_subject,
)

GATEWAY = "gateway"
PLATFORM = "platform"

_INBOXES = "_INBOX.>"
_EVERYTHING = ">"
_QUERIES = query_subject("*", "*")
_NODES = ANY_NODE
# Streams are made and kept as planned by every program, readers come and go, and no history is taken back.
_JETSTREAM = (
    "$JS.API.INFO",
    "$JS.API.STREAM.CREATE.*",
    "$JS.API.STREAM.UPDATE.*",
    "$JS.API.STREAM.INFO.*",
    "$JS.API.STREAM.NAMES",
    "$JS.API.STREAM.MSG.GET.*",
    "$JS.API.DIRECT.GET.>",
    "$JS.API.CONSUMER.>",
    "$JS.ACK.>",
    "$JS.FC.>",
)


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects, with NATS's wildcards; everything else is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def _bucket(name: str) -> str:
    return f"$KV.{name}.>"


# Who is registered is `stations`' to say, and commands go out from there.
_MORE_TO_SAY = {"stations": (_bucket(REGISTRY_BUCKET), _NODES)}

GATEWAY_PERMISSIONS = Permissions(
    publish=(
        *(kind_filter(kind) for kind in (Kind.STATION, Kind.READING, Kind.FRAME)),
        _bucket(PRESENCE_BUCKET),
        _bucket(TRANSACTION_NUMBERS_BUCKET),
        _QUERIES,
        _NODES,
        _INBOXES,
        *_JETSTREAM,
    ),
    subscribe=(_NODES, _INBOXES),
)
PLATFORM_PERMISSIONS = Permissions(publish=(_EVERYTHING,), subscribe=(_EVERYTHING,))


def permissions_of(service: str) -> Permissions:
    """Those of a service of the back office."""
    own_events = event_filter(Kind.DOMAIN, owner=service, event="*")
    return Permissions(
        publish=(
            own_events,
            *_MORE_TO_SAY.get(service, ()),
            _QUERIES,
            _INBOXES,
            *_JETSTREAM,
        ),
        subscribe=(query_subject(service, "*"), own_events, _INBOXES),
    )
