"""Every event on the bus: its type, its Struct, who says it, and so its stream and subject.

The back office adds its own rows (`Catalogue.extended`); an event that is in no row cannot be published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from protocol.blocks.availability.events import ConnectorStatusReported, StationConnected, StationDisconnected
from protocol.blocks.battery_swap.events import BatterySwapReported
from protocol.blocks.certificates.events import CertificateSigningRequested
from protocol.blocks.data_transfer.events import DataTransferred
from protocol.blocks.der_control.events import DerAlarmReported, DerControlsReported, DerControlSwitched
from protocol.blocks.diagnostics.events import CustomerInformationReported, LogStatusReported
from protocol.blocks.display_message.events import DisplayMessagesReported
from protocol.blocks.event_streams.events import EventStreamClosed, EventStreamOpened, EventStreamReported
from protocol.blocks.firmware.events import FirmwarePublicationReported, FirmwareStatusReported
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.blocks.monitoring.events import MonitorsReported, StationEventsReported
from protocol.blocks.payment.events import PaymentAuthorised, SettlementReported
from protocol.blocks.provisioning.events import StationBooted, VariablesReported
from protocol.blocks.reservation.events import ReservationStatusReported
from protocol.blocks.security.events import HandshakeRefused, SecurityEventReported
from protocol.blocks.smart_charging.events import (
    ChargingLimitCleared,
    ChargingLimitNotified,
    ChargingNeedsNotified,
    ChargingProfilesReported,
    ChargingScheduleNotified,
    PriorityChargingNotified,
)
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted, TransactionUpdated
from protocol.bus.envelope import RawEnvelope
from protocol.bus.frames import FramesLogged
from protocol.bus.subjects import STREAM_OF_KIND, Kind, Stream
from protocol.tolerance.events import MessageQuarantined, StationDeviated


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event: `owner` is the block or the service that says it, `name` the last part of its subject."""

    struct: type[msgspec.Struct]
    kind: Kind
    owner: str
    name: str

    @property
    def type(self) -> str:
        """The CloudEvents type, as `ev.v1.station.transactions.started`."""
        return f"ev.v1.{self.kind}.{self.owner}.{self.name}"

    @property
    def stream(self) -> Stream:
        """The stream that keeps it."""
        return STREAM_OF_KIND[self.kind]

    @property
    def suffix(self) -> str:
        """The last two parts of its subject."""
        return f"{self.owner}.{self.name}"


class UnknownEventType(LookupError):
    """An event that no row names; a consumer counts it and goes on."""

    def __init__(self, event_type: str) -> None:
        super().__init__(f"no row of the catalogue names the event type {event_type!r}")
        self.event_type = event_type


class Catalogue:
    """Rows by type and by Struct. A type or a Struct named twice is a ValueError."""

    def __init__(self, rows: Iterable[EventRow]) -> None:
        self.rows = tuple(rows)
        self._by_type = {row.type: row for row in self.rows}
        self._by_struct = {row.struct: row for row in self.rows}
        self._decoders = {row.type: msgspec.json.Decoder(row.struct) for row in self.rows}
        if not len(self.rows) == len(self._by_type) == len(self._by_struct):
            raise ValueError("the catalogue names an event twice")

    def extended(self, rows: Iterable[EventRow]) -> "Catalogue":
        """A catalogue with more rows."""
        return Catalogue((*self.rows, *rows))

    def row_of(self, struct: type[msgspec.Struct]) -> EventRow:
        """The row of an event's Struct. A Struct in no row is a KeyError: a mistake in our own code."""
        return self._by_struct[struct]

    def row_of_type(self, event_type: str) -> EventRow:
        """The row of a CloudEvents type; raises UnknownEventType."""
        row = self._by_type.get(event_type)
        if row is None:
            raise UnknownEventType(event_type)
        return row

    def decode(self, envelope: RawEnvelope) -> Any:  # Any: the row decides the Struct at run time
        """The envelope's data as its Struct. Raises UnknownEventType or msgspec.ValidationError."""
        decoder = self._decoders.get(envelope.type)
        if decoder is None:
            raise UnknownEventType(envelope.type)
        return decoder.decode(envelope.data)


