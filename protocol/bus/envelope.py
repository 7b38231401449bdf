"""What is wrapped around every event: CloudEvents 1.0 attributes, JSON, structured mode.

Invariants:
1. `id` names the fact, not the delivery: a station that says the same thing twice makes one id.
2. `digest` is over the raw payload: the same id with another digest is another fact, kept and flagged.
3. `time` is ours (received_at); `occurredat` is the station's.
"""

import hashlib
import random
import uuid
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from protocol.domain.identifiers import TenantId

DataT = TypeVar("DataT")

_NAMESPACE = uuid.UUID("6f1c8a52-3f0e-5d0b-9c39-0d5f6f6c9a7e")
_NAMESPACE_BYTES = _NAMESPACE.bytes
_VERSION_7 = 0x7 << 76 | 0b10 << 62  # RFC 9562 §5.7: version and variant, between 12 and 62 random bits
_RANDOM_OF_7 = ((1 << 12) - 1) << 64 | (1 << 62) - 1
_VARIANTS = {f"{digit:x}": f"{8 | digit & 3:x}" for digit in range(16)}  # RFC 9562 §4.1


class Envelope(msgspec.Struct, Generic[DataT], frozen=True, omit_defaults=True):
    """One event. `type` is a row of the catalogue, `subject` the station id or the domain key.

    `epoch` is the station's presence epoch at the time; 0 where there is none.
    """

    id: str
    source: str
    type: str
    time: datetime
    tenant: TenantId
    subject: str
    data: DataT
    digest: str = ""
    epoch: int = 0
    occurredat: datetime | None = None
    traceparent: str = ""
    specversion: str = "1.0"
    datacontenttype: str = "application/json"

    @property
    def received_at(self) -> datetime:
        """When we heard of it."""
        return self.time

    @property
    def dedupe_key(self) -> str:
        """The inbox key, and the `Nats-Msg-Id`."""
        return f"{self.id}.{self.digest}" if self.digest else self.id


RawEnvelope = Envelope[msgspec.Raw]

_decode = msgspec.json.Decoder(RawEnvelope).decode
_encode = msgspec.json.Encoder().encode


def encode_envelope(envelope: Envelope[DataT]) -> bytes:
    """The envelope as it travels."""
    return _encode(envelope)


def decode_envelope(payload: bytes) -> RawEnvelope:
    """The envelope with its data still as it came. Raises msgspec.ValidationError or DecodeError."""
    return _decode(payload)


def event_id(*wire_values: str) -> str:
    """The id of a fact that a station may say again: UUIDv5 over its raw wire values, tenant and station first.

    Raw, before any repair: a rule or a time zone that changes later must not make a second bill.
    """
    # As uuid.uuid5 makes it, without an object on the way: every fact of a transaction comes through here.
    digest = hashlib.sha1(_NAMESPACE_BYTES + "\x1f".join(wire_values).encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANTS[digest[16]]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def unique_event_id(now: datetime) -> str:
    """An id for what has no key of its own: UUIDv7, so that ids sort by time."""
    tail = random.getrandbits(76) & _RANDOM_OF_7  # unique, not secret
    value = int(now.timestamp() * 1000) << 80 | _VERSION_7 | tail
    text = value.to_bytes(16).hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def payload_digest(payload: bytes) -> str:
    """64 bits of BLAKE2b over the raw wire payload, in hex."""
    return hashlib.blake2b(payload, digest_size=8).hexdigest()
