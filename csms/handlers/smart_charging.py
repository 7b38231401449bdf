"""Limits that others set, and what vehicles want (OCPP 2.0.1 K09, K12 to K17; OCPP 2.1 K22, K28)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.smart_charging.events import (
    ChargingLimitCleared,
    ChargingLimitNotified,
    ChargingNeedsNotified,
    ChargingProfilesReported,
    ChargingScheduleNotified,
    PriorityChargingNotified,
)
from protocol.blocks.smart_charging.messages import (
    ClearedChargingLimit,
    NotifyChargingLimit,
    NotifyChargingNeeds,
    NotifyChargingSchedule,
    NotifyPriorityCharging,
    PullScheduleUpdate,
    ReportChargingProfiles,
    ScheduleUpdateReply,
)
from protocol.blocks.smart_charging.queries import AskScheduleUpdate
from protocol.bus.commands import RegistryEntry
from protocol.domain.commands import CommandReply, Heard


async def on_report(message: ReportChargingProfiles, call: ReceivedCall, ports: Ports) -> Heard:
    """The profiles are in their stream, part by part."""
    reported = ChargingProfilesReported(
        request_id=message.request_id,
        source=message.source,
        profiles=message.profiles,
        evse=message.evse,
        has_more=message.has_more,
    )
    await ports.publisher.publish(call.state(reported))
    return Heard()


async def on_limit(message: NotifyChargingLimit, call: ReceivedCall, ports: Ports) -> Heard:
    """The limit is in its stream."""
    notified = ChargingLimitNotified(
        source=message.source,
        schedules=message.schedules,
        evse=message.evse,
        is_grid_critical=message.is_grid_critical,
    )
    await ports.publisher.publish(call.state(notified))
    return Heard()


async def on_cleared(message: ClearedChargingLimit, call: ReceivedCall, ports: Ports) -> Heard:
    """That it is gone is in its stream."""
    cleared = ChargingLimitCleared(source=message.source, evse=message.evse)
    await ports.publisher.publish(call.state(cleared))
    return Heard()


async def on_needs(message: NotifyChargingNeeds, call: ReceivedCall, ports: Ports) -> CommandReply:
    """What the vehicle wants is in its stream. Accepted where a profile for it follows (OCPP 2.0.1 K15).

    Rejected where the operator does not allow this kind of energy transfer here: to give energy, say (OCPP 2.1 Q01).
    """
    status, reason = _answer_needs(message, ports.registry.find(call.station.key))
    notified = ChargingNeedsNotified(
        evse=message.evse, needs=message.needs, status=status, max_periods=message.max_periods
    )
    await ports.publisher.publish(call.state(notified))
    return CommandReply(status=status, reason=reason)


async def on_schedule(message: NotifyChargingSchedule, call: ReceivedCall, ports: Ports) -> CommandReply:
    """How the vehicle means to charge is in its stream. Accepted says no more than that (OCPP 2.0.1 K15)."""
    notified = ChargingScheduleNotified(evse=message.evse, time_base=message.time_base, schedule=message.schedule)
    await ports.publisher.publish(call.state(notified))
    return CommandReply(status="Accepted")


async def on_priority(message: NotifyPriorityCharging, call: ReceivedCall, ports: Ports) -> Heard:
    """That the transaction has priority, or no longer, is in its stream."""
    notified = PriorityChargingNotified(transaction_id=message.transaction_id, is_active=message.is_active)
    await ports.publisher.publish(call.state(notified))
    return Heard()


async def on_pull(message: PullScheduleUpdate, call: ReceivedCall, ports: Ports) -> ScheduleUpdateReply:
    """What the profile says now; Rejected where nobody knows. A question is no fact."""
    key = call.station.key
    return await ports.schedules.ask_update(AskScheduleUpdate(key.tenant, key.station, message.profile_id))


def _answer_needs(message: NotifyChargingNeeds, entry: RegistryEntry | None) -> tuple[str, str]:
    """Status and reason."""
    allowed = None if entry is None else entry.energy_transfer
    if allowed is not None and message.needs.energy_transfer not in allowed:
        return "Rejected", "NotAllowed"
    return ("Accepted", "") if entry is not None and entry.plans_charging else ("NoChargingProfile", "NoPlanning")
