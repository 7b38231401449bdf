"""The streams and keys of a backup: messages with their sequence numbers, one after the other in a file.

A frame is four bytes of length and a message in msgpack; the file is compressed.
"""

import gzip
import struct
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NoKeysError, NotFoundError

from backoffice.kit.bus import Bus, stream_config
from chargeyard.backup.errors import DataThere, StreamMoved
from chargeyard.backup.manifest import StreamPart
from protocol.bus.streams import STREAM_PLANS
from protocol.bus.subjects import REGISTRY_BUCKET, TRANSACTION_NUMBERS_BUCKET, Stream

KeptT = TypeVar("KeptT", bound=msgspec.Struct)

BUCKETS = (REGISTRY_BUCKET, TRANSACTION_NUMBERS_BUCKET)
"""Those that are kept. Who is connected is not: sockets do not outlive a restore."""

_MESSAGE_ID = "Nats-Msg-Id"
_FETCHED_AT_ONCE = 500
_FETCH_TIMEOUT_S = 10.0
_LENGTH = struct.Struct(">I")
_REPORTED_EVERY = 20_000


class KeptMessage(msgspec.Struct, frozen=True, array_like=True):
    """A message as it was in its stream."""

    seq: int
    subject: str
    payload: bytes
    headers: dict[str, str] | None = None


class KeptKey(msgspec.Struct, frozen=True, array_like=True):
    """A key of a bucket with its value."""

    key: str
    value: bytes


async def last_seq(bus: Bus, stream: Stream) -> int:
    """The sequence number of the stream's last message; 0 where there never was one."""
    try:
        return int((await bus.jetstream.stream_info(stream)).state.last_seq)
    except NotFoundError:
        return 0


async def save_stream(
    bus: Bus, stream: Stream, path: Path, *, is_kept: Callable[[KeptMessage], bool], report: Callable[[str], None]
) -> StreamPart:
    """The messages that the stream has now, and that are to be kept, are in the file.

    Only the newest may be left out: no number in between is missed then.
    """
    try:
        state = (await bus.jetstream.stream_info(stream)).state
    except NotFoundError:
        state = None
    written = 0
    with gzip.open(path, "wb", compresslevel=3) as file:
        if state is not None and state.messages:
            config = ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL)
            reader = await bus.jetstream.pull_subscribe("", stream=stream, config=config)
            seq = 0
            while seq < state.last_seq:
                for message in await reader.fetch(_FETCHED_AT_ONCE, timeout=_FETCH_TIMEOUT_S):
                    seq = message.metadata.sequence.stream
                    kept = KeptMessage(seq, message.subject, message.data, message.headers)
                    if seq <= state.last_seq and is_kept(kept):
                        _write(file, kept)
                        written += 1
                        if written % _REPORTED_EVERY == 0:
                            report(f"{stream}: {written} of {state.messages} messages")
            await reader.unsubscribe()
    first_seq = 1 if state is None else state.first_seq if state.messages else state.last_seq + 1
    report(f"{stream}: {written} messages")
    return StreamPart(first_seq, written)


async def save_bucket(bus: Bus, bucket_name: str, path: Path) -> None:
    """The keys that the bucket has now, with their values, are in the file."""
    bucket = await bus.bucket(bucket_name)
    try:
        keys = await bucket.keys()
    except NoKeysError:
        keys = []
    with gzip.open(path, "wb", compresslevel=3) as file:
        for key in keys:
            entry = await bucket.get(key)
            _write(file, KeptKey(key, entry.value or b""))


async def check_nothing_there(bus: Bus) -> None:
    """Raises DataThere where a stream has messages."""
    for stream in Stream:
        if await last_seq(bus, stream):
            raise DataThere(f"The stream {stream} has messages")


async def remove_streams(bus: Bus) -> None:
    """No stream of the platform is there, and no key of its buckets."""
    names = [stream.value for stream in Stream] + [f"KV_{name}" for name in BUCKETS]
    for name in names:
        try:
            await bus.jetstream.delete_stream(name)
        except NotFoundError:
            continue


async def load_stream(
    bus: Bus, stream: Stream, part: StreamPart, path: Path, *, report: Callable[[str], None]
) -> datetime:
    """The stream is made anew, with the messages of the file under their own numbers; returns when it was made.

    Without their message ids: the server would take two that lay hours apart for one. Raises StreamMoved.
    """
    plan = next(plan for plan in STREAM_PLANS if plan.stream is stream)
    config = stream_config(plan, replicas=1)
    config.first_seq = part.first_seq
    await bus.jetstream.add_stream(config)
    following = part.first_seq
    for count, message in enumerate(_read(path, KeptMessage), start=1):
        while following < message.seq:  # one that was deleted from the middle
            await bus.jetstream.publish(message.subject, b"")
            await bus.jetstream.delete_msg(stream, following)
            following += 1
        headers = {name: value for name, value in (message.headers or {}).items() if name != _MESSAGE_ID}
        acknowledged = await bus.jetstream.publish(message.subject, message.payload, headers=headers or None)
        if acknowledged.seq != message.seq:
            raise StreamMoved(stream, expected=message.seq, got=acknowledged.seq)
        following = message.seq + 1
        if count % _REPORTED_EVERY == 0:
            report(f"{stream}: {count} of {part.messages} messages")
    report(f"{stream}: {part.messages} messages")
    return await bus.stream_created_at(stream)


async def load_bucket(bus: Bus, bucket_name: str, path: Path) -> None:
    """The bucket has the keys of the file."""
    bucket = await bus.bucket(bucket_name)
    for kept in _read(path, KeptKey):
        await bucket.put(kept.key, kept.value)


def is_of_snapshot(message: KeptMessage, *, certain_until: int, outbox_ids: frozenset[str]) -> bool:
    """Whether the snapshot of the database had published the event, or was about to.

    What lay in the stream before the snapshot was taken, it had; of the rest its outbox tells.
    """
    return message.seq <= certain_until or (message.headers or {}).get(_MESSAGE_ID) in outbox_ids


def _write(file: gzip.GzipFile, kept: msgspec.Struct) -> None:
    frame = msgspec.msgpack.encode(kept)
    file.write(_LENGTH.pack(len(frame)) + frame)


def _read(path: Path, kind: type[KeptT]) -> Iterator[KeptT]:
    decoder = msgspec.msgpack.Decoder(kind)
    with gzip.open(path, "rb") as file:
        while head := file.read(_LENGTH.size):
            yield decoder.decode(file.read(_LENGTH.unpack(head)[0]))
