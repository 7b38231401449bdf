"""What stations say about limits and vehicles, held in rows; and profiles for vehicles, where we plan.

Invariants:
1. A report older than what is held changes nothing, so no order of arrival matters.
2. A plan is made for needs and their transaction once both are known, and again where the vehicle means to exceed the
   limits, at most _PLANS times for the same needs: a vehicle that never fits is not argued with for ever.
3. Facts that are long past make rows and no plans.
4. Of a station at most _PROFILES profiles and _EXTERNAL_LIMITS limits of others are held, of at most _PERIODS periods
   each, and needs only for EVSEs that it has. What is beyond is refused, and what is too long to calculate by while the
   batch waits is not planned by.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery, Handler
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import InvalidRequest, NotFound
from backoffice.stations import energy_repository, known_repository, repository
from backoffice.stations.charging_plan import plan_for, seconds_to_plan
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import QueueFull, TooManyLimits
from backoffice.stations.limits import differences, installed, place_of, say_update
from backoffice.stations.models import Station, VehicleNeeds
from protocol.blocks.smart_charging.events import (
    ChargingLimitCleared,
    ChargingLimitNotified,
    ChargingNeedsNotified,
    ChargingProfilesReported,
    ChargingScheduleNotified,
)
from protocol.blocks.smart_charging.messages import ScheduleUpdateReply, SetChargingProfile
from protocol.blocks.smart_charging.queries import AskScheduleUpdate
from protocol.blocks.transactions.events import TransactionEnded, TransactionFact
from protocol.domain.charging_profile import ChargingSchedule, ProfilePurpose, RateUnit
from protocol.domain.charging_profile_stack import InstalledProfile, composite_schedule
from protocol.domain.identifiers import StationId, StationKey, TransactionId

log = structlog.get_logger(__name__)

_PLANS = 3
_WAITS = timedelta(minutes=5)
_LONGEST_S = 86_400
_FAR = timedelta(days=2)
_LARGEST, _LARGEST_ID = 2**31 - 1, 2**63 - 1  # what a column holds
_PROFILES, _EXTERNAL_LIMITS, _PERIODS = 128, 32, 3 * 1024
_PLANNED_BYTES = 2 * 1024 * 1024  # some 15,000 periods, a third of a second of arithmetic
_PLAN_IDS = 2_000_000_000  # and the EVSE's number: a new plan takes the place of the one before


class ChargingFacts:
    """Handlers of FACTS about smart charging. Without a `dispatch` nothing is planned."""

    def __init__(self, database: Database, *, clock: Clock, dispatch: Dispatch | None = None) -> None:
        self._database = database
        self._clock = clock
        self._dispatch = dispatch

    async def say_update(self, question: AskScheduleUpdate) -> ScheduleUpdateReply:
        """What a dynamic profile says now."""
        async with self._database.snapshot(question.tenant) as unit:
            return await say_update(unit, question)

    @property
    def handlers(self) -> Mapping[type[msgspec.Struct], Handler]:
        """A handler for each fact."""
        return {
            ChargingProfilesReported: self.on_reported,
            ChargingLimitNotified: self.on_limit,
            ChargingLimitCleared: self.on_cleared,
            ChargingNeedsNotified: self.on_needs,
            ChargingScheduleNotified: self.on_schedule,
        }

    async def on_reported(self, event: ChargingProfilesReported, delivery: Delivery, unit: Unit) -> None:
        """The station has these profiles (OCPP 2.0.1 K09)."""
        station_id, at = delivery.envelope.subject, delivery.envelope.received_at
        if await repository.lock_station(unit, station_id) is None:
            return
        _check_numbers(event.evse, *(profile.stack_level for profile in event.profiles))
        _check_numbers(*(profile.profile_id for profile in event.profiles), most=_LARGEST_ID)
        held = await energy_repository.count_limits(unit, station_id)
        for profile in event.profiles:
            _check_length(*profile.schedules)
            known = await energy_repository.find_limit(unit, station_id, profile.profile_id)
            if known is not None and known.set_at > at:
                continue
            held += known is None
            if held > _PROFILES:
                raise TooManyLimits(f"{_PROFILES} charging profiles")
            values = {
                "tenant_id": unit.tenant,
                "station_id": station_id,
                "profile_id": profile.profile_id,
                "evse": event.evse or 0,
                "purpose": profile.purpose,
                "stack_level": profile.stack_level,
                "profile": msgspec.json.encode(profile),
                "set_at": at,
                "source": event.source,
            }
            await known_repository.save_limit(unit, values)

    async def on_limit(self, event: ChargingLimitNotified, delivery: Delivery, unit: Unit) -> None:
        """Somebody else limits the station (OCPP 2.0.1 K12)."""
        if await repository.lock_station(unit, delivery.envelope.subject) is None:
            return
        _check_numbers(event.evse)
        _check_length(*event.schedules)
        await _make_room(unit, delivery.envelope.subject, event.evse or 0, event.source)
        values: dict[str, object] = {
            "station_id": delivery.envelope.subject,
            "evse": event.evse or 0,
            "source": event.source,
            "is_grid_critical": event.is_grid_critical,
            "schedules": msgspec.json.encode(event.schedules),
            "is_cleared": False,
            "changed_at": delivery.envelope.received_at,
        }
        await energy_repository.save_external_limit(unit, values)

    async def on_cleared(self, event: ChargingLimitCleared, delivery: Delivery, unit: Unit) -> None:
        """That source limits the EVSE no longer; without an EVSE none of the station (OCPP 2.0.1 K13)."""
        station_id, at = delivery.envelope.subject, delivery.envelope.received_at
        if await repository.lock_station(unit, station_id) is None:
            return
        _check_numbers(event.evse)
        await _make_room(unit, station_id, event.evse or 0, event.source)
        values: dict[str, object] = {
            "station_id": station_id,
            "evse": event.evse or 0,
            "source": event.source,
            "is_grid_critical": None,
            "schedules": b"[]",
            "is_cleared": True,
            "changed_at": at,
        }
        await energy_repository.save_external_limit(unit, values)
        if event.evse is None:
            await energy_repository.clear_external_limits(unit, station_id, event.source, at=at)

    async def on_needs(self, event: ChargingNeedsNotified, delivery: Delivery, unit: Unit) -> None:
        """What the vehicle wants is known, and planned for where its transaction runs (OCPP 2.0.1 K15, K17)."""
        station, at = await repository.lock_station(unit, delivery.envelope.subject), delivery.envelope.received_at
        if station is None:
            return
        known = await _lock_needs(unit, station.id, event.evse)
        if _is_older(at, known.needs_at, known.ended_at):
            return
        known.needs, known.needs_at = msgspec.json.encode(event), at
        known.planned_for, known.plans = None, 0
        await self._plan(unit, station, known, at)

    async def on_schedule(self, event: ChargingScheduleNotified, delivery: Delivery, unit: Unit) -> None:
        """How the vehicle means to charge is known; where that exceeds a limit it gets another profile (K16, K17)."""
        station, at = await repository.lock_station(unit, delivery.envelope.subject), delivery.envelope.received_at
        if station is None:
            return
        known = await _lock_needs(unit, station.id, event.evse)
        if _is_older(at, known.schedule_at, known.ended_at):
            return
        known.schedule, known.schedule_at = msgspec.json.encode(event), at
        if self._dispatch is not None and await self._exceeds(unit, station, event):
            log.info("vehicle means to exceed its limits", station_id=station.id, evse=event.evse)
            await self._plan(unit, station, known, at)

    async def on_transaction(
        self, unit: Unit, station: Station, evse: int, fact: TransactionFact, at: datetime
    ) -> None:
        """Needs that were said before their transaction are planned for with it; its end is the end of them."""
        known = await energy_repository.find_needs(unit, station.id, evse)
        if known is None:
            return
        if isinstance(fact, TransactionEnded):
            if not _is_older(at, known.needs_at, known.schedule_at):
                known.needs = known.needs_at = known.schedule = known.schedule_at = None
                known.planned_for, known.plans, known.ended_at = None, 0, at
        elif known.needs is not None and known.planned_for is None:
            await self._plan(unit, station, known, at)

    async def _plan(self, unit: Unit, station: Station, known: VehicleNeeds, heard_at: datetime) -> None:
        now = self._clock()
        if self._dispatch is None or known.needs is None or known.plans >= _PLANS or now - heard_at > _WAITS:
            return
        event = msgspec.json.decode(known.needs, type=ChargingNeedsNotified)
        evse = await repository.lock_evse(unit, station.id, known.evse)
        if event.status != "Accepted" or evse is None or evse.transaction_id is None:
            return
        profile_id = _PLAN_IDS + known.evse
        stack = await _stack(unit, station.id)
        if stack is None:
            return
        others = [one for one in stack if one.profile.profile_id != profile_id]
        placed = await repository.find_station(unit, station.id)
        assert placed is not None
        ceiling = await asyncio.to_thread(
            composite_schedule,
            others,
            now,
            duration_s=seconds_to_plan(event.needs, now),
            place=place_of(placed, known.evse),
            unit=RateUnit.WATTS,
        )
        profile = plan_for(
            event.needs,
            ceiling,
            profile_id=profile_id,
            stack_level=_level_above(others, known.evse),
            transaction_id=TransactionId(evse.transaction_id),
            max_periods=event.max_periods,
        )
        command = SetChargingProfile(profile, evse=known.evse)
        key, until = StationKey(unit.tenant, StationId(station.id)), now + _WAITS
        try:
            await self._dispatch.enqueue(unit, key, command, by=f"stations/plan/{known.evse}", queue_until=until)
        except QueueFull as full:
            log.info("vehicle not planned for", station_id=station.id, evse=known.evse, reason=str(full))
            return
        known.planned_for, known.plans = evse.transaction_id, known.plans + 1

    async def _exceeds(self, unit: Unit, station: Station, event: ChargingScheduleNotified) -> bool:
        """Whether the vehicle means to take more than it may, at any time that both schedules speak of."""
        schedule = event.schedule
        lasts_s = _LONGEST_S if schedule.duration_s is None else min(schedule.duration_s, _LONGEST_S)
        if lasts_s < 1 or abs(event.time_base - self._clock()) > _FAR:
            return False  # nobody charges by it
        stack, placed = await _stack(unit, station.id), await repository.find_station(unit, station.id)
        assert placed is not None
        if stack is None:
            return False
        allowed = await asyncio.to_thread(
            composite_schedule,
            stack,
            event.time_base,
            duration_s=lasts_s,
            place=place_of(placed, event.evse),
            unit=schedule.unit,
        )
        found = differences(allowed, schedule)
        return any(may is not None and means is not None and means > may for _, may, means in found)


async def _stack(unit: Unit, station_id: str) -> list[InstalledProfile] | None:
    """Everything that limits the station; None where that is too much to calculate by."""
    limits = await known_repository.list_limits(unit, station_id)
    external = await energy_repository.list_external_limits(unit, station_id)
    size = sum(len(one.profile) for one in limits) + sum(len(one.schedules) for one in external)
    if size > _PLANNED_BYTES:
        log.warning("too many limits to plan by", station_id=station_id, size_bytes=size)
        return None
    return await asyncio.to_thread(installed, limits, external)


async def _lock_needs(unit: Unit, station_id: str, evse: int) -> VehicleNeeds:
    """What is known of the vehicle at the EVSE. Raises NotFound, which makes a dead letter, where that is not there."""
    _check_numbers(evse)
    if await repository.lock_evse(unit, station_id, evse) is None:
        raise NotFound("EVSE", f"{evse} of {station_id}")
    return await energy_repository.lock_needs(unit, station_id, evse)


async def _make_room(unit: Unit, station_id: str, evse: int, source: str) -> None:
    """Another limit can be held: where none can, what was cleared is forgotten. Raises TooManyLimits."""
    if await energy_repository.has_external_limit(unit, station_id, evse, source):
        return
    if await energy_repository.count_external_limits(unit, station_id) < _EXTERNAL_LIMITS:
        return
    await energy_repository.delete_cleared_limits(unit, station_id)
    if await energy_repository.count_external_limits(unit, station_id) >= _EXTERNAL_LIMITS:
        raise TooManyLimits(f"{_EXTERNAL_LIMITS} limits of others")


def _level_above(stack: list[InstalledProfile], evse: int) -> int:
    """A level at which a plan leads over whatever else limits the transaction: its limits are in the plan."""
    levels = (one.profile.stack_level for one in stack if one.profile.purpose is ProfilePurpose.TX and one.evse == evse)
    return max(levels, default=-1) + 1


def _check_numbers(*numbers: int | None, most: int = _LARGEST) -> None:
    """Raises InvalidRequest, which makes a dead letter, for a number that no station has and no column holds."""
    wrong = next((number for number in numbers if number is not None and abs(number) > most), None)
    if wrong is not None:
        raise InvalidRequest(f"{wrong} is no EVSE, level or id of a charging profile.")


def _check_length(*schedules: ChargingSchedule) -> None:
    """Raises TooManyLimits for more periods than are held."""
    if sum(len(schedule.periods) for schedule in schedules) > _PERIODS:
        raise TooManyLimits(f"{_PERIODS} periods")


def _is_older(at: datetime, *known: datetime | None) -> bool:
    return any(one is not None and at < one for one in known)
