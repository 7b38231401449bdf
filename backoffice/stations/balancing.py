"""A site's power, shared among the stations that charge: each holds its share as its ChargingStationMaxProfile.

A station divides its share among its own EVSEs. What it may take is the profile that it accepted last; before it has
accepted any, all that it can; what it was sent and has not answered counts as taken. One that is not connected keeps
what it has, and counts with that. The profile goes where a site's power is limited no longer, or a station has left.

Source: OCPP 1.6 §3.13.1 ChargePointMaxProfile; OCPP 2.0.1 K01.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import msgspec
import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import NotFound
from backoffice.kit.forever import forever
from backoffice.kit.workers import try_each
from backoffice.stations import balance_repository as repository
from backoffice.stations.balance_models import PowerLimit
from backoffice.stations.charging_plan import wanted_wh
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.limits import profile_of
from backoffice.stations.models import Evse, Station, VehicleNeeds
from backoffice.stations.power_sharing import Demand, SharingPolicy, changes, share
from backoffice.stations.share_sending import SHARE_ID, Order, ShareSending
from protocol.blocks.smart_charging.events import ChargingNeedsNotified
from protocol.domain.identifiers import StationId, StationKey, TenantId
from protocol.domain.status import ChargingState

log = structlog.get_logger(__name__)

BALANCE_EVERY_S = 1.0

_LOOKS_AGAIN_AFTER_S = 0.5
_SITES_AT_ONCE = 2
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
    unanswered_w: int | None


@dataclass(frozen=True, slots=True)
class SiteBalance:
    """A site as it stands."""

    limit: PowerLimit
    shares: Sequence[StationShare]

    def changes(self, ready: Callable[[str], bool]) -> Mapping[StationShare, Decimal]:
        """Which stations that are connected, and `ready` for it, are to be told which limit now."""
        shares = {one.station_id: one for one in self.shares}
        wanted = {one.station_id: one.wanted_w for one in self.shares if one.is_online and ready(one.station_id)}
        held = {one.station_id: one.held_w for one in self.shares}
        unsure = [one.station_id for one in self.shares if one.unanswered_w is not None]
        told = changes(Decimal(self.limit.limit_w), wanted, held, unsure=unsure)
        return {shares[station_id]: watts for station_id, watts in told.items()}


class Balancing:
    """Sites' limits by REST, and the worker that keeps them."""

    def __init__(self, database: Database, dispatch: Dispatch, *, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._sending = ShareSending(database, dispatch, clock=clock)

    async def balance(self) -> None:
        """Every site was looked at, and the stations that are to take more or less were told.

        A station that is slow to answer holds up no other: sites are looked at again and again meanwhile.
        """
        async with asyncio.TaskGroup() as group:
            for _ in forever():
                try:
                    await self._look_at_all(group)
                except ExceptionGroup:
                    if not self._sending.is_busy:
                        raise
                    log.exception("sites not balanced")  # and those that are being told go on
                if not self._sending.is_busy:
                    return
                await asyncio.sleep(_LOOKS_AGAIN_AFTER_S)

    async def read(self, unit: Unit, location_id: str) -> SiteBalance:
        """The site as it stands. Raises NotFound where its power is not limited."""
        limit = await repository.find_power_limit(unit, location_id)
        if limit is None:
            raise NotFound("power limit of location", location_id)
        return await self._look(unit, limit)

    async def release(self, unit: Unit, location_id: str) -> None:
        """The site's power is limited no longer; each of its stations is told once it is connected. Raises NotFound."""
        if not await repository.delete_power_limit(unit, location_id):
            raise NotFound("power limit of location", location_id)

    async def _look_at_all(self, group: asyncio.TaskGroup) -> None:
        async with self.database.transaction(ALL_TENANTS) as unit:
            limits = await repository.list_all_power_limits(unit)
            strays = await repository.list_strays(unit, profile_id=SHARE_ID)
        await try_each(limits, partial(self._balance_site, group), at_once=_SITES_AT_ONCE)
        await try_each(strays, partial(self._release_station, group))

    async def _balance_site(self, group: asyncio.TaskGroup, limit: PowerLimit) -> None:
        tenant = TenantId(limit.tenant_id)
        async with self.database.snapshot(tenant) as unit:
            site = await self._look(unit, limit)
        told = site.changes(lambda station_id: self._sending.may_tell(StationKey(tenant, StationId(station_id))))
        for share_of, watts in told.items():
            order = Order(
                StationKey(tenant, StationId(share_of.station_id)),
                limit.location_id,
                watts=watts,
                unanswered_w=share_of.unanswered_w,
            )
            await self._sending.begin(group, order)

    async def _release_station(self, group: asyncio.TaskGroup, station: Station) -> None:
        key = StationKey(TenantId(station.tenant_id), StationId(station.id))
        if not self._sending.may_tell(key):
            return
        # Whoever has no share any more may take all that it can.
        most_w = int(_most_w(station.evses))
        await self._sending.begin(group, Order(key, station.location_id, watts=None, unanswered_w=most_w))

    async def _look(self, unit: Unit, limit: PowerLimit) -> SiteBalance:
        stations = await repository.list_site(unit, limit.location_id)
        ids = [station.id for station in stations]
        accepted = {
            one.station_id: profile_of(one).schedule.periods[0].limit or Decimal(0)
            for one in await repository.list_shares(unit, ids, profile_id=SHARE_ID)
        }
        sent = await repository.list_sent(unit, ids)
        needs = await repository.list_needs(unit, ids)
        demands = [
            _demand(station, [one for one in needs if one.station_id == station.id], limit.priorities)
            for station in stations
            if station.is_online and _charging(station)
        ]
        idle_w = Decimal(limit.idle_w)
        held = {
            station.id: max(accepted.get(station.id, _most_w(station.evses)), Decimal(sent.get(station.id, 0)))
            for station in stations
        }
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
                    unanswered_w=sent.get(station.id),
                )
                for station in stations
            ],
        )


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
