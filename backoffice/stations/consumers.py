"""What the gateway's facts say of a station's presence and state, held in its rows.

Invariants:
1. A report older than the one that is held changes nothing, so no order of arrival matters.
2. A socket that ended says nothing of a newer one: presence is fenced by the epoch.
3. A change is published as StationStatusChanged; a repetition is not.
"""

from collections.abc import Sequence

from backoffice.contracts.stations import StationAdmissionChanged, StationStatusChanged
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Consumer, Delivery
from backoffice.kit.database import Unit
from backoffice.stations import device_repository, device_state, limits, reports, repository, reservations
from backoffice.stations.campaigns import Campaigns
from backoffice.stations.certificates import SigningDesk
from backoffice.stations.charging_facts import ChargingFacts
from backoffice.stations.domain import evse_status, occupied_by
from backoffice.stations.evse_transactions import follow_transaction, is_newest, is_told_after_its_end
from backoffice.stations.models import Evse, Station
from backoffice.stations.onboarding import Onboarding
from backoffice.stations.read_out import ReadOut
from backoffice.stations.registry import Registry
from backoffice.stations.service import announce_admission
from protocol.blocks.availability.events import ConnectorStatusReported, StationConnected, StationDisconnected
from protocol.blocks.certificates.events import CertificateSigningRequested
from protocol.blocks.firmware.events import FirmwareStatusReported
from protocol.blocks.monitoring.events import StationEventsReported
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.reservation.events import ReservationStatusReported
from protocol.blocks.security.events import HandshakeRefused
from protocol.blocks.transactions.events import (
    TransactionEnded,
    TransactionFact,
    TransactionStarted,
    TransactionUpdated,
)
from protocol.bus.secrets import credential_name
from protocol.bus.subjects import Kind
from protocol.domain.identifiers import StationId, StationKey
from protocol.domain.status import ConnectorStatus


