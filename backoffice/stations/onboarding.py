"""Stations that nobody registered, connections that were refused, and the decisions about both.

Invariants:
1. A stranger is known by what it said itself; nothing of that counts before somebody, or a tenant's policy, accepts it.
2. What is kept for people to look at is bounded: the newest KEPT strangers and refusals of a tenant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.stations import repository
from backoffice.stations.errors import StationNotFound
from backoffice.stations.models import RefusedHandshake, Station, Stranger
from backoffice.stations.service import UNASSIGNED, AdmissionChange, ConnectorPlan, StationPlan, Stations
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.security.events import HandshakeRefused
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion

KEPT = 500


@dataclass(frozen=True, slots=True)
class AcceptancePlan:
    """What an accepted stranger becomes. It came without a password: the operator gives it one later, if at all."""

    location_id: str = UNASSIGNED
    security_profiles: Sequence[int] = (0,)
    evse_count: int = 1


class Onboarding:
    """The use cases of getting a station in."""

    def __init__(
        self, stations: Stations, *, clock: Clock, station_url: str | None, tls_station_url: str | None
    ) -> None:
        self.clock = clock
        self._stations = stations
        self._station_url = station_url
        self._tls_station_url = tls_station_url

    def urls_for(self, tenant: TenantId) -> tuple[str | None, str | None]:
        """What a station of the tenant is told to call, without and with TLS; its id is added behind a slash."""
        suffix = "" if tenant == DEFAULT_TENANT else f"/{tenant}"
        plain, secured = self._station_url, self._tls_station_url
        return (f"{plain}{suffix}" if plain else None, f"{secured}{suffix}" if secured else None)

    async def meet(self, unit: Unit, event: StationConnected, delivery: Delivery) -> Station | None:
        """A station that nobody registered has connected: it is one now, by the tenant's policy, or is remembered."""
        station_id, at = delivery.envelope.subject, delivery.envelope.received_at
        stranger = await self._stranger(unit, station_id, event.version, at)
        if stranger.epoch <= delivery.envelope.epoch or stranger.last_seen_at <= at:
            stranger.is_online, stranger.epoch, stranger.connected_at = True, delivery.envelope.epoch, at
            stranger.version, stranger.security_profile = event.version, event.security_profile
        return await self._settle(unit, stranger)

    async def hear_boot(self, unit: Unit, event: StationBooted, delivery: Delivery) -> None:
        """A stranger says what it is."""
        station_id, at = delivery.envelope.subject, delivery.envelope.received_at
        stranger = await self._stranger(unit, station_id, event.version, at)
        if stranger.booted_at is None or stranger.booted_at <= at:
            stranger.booted_at, stranger.heard_registration = at, event.registration
            stranger.vendor, stranger.model = event.vendor, event.model
            stranger.serial_number, stranger.firmware_version = event.serial_number, event.firmware_version
        await self._settle(unit, stranger)

    async def lose(self, unit: Unit, station_id: str, epoch: int) -> None:
        """A stranger's socket is gone."""
        stranger = await repository.find_stranger(unit, station_id)
        if stranger is not None and stranger.epoch <= epoch:
            stranger.is_online = False

    async def note_refusal(self, unit: Unit, event: HandshakeRefused, delivery: Delivery) -> None:
        """The operator can see who was not let in."""
        refusal = RefusedHandshake(
            tenant_id=unit.tenant,
            id=delivery.envelope.id,
            refused_at=delivery.envelope.received_at,
            station_id=delivery.envelope.subject,
            path=event.path,
            peer=event.peer,
            status=event.status,
            cause=event.cause,
            detail=event.detail,
            times=event.times,
        )
        await repository.add_refusal(unit, refusal, kept=KEPT)

    async def accept(self, unit: Unit, station_id: str, plan: AcceptancePlan) -> tuple[Station, str | None]:
        """The station works from its next boot on: a stranger becomes a station, one that was pending is accepted.

        Returns the password that was made for it, too. Raises StationNotFound, LocationNotFound.
        """
        return await self._decide(unit, station_id, plan, RegistrationStatus.ACCEPTED)

    async def reject(self, unit: Unit, station_id: str) -> Station:
        """The station hears at its next boot that it is rejected, until somebody accepts it. Raises StationNotFound."""
        station, _ = await self._decide(unit, station_id, AcceptancePlan(), RegistrationStatus.REJECTED)
        return station

    async def _decide(
        self, unit: Unit, station_id: str, plan: AcceptancePlan, decision: RegistrationStatus
    ) -> tuple[Station, str | None]:
        # Locked first: a connection that is being noted on it, or a policy that registers it, is waited for.
        stranger = await repository.lock_stranger(unit, station_id)
        if await repository.find_station(unit, station_id):
            return await self._stations.change_admission(unit, station_id, AdmissionChange(registration=decision))
        if stranger is None:
            raise StationNotFound(station_id)
        return await self._register(unit, stranger, plan, decision)

    async def _stranger(self, unit: Unit, station_id: str, version: OcppVersion, at: datetime) -> Stranger:
        stranger = await repository.find_stranger(unit, station_id)
        if stranger is None:
            stranger = Stranger(
                tenant_id=unit.tenant,
                id=station_id,
                version=version,
                security_profile=0,
                first_seen_at=at,
                last_seen_at=at,
                is_online=False,
                epoch=0,
            )
            unit.session.add(stranger)
            await unit.session.flush()
            await repository.keep_newest_strangers(unit, KEPT)
        stranger.last_seen_at = max(stranger.last_seen_at, at)
        return stranger

    async def _settle(self, unit: Unit, stranger: Stranger) -> Station | None:
        """The stranger's station, where the tenant's policy makes it one."""
        if not await repository.registers_strangers(unit):
            return None
        station, _ = await self._register(unit, stranger, AcceptancePlan(), RegistrationStatus.ACCEPTED)
        return station

    async def _register(
        self, unit: Unit, stranger: Stranger, plan: AcceptancePlan, decision: RegistrationStatus
    ) -> tuple[Station, str | None]:
        await unit.session.flush()
        return await self._stations.save_station(
            unit,
            stranger.id,
            StationPlan(
                location_id=plan.location_id,
                security_profiles=plan.security_profiles,
                password=None,
                default_version=stranger.version,
                evses={number: [ConnectorPlan(1, "IEC_62196_T2", 22_000)] for number in range(1, plan.evse_count + 1)},
                registration=decision,
            ),
        )
