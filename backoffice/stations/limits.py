"""Charging limits: what stations accepted or reported, what others impose, and what that comes to by our arithmetic.

Invariant: a profile is known from the moment its station accepted or reported it until the station accepted its
removal, said that it has none such, or its transaction is over.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from backoffice.kit.database import Unit
from backoffice.stations import energy_repository, known_repository
from backoffice.stations.models import Evse, ExternalLimit, InstalledLimit, Station
from protocol.blocks.remote_control.messages import RequestStart
from protocol.blocks.smart_charging.messages import (
    ClearChargingProfile,
    CompositeScheduleReply,
    GetChargingProfiles,
    ScheduleUpdateReply,
    SetChargingProfile,
    UpdateDynamicSchedule,
)
from protocol.blocks.smart_charging.queries import AskScheduleUpdate
from protocol.domain.charging_profile import (
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    ScheduleUpdate,
)
from protocol.domain.charging_profile_stack import (
    InstalledProfile,
    Place,
    RunningTransaction,
    Supply,
    composite_schedule,
    limit_at,
)
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import TransactionId

_TOLERANCE = Decimal("0.1")  # both sides round to a tenth
_NONE_SUCH = "NoProfiles"
_FOREIGN_IDS = ("SmartChargingCtrlr", "MaxExternalConstraintsId")
_DIGITS = 10
_COMPARED_CHANGES = 2_048  # twice what a profile that we set may have


async def note(unit: Unit, station_id: str, message: msgspec.Struct, reply: msgspec.Struct, *, now: datetime) -> None:
    """What the station accepted is known, and what it cleared is not any more."""
    if not isinstance(reply, CommandReply):
        return
    if isinstance(message, GetChargingProfiles) and reply.status == _NONE_SUCH:
        await _forget(unit, station_id, message)
    if not reply.is_accepted:
        return
    if isinstance(message, RequestStart) and message.charging_profile is not None:
        # It comes into force with the transaction, whose id nobody knows yet (OCPP 2.0.1 F01.FR.11; OCPP 1.6 §5.11).
        message = SetChargingProfile(message.charging_profile, evse=message.evse)
    if isinstance(message, SetChargingProfile):
        profile = message.profile
        # One with the same purpose and level in the same place is replaced, whatever its id (OCPP 1.6 §5.16.4).
        await known_repository.delete_limits(
            unit, station_id, evse=message.evse or 0, purpose=profile.purpose, stack_level=profile.stack_level
        )
        values = {
            "tenant_id": unit.tenant,
            "station_id": station_id,
            "profile_id": profile.profile_id,
            "evse": message.evse or 0,
            "purpose": profile.purpose,
            "stack_level": profile.stack_level,
            "profile": msgspec.json.encode(profile),
            "set_at": now,
            "source": "CSO",
        }
        await known_repository.save_limit(unit, values)
    elif isinstance(message, UpdateDynamicSchedule):
        await _update(unit, station_id, message)
    elif isinstance(message, ClearChargingProfile):
        await known_repository.delete_limits(
            unit,
            station_id,
            profile_id=message.profile_id,
            evse=message.evse,
            purpose=message.purpose,
            stack_level=message.stack_level,
        )


async def highest_foreign_id(unit: Unit, station_id: str, *, most: int) -> int:
    """Up to which id profiles are others', as far as the station told it (OCPP 2.1 K01); 0 where it did not."""
    known = await known_repository.list_variables(unit, station_id)
    told = (row.value for row in known if (row.component, row.variable) == _FOREIGN_IDS)
    value = next((value for value in told if value is not None), "")
    return min(int(value), most) if value.isascii() and value.isdecimal() and len(value) <= _DIGITS else 0


async def say_update(unit: Unit, question: AskScheduleUpdate) -> ScheduleUpdateReply:
    """What the dynamic profile says now: as it was set, or last updated (OCPP 2.1 K28)."""
    known = await energy_repository.find_limit(unit, question.station, question.profile_id)
    profile = None if known is None else profile_of(known)
    if profile is None or profile.kind is not ProfileKind.DYNAMIC:
        return ScheduleUpdateReply(status="Rejected", reason="UnknownProfile")
    period = profile.schedule.periods[0]
    return ScheduleUpdateReply("Accepted", ScheduleUpdate(period.limit, period.setpoint, period.discharge_limit))


async def _update(unit: Unit, station_id: str, message: UpdateDynamicSchedule) -> None:
    """The profile says what it was told; it stays as old as it is."""
    known = await energy_repository.find_limit(unit, station_id, message.profile_id)
    if known is None:
        return
    profile, update = profile_of(known), message.update
    first, *others = profile.schedule.periods
    first = msgspec.structs.replace(
        first,
        limit=first.limit if update.limit is None else update.limit,
        setpoint=first.setpoint if update.setpoint is None else update.setpoint,
        discharge_limit=first.discharge_limit if update.discharge_limit is None else update.discharge_limit,
    )
    schedule = msgspec.structs.replace(profile.schedule, periods=(first, *others))
    known.profile = msgspec.json.encode(msgspec.structs.replace(profile, schedule=schedule))