class StationFacts:
    """Handlers of FACTS. A station that nobody registered is a stranger, and passed over but for who it is.

    Without a `signing` desk requests for certificates are passed over; without a `read_out` a boot makes no traffic.
    `charging` are those about limits and vehicles.
    """

    def __init__(
        self,
        onboarding: Onboarding,
        *,
        clock: Clock,
        charging: ChargingFacts,
        campaigns: Campaigns,
        signing: SigningDesk | None = None,
        read_out: ReadOut | None = None,
    ) -> None:
        self._onboarding = onboarding
        self._clock = clock
        self._charging = charging
        self._campaigns = campaigns
        self._signing = signing
        self._read_out = read_out

    def consumer(self) -> Consumer:
        """The consumer made of these handlers."""
        return Consumer(
            Kind.STATION,
            {
                StationConnected: self.on_connected,
                StationDisconnected: self.on_disconnected,
                StationBooted: self.on_booted,
                HandshakeRefused: self.on_handshake_refused,
                ConnectorStatusReported: self.on_status_reported,
                TransactionStarted: self.on_transaction,
                TransactionUpdated: self.on_transaction,
                TransactionEnded: self.on_transaction,
                ReservationStatusReported: self.on_reservation_status,
                StationEventsReported: device_state.on_events,
                FirmwareStatusReported: self._campaigns.on_firmware_status,
                **reports.HANDLERS,
                **self._charging.handlers,
                **({CertificateSigningRequested: self._signing.on_requested} if self._signing else {}),
            },
            prepare=self.hold_rows,
        )

    async def hold_rows(self, deliveries: Sequence[Delivery], unit: Unit) -> None:
        """What a batch reports on is locked at once: stations before EVSEs, as everywhere."""
        told = [(each.envelope.tenant, each.envelope.subject, each.event) for each in deliveries]
        await repository.hold_stations(unit, {(tenant, station_id) for tenant, station_id, _ in told})
        evses = {(tenant, station_id, evse) for tenant, station_id, event in told if (evse := _evse_of(event))}
        if evses:
            await repository.hold_evses(unit, evses)

    async def on_connected(self, event: StationConnected, delivery: Delivery, unit: Unit) -> None:
        """The station is online by this socket, unless a newer one is known."""
        station = await _lock_station_or_stranger(unit, delivery.envelope.subject)
        if station is None:
            station = await self._onboarding.meet(unit, event, delivery)
            if station is not None:
                await self._publish(unit, station, None)
            return
        at, epoch = delivery.envelope.received_at, delivery.envelope.epoch
        # A presence bucket that was lost counts its epochs from 1 again: then the time decides.
        if epoch < station.epoch and station.connected_at is not None and at < station.connected_at:
            return
        was_online = station.is_online
        station.is_online, station.epoch, station.connected_at = True, epoch, at
        station.version, station.security_profile = event.version, event.security_profile
        await self._forget_old_password(unit, station, event)
        if not was_online:
            await self._publish(unit, station, None)

    async def on_disconnected(self, event: StationDisconnected, delivery: Delivery, unit: Unit) -> None:
        """The station is offline, unless a newer socket is known."""
        station = await _lock_station_or_stranger(unit, delivery.envelope.subject)
        if station is None:
            await self._onboarding.lose(unit, delivery.envelope.subject, delivery.envelope.epoch)
            return
        if delivery.envelope.epoch < station.epoch:
            return
        was_online = station.is_online
        station.is_online, station.epoch = False, delivery.envelope.epoch
        if was_online:
            await self._publish(unit, station, None)

    async def on_booted(self, event: StationBooted, delivery: Delivery, unit: Unit) -> None:
        """The station is what it says it is."""
        station = await _lock_station_or_stranger(unit, delivery.envelope.subject)
        at = delivery.envelope.received_at
        if station is None:
            await self._onboarding.hear_boot(unit, event, delivery)
            return
        if station.booted_at is not None and station.booted_at > at:
            return
        station.booted_at, station.heard_registration = at, event.registration
        is_other_model = (station.vendor, station.model) != (event.vendor, event.model)
        station.vendor, station.model = event.vendor, event.model
        if is_other_model and await repository.find_model_rules(unit, event.vendor, event.model) is not None:
            await announce_admission(unit, station, now=self._clock())
        station.serial_number, station.firmware_version = event.serial_number, event.firmware_version
        if self._read_out is not None:
            await self._read_out.on_booted(event, delivery, unit)

    async def on_handshake_refused(self, event: HandshakeRefused, delivery: Delivery, unit: Unit) -> None:
        """The operator can see who was not let in, and why."""
        await self._onboarding.note_refusal(unit, event, delivery)

    async def on_status_reported(self, event: ConnectorStatusReported, delivery: Delivery, unit: Unit) -> None:
        """The connector, or the station as a whole, has the reported status."""
        station = await repository.lock_station(unit, delivery.envelope.subject)
        if station is None:
            return
        if event.evse is None:
            await self._report_station(station, event, delivery, unit)
        else:
            await self._report_connector(station, event, delivery, unit)

    async def on_transaction(self, event: TransactionFact, delivery: Delivery, unit: Unit) -> None:
        """The EVSE runs the transaction, or no longer, and its limits end with it; its charging state is what it says.

        Not every fact names the EVSE again (1.6 StopTransaction, 2.x after the first).
        """
        station = await repository.lock_station(unit, delivery.envelope.subject)
        if station is None:
            return
        if event.evse is None:
            evse = await repository.lock_evse_of_transaction(unit, station.id, event.transaction_id)
        else:
            evse = await repository.lock_evse(unit, station.id, event.evse)
        if isinstance(event, TransactionEnded):
            over = evse.evse if evse and evse.transaction_id in (None, event.transaction_id) else None
            await limits.forget_transaction(unit, station.id, event.transaction_id, evse=over)
            # A message of a transaction ends with it (OCPP 2.0.1 O02).
            await device_repository.delete_messages_of_transaction(unit, station.id, event.transaction_id)
        await reservations.on_transaction(unit, station.id, event, at=delivery.envelope.received_at)
        if evse is None or is_told_after_its_end(evse, event, delivery):
            return
        is_now, before = is_newest(evse, event), evse.transaction_id
        follow_transaction(evse, event, delivery)
        if evse.transaction_id != before:
            await self._charging.on_transaction(unit, station, evse.evse, event, delivery.envelope.received_at)
        # What was said while offline describes the past, and so does what was overtaken.
        if is_now and not event.is_offline:
            await self._read_charging_state(unit, station, evse, event, delivery)

    async def on_reservation_status(self, event: ReservationStatusReported, delivery: Delivery, unit: Unit) -> None:
        """The station holds the reservation no longer."""
        station = await repository.lock_station(unit, delivery.envelope.subject)
        if station is not None:
            await reservations.on_status(unit, station.id, event, at=delivery.envelope.received_at)

    async def _read_charging_state(
        self, unit: Unit, station: Station, evse: Evse, event: TransactionFact, delivery: Delivery
    ) -> None:
        """A vehicle that charges occupies the EVSE. 2.x says the charging state here and nowhere else."""
        at = delivery.envelope.received_at
        if evse.charging_state_at is not None and evse.charging_state_at > at:
            return
        has_ended = isinstance(event, TransactionEnded)
        if event.charging_state is None and not has_ended:
            return
        evse.charging_state, evse.charging_state_at = None if has_ended else event.charging_state, at
        if not has_ended and occupied_by(event.charging_state) and evse.status == ConnectorStatus.AVAILABLE:
            evse.status = ConnectorStatus.OCCUPIED
            await self._publish(unit, station, evse)

    async def _forget_old_password(self, unit: Unit, station: Station, event: StationConnected) -> None:
        """A station that showed its new password has stored it: the old one is right no longer."""
        if station.previous_credential_hash is None or station.credential_hash is None:
            return
        if event.credential == credential_name(station.credential_hash):
            station.previous_credential_hash = station.previous_credential_until = None
            await announce_admission(unit, station, now=self._clock())

    async def _report_station(
        self, station: Station, event: ConnectorStatusReported, delivery: Delivery, unit: Unit
    ) -> None:
        at = delivery.envelope.received_at
        if station.status_at is not None and station.status_at > at:
            return
        has_changed = station.status != event.status
        station.status, station.status_at = event.status, at
        if has_changed:
            await self._publish(unit, station, None)

    async def _report_connector(
        self, station: Station, event: ConnectorStatusReported, delivery: Delivery, unit: Unit
    ) -> None:
        assert event.evse is not None
        evse = await repository.lock_evse(unit, station.id, event.evse)
        if evse is None:
            return
        at = delivery.envelope.received_at
        for connector in evse.connectors:
            is_meant = connector.connector == (event.connector or 1)
            if is_meant and (connector.status_at is None or connector.status_at <= at):
                connector.status, connector.status_at, connector.error_code = event.status, at, event.error_code
        before = evse.status
        evse.status = evse_status(
            ConnectorStatus(connector.status) for connector in evse.connectors if connector.status
        )
        if event.charging_state is not None and (evse.charging_state_at is None or evse.charging_state_at <= at):
            evse.charging_state, evse.charging_state_at = event.charging_state, at
        if evse.status != before:
            await self._publish(unit, station, evse)

    async def _publish(self, unit: Unit, station: Station, evse: Evse | None) -> None:
        status = evse.status if evse else station.status
        changed = StationStatusChanged(
            station_id=StationId(station.id),
            location_id=station.location_id,
            evse=evse.evse if evse else None,
            status=ConnectorStatus(status) if status else None,
            is_online=station.is_online,
        )
        await unit.publish(changed, key=station.id, now=self._clock())


def _evse_of(event: object) -> int | None:
    return event.evse if isinstance(event, ConnectorStatusReported | TransactionFact) else None


async def _lock_station_or_stranger(unit: Unit, station_id: str) -> Station | None:
    """The station, else the stranger of its name is locked: what is noted on it is not lost to a decision about it."""
    station = await repository.lock_station(unit, station_id)
    if station is None and await repository.lock_stranger(unit, station_id) is None:
        # It may have been made a station while we waited for the lock.
        return await repository.lock_station(unit, station_id)
    return station


class Admissions:
    """Our own events on DOMAIN, for changes that no request made: what a fact changed reaches the registry by them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def consumer(self) -> Consumer:
        """The consumer made of this handler."""
        return Consumer(Kind.DOMAIN, {StationAdmissionChanged: self.on_admission_changed})

    async def on_admission_changed(self, event: StationAdmissionChanged, _delivery: Delivery, unit: Unit) -> None:
        """The registry says of the station what its row says."""
        await self._registry.refresh(StationKey(unit.tenant, event.station_id))
