"""A site's power, shared among the stations that charge: each holds its share as its ChargingStationMaxProfile.

A station divides its share among its own EVSEs. What it may take is the profile that it accepted last; before it has
accepted any, all that it can. One that is not connected keeps what it has, and counts with that.

Source: OCPP 1.6 §3.13.1 ChargePointMaxProfile; OCPP 2.0.1 K01.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import BackofficeError, NotFound
from backoffice.kit.workers import try_each
from backoffice.stations import balance_repository as repository
from backoffice.stations.balance_models import PowerLimit
from backoffice.stations.charging_plan import wanted_wh
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.limits import profile_of
from backoffice.stations.models import Evse, Station, VehicleNeeds
from backoffice.stations.power_sharing import Demand, SharingPolicy, changes, share
from protocol.blocks.smart_charging.events import ChargingNeedsNotified
from protocol.blocks.smart_charging.messages import ClearChargingProfile, SetChargingProfile
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
)
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import StationId, StationKey, TenantId
from protocol.domain.status import ChargingState

log = structlog.get_logger(__name__)

SHARE_ID = 1_900_000_000
"""The id of the profile: far from what operators number theirs."""

BALANCE_EVERY_S = 1.0

_AT_ONCE = 16
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
# What an AC vehicle needs at least: 6 A (IEC 61851-1) on one phase.
_LEAST_W = Decimal(1_380)
_FULL = (ChargingState.SUSPENDED_EV, ChargingState.IDLE)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StationShare:
    """What a station may take now, and what it is to have, in W."""

    station_id: str
    is_online: bool
    is_charging: bool
    held_w: Decimal
    wanted_w: Decimal


@dataclass(frozen=True, slots=True)
class SiteBalance:
    """A site as it stands."""

    limit: PowerLimit
    shares: Sequence[StationShare]

    def changes(self) -> Mapping[str, Decimal]:
        """Which stations that are connected are to be told another limit now."""
        wanted = {one.station_id: one.wanted_w for one in self.shares if one.is_online}
        held = {one.station_id: one.held_w for one in self.shares}
        return changes(Decimal(self.limit.limit_w), wanted, held)


class Balancing:
    """Sites' limits by REST, and the worker that keeps them."""

    def __init__(self, database: Database, dispatch: Dispatch, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._dispatch = dispatch
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._pauses: dict[StationKey, tuple[datetime, timedelta]] = {}

    async def balance(self) -> None:
        """Every site was looked at, and the stations that are to take more or less were told."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            limits = await repository.list_all_power_limits(unit)
        await try_each(limits, self._balance_site, at_once=2)

    async def read(self, unit: Unit, location_id: str) -> SiteBalance:
        """The site as it stands. Raises NotFound where its power is not limited."""
        limit = await repository.find_power_limit(unit, location_id)
        if limit is None:
            raise NotFound("power limit of location", location_id)
        return await self._look(unit, limit)

    async def release(self, unit: Unit, location_id: str, *, until: datetime) -> None:
        """The site's power is limited no longer; its stations are told as soon as they can be, before `until`.

        Raises NotFound.
        """
        if not await repository.delete_power_limit(unit, location_id):
            raise NotFound("power limit of location", location_id)
        for station in await repository.list_site(unit, location_id):
            key = StationKey(unit.tenant, StationId(station.id))
            clear = ClearChargingProfile(profile_id=SHARE_ID)
            await self._dispatch.enqueue(unit, key, clear, by=_asker(location_id), queue_until=until)

    async def _balance_site(self, limit: PowerLimit) -> None:
        tenant = TenantId(limit.tenant_id)
        async with self.database.snapshot(tenant) as unit:
            site = await self._look(unit, limit)
        tell = site.changes()
        await asyncio.gather(*(self._tell(tenant, limit, station, watts) for station, watts in tell.items()))

    async def _look(self, unit: Unit, limit: PowerLimit) -> SiteBalance:
        stations = await repository.list_site(unit, limit.location_id)
        ids = [station.id for station in stations]
        accepted = {
            one.station_id: profile_of(one).schedule.periods[0].limit or Decimal(0)
            for one in await repository.list_shares(unit, ids, profile_id=SHARE_ID)
        }
        needs = await repository.list_needs(unit, ids)
        demands = [
            _demand(station, [one for one in needs if one.station_id == station.id], limit.priorities)
            for station in stations
            if station.is_online and _charging(station)
        ]
        idle_w = Decimal(limit.idle_w)
        held = {station.id: accepted.get(station.id, _most_w(station.evses)) for station in stations}
        given = {
            # Whoever is away takes what it was left with, whatever the others do.
            station.id: held[station.id] if not station.is_online else min(idle_w, _most_w(station.evses))
            for station in stations
            if not (station.is_online and _charging(station))
        }
        rest_w = max(Decimal(limit.limit_w) - sum(given.values(), Decimal(0)), Decimal(0))
        wanted = given | share(rest_w, demands, SharingPolicy(limit.policy), now=self.clock())
        return SiteBalance(
            limit,
            [
                StationShare(
                    station_id=station.id,
                    is_online=station.is_online,
                    is_charging=bool(_charging(station)),
                    held_w=held[station.id],
                    wanted_w=wanted[station.id],
                )
                for station in stations
            ],
        )

    async def _tell(self, tenant: TenantId, limit: PowerLimit, station_id: str, watts: Decimal) -> None:
        """One that does not take its share is asked again, at growing intervals."""
        key, now = StationKey(tenant, StationId(station_id)), self.clock()
        until, length = self._pauses.get(key, (now, _FIRST_PAUSE / 2))
        if until > now:
            return
        message = SetChargingProfile(_profile(watts, now=now), evse=None)
        try:
            async with self._room:
                carried = await self._dispatch.carry_out(key, message, by=_asker(limit.location_id))
        except BackofficeError as error:
            log.info("share not set", station_id=station_id, watts=str(watts), reason=str(error))
        else:
            if isinstance(carried.reply, CommandReply) and carried.reply.is_accepted:
                self._pauses.pop(key, None)
                return
        length = min(2 * length, _LONGEST_PAUSE)
        self._pauses[key] = (self.clock() + length, length)


def _charging(station: Station) -> list[Evse]:
    return [evse for evse in station.evses if evse.transaction_id is not None]


def _demand(station: Station, needs: Sequence[VehicleNeeds], priorities: Mapping[str, int]) -> Demand:
    charging = _charging(station)
    is_full = all(evse.charging_state in _FULL for evse in charging)
    most_w = _most_w(charging)
    said = [msgspec.json.decode(one.needs, type=ChargingNeedsNotified).needs for one in needs if one.needs]
    missing_wh = [energy for one in said if (energy := wanted_wh(one)) is not None]
    departures = [one.departs_at for one in said if one.departs_at is not None]
    return Demand(
        station_id=station.id,
        min_w=min(_LEAST_W, most_w),
        # A vehicle that is full keeps as much as it needs to begin again.
        max_w=min(_LEAST_W, most_w) if is_full else most_w,
        since=min((evse.transaction_started_at for evse in charging if evse.transaction_started_at), default=_LONG_AGO),
        priority=priorities.get(station.id, 0),
        missing_wh=sum(missing_wh, Decimal(0)) if missing_wh else None,
        departs_at=min(departures, default=None),
    )


def _most_w(evses: Iterable[Evse]) -> Decimal:
    return Decimal(sum(evse.max_power_w for evse in evses))


def _profile(watts: Decimal, *, now: datetime) -> ChargingProfile:
    return ChargingProfile(
        profile_id=SHARE_ID,
        stack_level=0,
        purpose=ProfilePurpose.STATION_MAX,
        kind=ProfileKind.ABSOLUTE,
        schedule=ChargingSchedule(RateUnit.WATTS, (ChargingPeriod(0, watts),), starts_at=now),
    )


def _asker(location_id: str) -> str:
    return f"stations/power/{location_id}"