async def _forget(unit: Unit, station_id: str, message: GetChargingProfiles) -> None:
    """The station has none of the profiles that it was asked for (OCPP 2.0.1 K09)."""
    for profile_id in message.profile_ids or (None,):
        for source in message.sources or (None,):
            await known_repository.delete_limits(
                unit,
                station_id,
                profile_id=profile_id,
                evse=message.evse,
                purpose=message.purpose,
                stack_level=message.stack_level,
                source=source,
            )


async def forget_transaction(unit: Unit, station_id: str, transaction_id: str, *, evse: int | None) -> None:
    """The transaction is over, and so are its profiles, with those of its EVSE that name no transaction.

    Source: OCPP 1.6 §3.13.1; OCPP 2.0.1 K01.
    """
    for limit in await known_repository.list_limits(unit, station_id):
        named = profile_of(limit).transaction_id
        if limit.purpose == ProfilePurpose.TX and (
            named == transaction_id or (named is None and evse is not None and limit.evse == evse)
        ):
            await known_repository.delete_limits(unit, station_id, profile_id=limit.profile_id)


def our_schedule(
    station: Station,
    limits: Sequence[InstalledLimit],
    external: Sequence[ExternalLimit],
    theirs: CompositeScheduleReply,
    *,
    asked_s: int,
) -> ChargingSchedule | None:
    """What we hold to be the station's schedule over the time of its own, and no longer than we asked for.

    None where it gave none that lasts. Slow where many periods overlap: not for the event loop.
    """
    schedule = theirs.schedule
    starts_at = theirs.starts_at or (schedule.starts_at if schedule else None)
    if schedule is None or starts_at is None or schedule.duration_s is None or schedule.duration_s <= 0:
        return None
    return composite_schedule(
        installed(limits, external),
        starts_at,
        duration_s=min(asked_s, schedule.duration_s),
        place=place_of(station, theirs.evse or None),
        unit=schedule.unit,
    )


def differences(ours: ChargingSchedule, theirs: ChargingSchedule) -> list[tuple[int, Decimal | None, Decimal | None]]:
    """(second, our limit, theirs) wherever one of them changes and they are not the same, while ours lasts.

    Compared are the first _COMPARED_CHANGES changes: how many periods there are is the station's word.
    """
    mine, other = _limits_by_second(ours), _limits_by_second(theirs)
    our_limit = their_limit = None
    found: list[tuple[int, Decimal | None, Decimal | None]] = []
    for second in sorted(mine.keys() | other.keys())[:_COMPARED_CHANGES]:
        if ours.duration_s is not None and second >= ours.duration_s:
            break
        our_limit, their_limit = mine.get(second, our_limit), other.get(second, their_limit)
        if our_limit is None or their_limit is None or abs(our_limit - their_limit) > _TOLERANCE:
            found.append((second, our_limit, their_limit))
    return found


def limits_now(
    station: Station, limits: Sequence[InstalledLimit], external: Sequence[ExternalLimit], at: datetime
) -> dict[int | None, Decimal]:
    """What may flow at this instant in W, by what the station accepted and what others impose; None is the station.

    Slow where many periods are known: not for the event loop.
    """
    stack = installed(limits, external)
    places = (None, *(one.evse for one in station.evses))
    return {evse: limit_at(stack, at, place=place_of(station, evse), unit=RateUnit.WATTS).value for evse in places}


def profile_of(limit: InstalledLimit) -> ChargingProfile:
    """The profile as it was set."""
    return msgspec.json.decode(limit.profile, type=ChargingProfile)


def schedules_of(limit: ExternalLimit) -> tuple[ChargingSchedule, ...]:
    """How the source limits, where the station said so."""
    return msgspec.json.decode(limit.schedules, type=tuple[ChargingSchedule, ...])


def installed(limits: Sequence[InstalledLimit], external: Sequence[ExternalLimit]) -> list[InstalledProfile]:
    """Everything that limits the station, as one stack, the oldest first."""
    by_age = sorted(limits, key=lambda limit: limit.set_at)
    return [
        *(InstalledProfile(profile_of(limit), limit.evse or None) for limit in by_age),
        *(
            InstalledProfile(_constraint(schedule, limit), limit.evse or None)
            for limit in external
            for schedule in schedules_of(limit)
        ),
    ]


def _constraint(schedule: ChargingSchedule, limit: ExternalLimit) -> ChargingProfile:
    """A schedule that does not say when it begins began when it was told."""
    schedule = msgspec.structs.replace(schedule, starts_at=schedule.starts_at or limit.changed_at)
    return ChargingProfile(
        profile_id=0, stack_level=0, purpose=ProfilePurpose.EXTERNAL, kind=ProfileKind.ABSOLUTE, schedule=schedule
    )


def place_of(station: Station, evse: int | None) -> Place:
    """What is limited: one of the station's EVSEs, or the station."""
    placed = [one for one in station.evses if evse in (None, one.evse)]
    supply = Supply(max_power_w=Decimal(sum(one.max_power_w for one in placed)))
    transaction = _running(placed[0]) if evse is not None and placed else None
    return Place(evse=evse, supply=supply, transaction=transaction)


def _running(evse: Evse) -> RunningTransaction | None:
    if evse.transaction_id is None or evse.transaction_started_at is None:
        return None
    return RunningTransaction(evse.transaction_started_at, TransactionId(evse.transaction_id))


def _limits_by_second(schedule: ChargingSchedule) -> dict[int, Decimal]:
    return {period.start_s: period.limit for period in schedule.periods if period.limit is not None}