STATION_EVENTS = Catalogue(
    (
        EventRow(StationConnected, Kind.STATION, "availability", "connected"),
        EventRow(StationDisconnected, Kind.STATION, "availability", "disconnected"),
        EventRow(ConnectorStatusReported, Kind.STATION, "availability", "status_reported"),
        EventRow(StationBooted, Kind.STATION, "provisioning", "booted"),
        EventRow(HandshakeRefused, Kind.STATION, "security", "handshake_refused"),
        EventRow(TransactionStarted, Kind.STATION, "transactions", "started"),
        EventRow(TransactionUpdated, Kind.STATION, "transactions", "updated"),
        EventRow(TransactionEnded, Kind.STATION, "transactions", "ended"),
        EventRow(StationDeviated, Kind.STATION, "tolerance", "deviated"),
        EventRow(MessageQuarantined, Kind.STATION, "tolerance", "quarantined"),
        EventRow(MeterValuesReported, Kind.READING, "meter_values", "reported"),
        EventRow(FirmwareStatusReported, Kind.STATION, "firmware", "status_reported"),
        EventRow(FirmwarePublicationReported, Kind.STATION, "firmware", "publication_reported"),
        EventRow(ChargingProfilesReported, Kind.STATION, "smart_charging", "profiles_reported"),
        EventRow(ChargingLimitNotified, Kind.STATION, "smart_charging", "limit_notified"),
        EventRow(ChargingLimitCleared, Kind.STATION, "smart_charging", "limit_cleared"),
        EventRow(ChargingNeedsNotified, Kind.STATION, "smart_charging", "needs_notified"),
        EventRow(ChargingScheduleNotified, Kind.STATION, "smart_charging", "schedule_notified"),
        EventRow(PriorityChargingNotified, Kind.STATION, "smart_charging", "priority_notified"),
        EventRow(LogStatusReported, Kind.STATION, "diagnostics", "status_reported"),
        EventRow(VariablesReported, Kind.STATION, "provisioning", "variables_reported"),
        EventRow(MonitorsReported, Kind.STATION, "monitoring", "monitors_reported"),
        EventRow(StationEventsReported, Kind.STATION, "monitoring", "events_reported"),
        EventRow(CustomerInformationReported, Kind.STATION, "diagnostics", "customer_information_reported"),
        EventRow(DisplayMessagesReported, Kind.STATION, "display_message", "messages_reported"),
        EventRow(SecurityEventReported, Kind.STATION, "security", "reported"),
        EventRow(CertificateSigningRequested, Kind.STATION, "certificates", "signing_requested"),
        EventRow(ReservationStatusReported, Kind.STATION, "reservation", "status_reported"),
        EventRow(DataTransferred, Kind.STATION, "data_transfer", "transferred"),
        EventRow(EventStreamOpened, Kind.STATION, "event_streams", "opened"),
        EventRow(EventStreamClosed, Kind.STATION, "event_streams", "closed"),
        EventRow(EventStreamReported, Kind.READING, "event_streams", "reported"),
        EventRow(DerAlarmReported, Kind.STATION, "der_control", "alarm_reported"),
        EventRow(DerControlSwitched, Kind.STATION, "der_control", "switched"),
        EventRow(DerControlsReported, Kind.STATION, "der_control", "reported"),
        EventRow(BatterySwapReported, Kind.STATION, "battery_swap", "reported"),
        EventRow(PaymentAuthorised, Kind.STATION, "payment", "payment_authorised"),
        EventRow(SettlementReported, Kind.STATION, "payment", "settlement_reported"),
        EventRow(FramesLogged, Kind.FRAME, "ocppj", "logged"),
    )
)
