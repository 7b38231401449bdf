"""What stations does: an inventory that the gateway knows, and answers about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.contracts.stations import (
    AskStationsAt,
    CommandResult,
    CommandStatus,
    DescribeEvse,
    EvseDescription,
    ShowCost,
    StartOnEvse,
    StationAdmissionChanged,
    StationRemoved,
    StationsAt,
    StopTransaction,
)
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import OutcomeUnknown, PeerFailed
from backoffice.stations import bay_repository, closure_repository, removal_repository, repository
from backoffice.stations.asked_commands import carry_out_once
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import (
    CertificateNameTaken,
    CommandNotExpressible,
    LocationExists,
    LocationNotFound,
    StationExists,
    StationIsOnline,
    StationNotFound,
    StationOffline,
)
from backoffice.stations.models import Connector, Evse, Location, Station
from backoffice.stations.registry import Registry
from protocol.blocks.remote_control.messages import RequestStart, RequestStop, TriggerKind, TriggerMessage
from protocol.blocks.tariff_and_cost.messages import CostUpdated
from protocol.bus.envelope import unique_event_id
from protocol.bus.secrets import credential_hash, new_station_password
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import StationId, StationKey, TenantId
from protocol.domain.status import RegistrationStatus

UNASSIGNED = "unassigned"
"""The location of stations whose place nobody said."""

# Profiles in which the station shows a password (OCPP 2.0.1 A00, profiles 1 and 2).
_PASSWORD_PROFILES = {1, 2}
_CERTIFICATE_PROFILE = 3


@dataclass(frozen=True, slots=True)
class LocationPlan:
    """What a location is to be. `opening_times` are Hours as JSON, None where nobody said; `facilities` OCPI words."""

    name: str
    address: str
    city: str
    country: str
    timezone: str
    latitude: float
    longitude: float
    opening_times: dict[str, Any] | None = None  # Any: JSON, see opening_hours.py
    facilities: Sequence[str] = ()
    is_accessible: bool = False
    accessibility: str = ""
    image_urls: Sequence[str] = ()


_NOWHERE = LocationPlan(
    name="Unassigned", address="", city="", country="ZZ", timezone="UTC", latitude=0.0, longitude=0.0
)


@dataclass(frozen=True, slots=True)
class ConnectorPlan:
    """What a connector is to be."""

    connector: int
    standard: str
    power_w: int


@dataclass(frozen=True, slots=True)
class StationPlan:
    """What a station is to be.

    `password` None keeps the one it has, or makes one where a profile needs it and there is none; `registration` None
    keeps the decision, which is to accept for a new station. `unreservable`: EVSEs that nobody can reserve.
    """

    location_id: str
    security_profiles: Sequence[int]
    password: str | None
    default_version: str
    evses: dict[int, Sequence[ConnectorPlan]]
    registration: RegistrationStatus | None = None
    certificate_name: str | None = None
    unreservable: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class AdmissionChange:
    """What is to be different about how a station is let in; None: as it was."""

    registration: RegistrationStatus | None = None
    security_profiles: Sequence[int] | None = None
    password: str | None = None
    certificate_name: str | None = None


class Stations:
    """The use cases of stations."""

    def __init__(
        self, database: Database, *, dispatch: Dispatch, registry: Registry, pepper: bytes, clock: Clock
    ) -> None:
        self.database = database
        self.registry = registry
        self._dispatch = dispatch
        self._pepper = pepper
        self.clock = clock

    async def create_location(self, unit: Unit, location_id: str | None, plan: LocationPlan) -> Location:
        """A new location. Raises LocationExists."""
        now = self.clock()
        location_id = location_id or unique_event_id(now)
        if await repository.find_location(unit, location_id):
            raise LocationExists(location_id)
        return await self.save_location(unit, location_id, plan)

    async def save_location(self, unit: Unit, location_id: str, plan: LocationPlan) -> Location:
        """The location is as planned, whether or not it was there."""
        location = await repository.find_location(unit, location_id)
        if location is None:
            location = Location(tenant_id=unit.tenant, id=location_id, created_at=self.clock())
            unit.session.add(location)
        location.name, location.address, location.city = plan.name, plan.address, plan.city
        location.country, location.timezone = plan.country, plan.timezone
        location.latitude, location.longitude = plan.latitude, plan.longitude
        location.opening_times, location.facilities = plan.opening_times, list(plan.facilities)
        location.is_accessible, location.accessibility = plan.is_accessible, plan.accessibility
        location.image_urls = list(plan.image_urls)
        await unit.session.flush()
        return location

    async def create_station(self, unit: Unit, station_id: str, plan: StationPlan) -> tuple[Station, str | None]:
        """A new station, with the password that was made for it.

        Raises StationExists, LocationNotFound and CertificateNameTaken.
        """
        if await repository.find_station(unit, station_id):
            raise StationExists(station_id)
        return await self.save_station(unit, station_id, plan)

    async def save_station(self, unit: Unit, station_id: str, plan: StationPlan) -> tuple[Station, str | None]:
        """The station is as planned, with the password that was made for it, if one was.

        Raises LocationNotFound and CertificateNameTaken. The caller writes the registry after the commit.
        """
        await self._check_location(unit, plan.location_id)
        station = await repository.find_station(unit, station_id) or await self._new_station(unit, station_id)
        if station.location_id not in (None, plan.location_id):
            await bay_repository.release_evses(unit, station_id, unless_at=plan.location_id)
        station.location_id = plan.location_id
        station.default_version = plan.default_version
        _shape_evses(station, plan)
        change = AdmissionChange(plan.registration, plan.security_profiles, plan.password, plan.certificate_name)
        made_password = await self._admit(unit, station, change)
        await unit.session.flush()
        return await self.read_station(unit, station_id), made_password

    async def change_admission(
        self, unit: Unit, station_id: str, change: AdmissionChange
    ) -> tuple[Station, str | None]:
        """The station is let in as said from its next connection or boot on, with the password that was made for it.

        Raises StationNotFound and CertificateNameTaken. The caller writes the registry after the commit.
        """
        station = await self.read_station(unit, station_id)
        return station, await self._admit(unit, station, change)

    async def delete_station(self, unit: Unit, station_id: str) -> StationKey:
        """The station is gone; what other services know of its past stays. Raises StationNotFound and StationIsOnline.

        The caller writes the registry after the commit.
        """
        station = await repository.lock_station(unit, station_id)
        if station is None:
            raise StationNotFound(station_id)
        if station.is_online:
            raise StationIsOnline(station_id)
        await removal_repository.delete_station(unit, station_id)
        removed = StationRemoved(StationId(station_id), station.location_id)
        await unit.publish(removed, key=station_id, now=self.clock())
        return key_of(station)

    async def read_station(self, unit: Unit, station_id: str) -> Station:
        """The station. Raises StationNotFound."""
        station = await repository.find_station(unit, station_id)
        if station is None:
            raise StationNotFound(station_id)
        return station

    async def closed_now(self, unit: Unit, stations: Sequence[Station]) -> frozenset[tuple[str, int]]:
        """Which EVSEs of the stations maintenance or an outage closes, by station id and number."""
        return await closure_repository.closed_evses(unit, [one.id for one in stations], since=self.clock())

    async def ask_to_boot(self, station: StationKey) -> str:
        """What the station answers to being asked for a BootNotification: it hears the newest decision then."""
        try:
            trigger = TriggerMessage(TriggerKind.BOOT_NOTIFICATION)
            _, reply = await self._dispatch.carry_out(station, trigger, by="stations")
        except StationOffline:
            return "Offline"
        except OutcomeUnknown:
            return "Unknown"
        except (CommandNotExpressible, PeerFailed) as refused:
            return f"Refused: {refused}"
        assert isinstance(reply, CommandReply)
        return reply.status

    async def _new_station(self, unit: Unit, station_id: str) -> Station:
        """A station before anybody says how it is to be: with what it said as a stranger, if it was one."""
        stranger = await repository.lock_stranger(unit, station_id)
        station = Station(tenant_id=unit.tenant, id=station_id, created_at=self.clock(), evses=[])
        unit.session.add(station)
        if stranger is not None:
            station.is_online, station.epoch, station.connected_at = (
                stranger.is_online,
                stranger.epoch,
                stranger.connected_at,
            )
            station.version, station.security_profile = stranger.version, stranger.security_profile
            station.vendor, station.model = stranger.vendor, stranger.model
            station.serial_number, station.firmware_version = stranger.serial_number, stranger.firmware_version
            station.booted_at, station.heard_registration = stranger.booted_at, stranger.heard_registration
            await unit.session.delete(stranger)
        return station

    async def _admit(self, unit: Unit, station: Station, change: AdmissionChange) -> str | None:
        """The password that was made, where a profile needs one and there was none. Raises CertificateNameTaken."""
        before, is_new = _admission_of(station), station.registration is None
        station.registration = change.registration or station.registration or RegistrationStatus.ACCEPTED
        if change.security_profiles is not None:
            station.security_profiles = list(change.security_profiles)
        if change.certificate_name is not None:
            station.certificate_name = change.certificate_name
        if is_new or change.certificate_name is not None or _CERTIFICATE_PROFILE in station.security_profiles:
            await _check_certificate_name(unit, station)
        made_password = None
        needs_password = bool(_PASSWORD_PROFILES & set(station.security_profiles))
        if change.password is None and station.credential_hash is None and needs_password:
            made_password = new_station_password()
        if password := change.password or made_password:
            station.credential_hash = credential_hash(password.encode(), pepper=self._pepper)
            station.previous_credential_hash = station.previous_credential_until = None
        if _admission_of(station) != before:
            await announce_admission(unit, station, now=self.clock())
        return made_password

    async def _check_location(self, unit: Unit, location_id: str) -> None:
        """Raises LocationNotFound. The place of stations whose place nobody said is made when it is needed."""
        if await repository.find_location(unit, location_id) is not None:
            return
        if location_id != UNASSIGNED:
            raise LocationNotFound(location_id)
        await self.save_location(unit, UNASSIGNED, _NOWHERE)

    async def stations_at(self, question: AskStationsAt) -> StationsAt:
        """Which stations stand at the locations."""
        async with self.database.snapshot(question.tenant) as unit:
            return StationsAt(tuple(await repository.station_ids_at(unit, question.location_ids)))

    async def describe_evse(self, question: DescribeEvse) -> EvseDescription:
        """Where an EVSE is."""
        async with self.database.snapshot(question.tenant) as unit:
            station = await repository.find_station(unit, question.station_id)
        evse = next((one for one in station.evses if one.evse == question.evse), None) if station else None
        if station is None or evse is None:
            return EvseDescription(is_known=False)
        return EvseDescription(
            is_known=True,
            location_id=station.location_id,
            location_name=station.location.name,
            country=station.location.country,
            timezone=station.location.timezone,
            max_power_w=evse.max_power_w,
            is_online=station.is_online,
        )

    async def start_on_evse(self, question: StartOnEvse) -> CommandResult:
        """Sends a RequestStart, once, unless the EVSE is closed."""
        async with self.database.snapshot(question.tenant) as unit:
            closed = await closure_repository.closed_evses(unit, [question.station_id], since=self.clock())
        if (question.station_id, question.evse) in closed:
            detail = f"EVSE {question.evse} of station {question.station_id} is closed for maintenance or by an outage."
            return CommandResult(CommandStatus.REFUSED, detail)
        message = RequestStart(question.id_token, question.remote_start_id, evse=question.evse)
        station = StationKey(question.tenant, question.station_id)
        return await carry_out_once(self._dispatch, station, message, by="sessions")

    async def stop_transaction(self, question: StopTransaction) -> CommandResult:
        """Sends a RequestStop, once."""
        station = StationKey(question.tenant, question.station_id)
        message = RequestStop(question.transaction_id)
        return await carry_out_once(self._dispatch, station, message, by="sessions")

    async def show_cost(self, question: ShowCost) -> CommandResult:
        """Sends a CostUpdated, once."""
        message = CostUpdated(question.transaction_id, question.total_cost)
        station = StationKey(question.tenant, question.station_id)
        return await carry_out_once(self._dispatch, station, message, by="sessions")


async def announce_admission(unit: Unit, station: Station, *, now: datetime) -> None:
    """Whoever follows the station hears of it, and so does the registry, also where no request writes it."""
    changed = StationAdmissionChanged(StationId(station.id), RegistrationStatus(station.registration))
    await unit.publish(changed, key=station.id, now=now)


def key_of(station: Station) -> StationKey:
    """The station's name on the bus."""
    return StationKey(TenantId(station.tenant_id), StationId(station.id))


