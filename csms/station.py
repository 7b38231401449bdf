"""What a handler knows of the station that spoke, and how it states a fact about it."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from csms.deviations import DeviationBook
from csms.ports import EventPublisher, Outgoing
from protocol.blocks.diagnostics.messages import LogReport
from protocol.blocks.firmware.messages import FirmwareReport, PublishFirmwareStatusNotification
from protocol.blocks.transactions.watch import TransactionWatch
from protocol.bus.catalogue import STATION_EVENTS
from protocol.bus.envelope import Envelope, encode_envelope, event_id, payload_digest, unique_event_id
from protocol.bus.subjects import Kind, station_prefix
from protocol.domain.identifiers import StationKey
from protocol.domain.status import ConnectorStatus, RegistrationStatus
from protocol.domain.version import OcppVersion
from protocol.ocppj.repairs import Deviation
from protocol.tolerance.decoding import ALL_RULES, Ruleset
from protocol.tolerance.events import StationDeviated
from protocol.tolerance.reports import ReportWatch

# The rows of these have a natural key, and the broker would pay for one.
_WITHOUT_DEDUPE = frozenset((Kind.READING, Kind.FRAME))
_ROWS = {row.struct: (row.kind, row.suffix, row.type, row.kind not in _WITHOUT_DEDUPE) for row in STATION_EVENTS.rows}


@dataclass(slots=True)
class Station:
    """One station for as long as one socket lasts. `epoch` is 0 until presence has been claimed.

    `firmware`, `publication` and `log_upload` are the last reports on this socket. `solicited`: actions that we asked
    for by TriggerMessage; a pending station may send them.
    """

    key: StationKey
    version: OcppVersion
    node: str
    registration: RegistrationStatus
    heartbeat_interval_s: int
    security_profile: int
    deviations: DeviationBook
    rules: Ruleset = ALL_RULES
    credential: str = ""
    certificate_serial: str = ""
    epoch: int = 0
    firmware: FirmwareReport | None = None
    publication: PublishFirmwareStatusNotification | None = None
    log_upload: LogReport | None = None
    solicited: set[str] = field(default_factory=set)
    transactions: TransactionWatch = field(default_factory=TransactionWatch)
    reports: ReportWatch = field(default_factory=ReportWatch)
    connector_statuses: dict[tuple[int | None, int | None], ConnectorStatus] = field(default_factory=dict)
    _prefixes: dict[Kind, str] = field(default_factory=dict)
    _source: str = field(init=False)

    def __post_init__(self) -> None:
        self._source = sys.intern(f"/csms/{self.node}")  # one for all stations of the node

    def state(
        self,
        fact: msgspec.Struct,
        *,
        received_at: datetime,
        occurred_at: datetime | None = None,
        payload: bytes = b"",
        wire_key: tuple[str, ...] = (),
        traceparent: str = "",
    ) -> Outgoing:
        """The fact, wrapped and addressed.

        With a `wire_key` (raw values) the fact has the same id each time it is said, and `payload`, the raw wire
        text, tells whether the same was said with it.
        """
        key = self.key
        kind, suffix, event_type, is_deduped = _ROWS[type(fact)]
        prefix = self._prefixes.get(kind)
        if prefix is None:
            prefix = self._prefixes[kind] = station_prefix(key, kind)
        envelope: Envelope[Any] = Envelope(
            id=event_id(key.tenant, key.station, *wire_key) if wire_key else unique_event_id(received_at),
            source=self._source,
            type=event_type,
            time=received_at,
            tenant=key.tenant,
            subject=key.station,
            data=fact,
            digest=payload_digest(payload) if wire_key else "",
            epoch=self.epoch,
            occurredat=occurred_at,
            traceparent=traceparent,
        )
        return Outgoing(prefix + suffix, encode_envelope(envelope), envelope.dedupe_key if is_deduped else "")


class ReceivedCall(msgspec.Struct, gc=False):
    """A CALL that a handler answers: who sent it, when it came, and its payload as it came.

    `deviations` were forgiven in it; a handler adds what it notices. `traceparent`: its trace, where it is sampled.
    One is made for every message, and nothing that it holds leads back to it: the garbage collector need not look at
    them.
    """

    station: Station
    received_at: datetime
    payload: bytes
    deviations: list[Deviation] = msgspec.field(default_factory=list)
    traceparent: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """The rules that this CALL needed, each once."""
        return tuple(dict.fromkeys([deviation.rule for deviation in self.deviations])) if self.deviations else ()

    def state(
        self, fact: msgspec.Struct, *, occurred_at: datetime | None = None, wire_key: tuple[str, ...] = ()
    ) -> Outgoing:
        """A fact that this CALL carried."""
        return self.station.state(
            fact,
            received_at=self.received_at,
            occurred_at=occurred_at,
            payload=self.payload,
            wire_key=wire_key,
            traceparent=self.traceparent,
        )


def publish_deviations(
    station: Station, facts: Iterable[StationDeviated], publisher: EventPublisher, *, now: datetime
) -> None:
    """The newest count of each rule is published as soon as NATS takes it. Never waits."""
    for fact in facts:
        publisher.publish_latest((station.key, f"deviated {fact.rule}"), station.state(fact, received_at=now))