async def _check_certificate_name(unit: Unit, station: Station) -> None:
    """Raises CertificateNameTaken where one certificate would let in two stations (OCPP 2.0.1 A00.FR.405)."""
    name = station.certificate_name or station.id
    if (other := await repository.find_namesake(unit, station.id, name)) is not None:
        raise CertificateNameTaken(name, other=other)


def _admission_of(station: Station) -> tuple[object, ...]:
    return (
        station.registration,
        tuple(station.security_profiles or ()),
        station.credential_hash,
        station.previous_credential_hash,
        station.certificate_name,
    )


def _shape_evses(station: Station, plan: StationPlan) -> None:
    """The station has the planned EVSEs and connectors; those that stay keep what they reported."""
    existing = {evse.evse: evse for evse in station.evses}
    station.evses[:] = [
        _shape_evse(existing.get(number), station, number, connectors) for number, connectors in plan.evses.items()
    ]
    for evse in station.evses:
        evse.is_reservable = evse.evse not in plan.unreservable


def _shape_evse(evse: Evse | None, station: Station, number: int, connectors: Sequence[ConnectorPlan]) -> Evse:
    if evse is None:
        evse = Evse(tenant_id=station.tenant_id, station_id=station.id, evse=number, connectors=[])
    evse.max_power_w = max(connector.power_w for connector in connectors)
    existing = {connector.connector: connector for connector in evse.connectors}
    shaped = []
    for plan in connectors:
        connector = existing.get(plan.connector) or Connector(
            tenant_id=station.tenant_id, station_id=station.id, evse=number, connector=plan.connector
        )
        connector.standard, connector.power_w = plan.standard, plan.power_w
        shaped.append(connector)
    evse.connectors[:] = shaped
    return evse
