"""Monitors: which variables the station watches, and what it tells of them (OCPP 2.0.1 N02 to N08).

Nothing is hard-wired: by default nothing is watched. The maker's own monitors, which the base All turns on, watch the
state of the station and of its connectors, and power close to what the outlet can.

Invariants:
1. A threshold speaks when its limit is passed, and once more, as cleared, when the value is back (N07).
2. A difference counts from the value that was last told; of what is no number every change is one.
3. A monitor of transactions is asleep while none runs on its EVSE, and begins anew with the next.
4. While the CSMS cannot hear, nothing counts as told: what has changed by then is told afterwards.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from protocol.blocks.monitoring.messages import (
    ClearedMonitor,
    ClearVariableMonitoring,
    ClearVariableMonitoringReply,
    EventTrigger,
    GetMonitoringReport,
    Monitor,
    MonitoredVariable,
    MonitoringBase,
    MonitoringCriterion,
    MonitorKind,
    MonitorOrder,
    MonitorResult,
    NotifyEvent,
    NotifyMonitoringReport,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetVariableMonitoring,
    SetVariableMonitoringReply,
    StationEvent,
)
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import VariableName
from simulator.behaviours import event_streams, hardware
from simulator.behaviours.configuration import find_variable, is_known_component
from simulator.behaviours.hardware import Part, Value
from simulator.state import Alarm, StationState
from simulator.watching import Watch, Watched

MAX_MONITORS = 50
_REPORTED_AT_ONCE = 4
_LEAST_SEVERE = 9
_MAKERS, _CUSTOM = "PreconfiguredMonitor", "CustomMonitor"
_THRESHOLDS = frozenset((MonitorKind.UPPER_THRESHOLD, MonitorKind.LOWER_THRESHOLD))
_PERIODIC = frozenset((MonitorKind.PERIODIC, MonitorKind.PERIODIC_CLOCK_ALIGNED))
_KINDS = {
    MonitoringCriterion.THRESHOLD: _THRESHOLDS,
    MonitoringCriterion.DELTA: frozenset((MonitorKind.DELTA,)),
    MonitoringCriterion.PERIODIC: _PERIODIC,
}
_CLOSE_TO_THE_OUTLET = 0.95
_ACCEPTED = CommandReply(status="Accepted")


def on_set_base(state: StationState, message: SetMonitoringBase, now: float) -> CommandReply:
    """All adds the maker's monitors to what is there; each of the other two leaves nothing but itself (N03)."""
    watch = _watch_of(state)
    watch.base = message.base
    if message.base is MonitoringBase.ALL:
        known = {(one.name, one.monitor.kind) for one in watch.monitors}
        new = (order for order in _makers_orders(state) if (order.name, order.kind) not in known)
        for order in new:
            _install(state, watch, order, watch.next_id(), notification=_MAKERS, now=now)
    else:
        for watched in watch.monitors:
            event_streams.close(state, watched)
        watch.monitors.clear()
    return _ACCEPTED


def on_set_level(state: StationState, message: SetMonitoringLevel, _now: float) -> CommandReply:
    """What is less severe is not told any more (N05)."""
    if not 0 <= message.severity <= _LEAST_SEVERE:
        return CommandReply(status="Rejected", reason="OutOfRange")
    _watch_of(state).level = message.severity
    return _ACCEPTED


def on_set_monitors(state: StationState, message: SetVariableMonitoring, now: float) -> SetVariableMonitoringReply:
    """Each order that is good is watched, whatever becomes of the others (N04)."""
    return SetVariableMonitoringReply(tuple(_set(state, _watch_of(state), order, now) for order in message.orders))


def on_clear_monitors(
    state: StationState, message: ClearVariableMonitoring, _now: float
) -> ClearVariableMonitoringReply:
    """These are watched no longer (N06)."""
    watch, results = _watch_of(state), []
    for monitor_id in message.monitor_ids:
        watched = watch.find(monitor_id)
        if watched is not None:
            event_streams.close(state, watched)
            watch.monitors.remove(watched)
        results.append(ClearedMonitor(monitor_id, "NotFound" if watched is None else "Accepted"))
    return ClearVariableMonitoringReply(tuple(results))


def on_get_report(state: StationState, message: GetMonitoringReport, now: float) -> CommandReply:
    """The monitors that fit follow in parts, variable by variable (N02)."""
    kinds = {kind for criterion in message.criteria for kind in _KINDS[criterion]}
    monitors = () if state.watch is None else state.watch.monitors
    found: dict[VariableName, list[Monitor]] = {}
    for one in monitors:
        if (not kinds or one.monitor.kind in kinds) and _is_among(one.name, message.variables):
            found.setdefault(one.name, []).append(one.monitor)
    if not found:
        return CommandReply(status="EmptyResultSet")
    variables = tuple(MonitoredVariable(name, tuple(ones)) for name, ones in found.items())
    for seq_no, start in enumerate(range(0, len(variables), _REPORTED_AT_ONCE)):
        part = NotifyMonitoringReport(
            request_id=message.request_id,
            seq_no=seq_no,
            is_last=start + _REPORTED_AT_ONCE >= len(variables),
            generated_at=state.instant(now),
            variables=variables[start : start + _REPORTED_AT_ONCE],
        )
        state.post(part, is_triggered=True)
    return _ACCEPTED


def look(state: StationState, now: float) -> None:
    """What monitors have to say of this instant is said, and the station wakes when the next periodic one is due."""
    watch = state.watch
    if watch is None or not watch.monitors or not (state.is_online and state.is_accepted):
        return
    for evse in state.evses:
        evse.advance(now)
    events = [event for one in watch.monitors if (event := _look_at(state, watch, one, now)) is not None]
    if events:
        state.post(NotifyEvent(events=tuple(events), seq_no=0, generated_at=state.instant(now)))
    due = [one.due_at for one in watch.monitors if one.due_at is not None]
    state.clear_alarm(Alarm.MONITOR)
    if due:
        state.set_alarm(Alarm.MONITOR, min(due))


def _look_at(state: StationState, watch: Watch, watched: Watched, now: float) -> StationEvent | None:
    part = hardware.find(state, watched.name)
    assert part is not None  # only what is there is watched
    value = part.read(state, now)
    if value is None or (watched.monitor.is_in_transaction and not _has_transaction(state, part)):
        _begin_anew(state, watched, now)
        return None
    if watched.due_at is None and watched.is_periodic:
        watched.due_at = _next_period(state, watched.monitor, now)
    verdict = _judge(watched, value, now)
    if verdict is None:
        return None
    trigger, is_cleared = verdict
    if trigger is EventTrigger.PERIODIC:
        watched.due_at = _next_period(state, watched.monitor, now)
    if watched.stream is not None:
        event_streams.carry(state, watched.stream, hardware.text_of(value), now)
        return None
    if watched.monitor.severity > watch.level:
        return None
    watch.events += 1
    transaction = None if part.name.evse is None else part.evse.transaction
    return StationEvent(
        event_id=watch.events,
        occurred_at=state.instant(now),
        trigger=trigger,
        notification=watched.monitor.notification or _CUSTOM,
        name=watched.name,
        actual_value=hardware.text_of(value),
        is_cleared=is_cleared,
        monitor_id=watched.monitor.monitor_id,
        severity=watched.monitor.severity,
        transaction_id=None if transaction is None else transaction.transaction_id,
    )


def _judge(watched: Watched, value: Value, now: float) -> tuple[EventTrigger, bool] | None:
    """Why the monitor speaks, and whether of an end; None: it does not."""
    if watched.is_periodic:
        is_due = watched.due_at is not None and watched.due_at <= now
        return (EventTrigger.PERIODIC, False) if is_due else None
    limit = Decimal(repr(watched.monitor.value))
    if watched.monitor.kind is MonitorKind.DELTA:
        if not _is_other(watched.seen, value, limit):
            return None
        watched.seen = value
        return EventTrigger.DELTA, False
    assert isinstance(value, int | Decimal)  # thresholds are of numbers alone
    is_beyond = value > limit if watched.monitor.kind is MonitorKind.UPPER_THRESHOLD else value < limit
    if is_beyond is watched.is_beyond:
        return None
    watched.is_beyond = is_beyond
    return EventTrigger.ALERTING, not is_beyond


def _is_other(seen: object, value: Value, difference: Decimal) -> bool:
    if isinstance(seen, int | Decimal) and isinstance(value, int | Decimal):
        return seen != value and bool(abs(Decimal(value) - Decimal(seen)) >= difference)
    return seen is not None and seen != value


def _begin_anew(state: StationState, watched: Watched, now: float) -> None:
    part = hardware.find(state, watched.name)
    assert part is not None  # only what is there is watched
    watched.seen, watched.is_beyond = part.read(state, now), False
    watched.due_at = _next_period(state, watched.monitor, now) if watched.is_periodic else None


def _next_period(state: StationState, monitor: Monitor, now: float) -> float:
    if monitor.kind is MonitorKind.PERIODIC:
        return now + monitor.value
    return now + monitor.value - state.instant(now).timestamp() % monitor.value


def _has_transaction(state: StationState, part: Part) -> bool:
    return state.is_charging if part.name.evse is None else part.evse.transaction is not None


def _set(state: StationState, watch: Watch, order: MonitorOrder, now: float) -> MonitorResult:
    def refused(status: str, reason: str = "") -> MonitorResult:
        return MonitorResult(order.name, order.kind, order.severity, status, monitor_id=order.monitor_id, reason=reason)

    part = hardware.find(state, order.name)
    if part is None or not part.feature.can_be_watched:
        return refused(_why_unknown(state, order.name))
    if not _suits(order, part):
        return refused("UnsupportedMonitorType")
    flaw = _find_flaw(state, order, part)
    if flaw is not None:
        return refused("Rejected", flaw)
    before = None if order.monitor_id is None else watch.find(order.monitor_id)
    if order.monitor_id is not None and (before is None or before.name != part.name):
        return refused("Rejected", "UnknownMonitor")
    if any(_is_same(one, part.name, order) for one in watch.monitors if one is not before):
        return refused("Duplicate")
    if before is None and len(watch.monitors) >= MAX_MONITORS:
        return refused("Rejected", "TooManyMonitors")
    if before is not None:
        event_streams.close(state, before)
        watch.monitors.remove(before)
    monitor_id = watch.next_id() if order.monitor_id is None else order.monitor_id
    _install(state, watch, order, monitor_id, notification=_CUSTOM, now=now)
    return MonitorResult(order.name, order.kind, order.severity, "Accepted", monitor_id=monitor_id)


def _install(
    state: StationState, watch: Watch, order: MonitorOrder, monitor_id: int, *, notification: str, now: float
) -> None:
    part = hardware.find(state, order.name)
    assert part is not None  # the caller has looked
    monitor = Monitor(monitor_id, order.kind, order.value, order.severity, order.is_in_transaction, notification)
    watched = Watched(part.name, monitor)
    _begin_anew(state, watched, now)
    watch.monitors.append(watched)
    if order.stream is not None:
        event_streams.open_stream(state, watch, watched, order.stream)


def _makers_orders(state: StationState) -> Iterable[MonitorOrder]:
    yield MonitorOrder(VariableName("AvailabilityState", "ChargingStation"), MonitorKind.DELTA, 1, 5)
    close_w = state.plan.outlet.max_power_w * _CLOSE_TO_THE_OUTLET
    for evse in state.evses:
        connector = VariableName("AvailabilityState", "Connector", evse=evse.number, connector=1)
        yield MonitorOrder(connector, MonitorKind.DELTA, 1, 7)
        yield MonitorOrder(VariableName("Power", "EVSE", evse=evse.number), MonitorKind.UPPER_THRESHOLD, close_w, 6)


def _suits(order: MonitorOrder, part: Part) -> bool:
    """Whether the kind is one that the station has, and for such a variable."""
    if order.kind in _THRESHOLDS:
        return part.feature.is_number
    return order.kind is MonitorKind.DELTA or order.kind in _PERIODIC


def _find_flaw(state: StationState, order: MonitorOrder, part: Part) -> str | None:
    most = None if part.feature.most is None else part.feature.most(state)
    if not 0 <= order.severity <= _LEAST_SEVERE:
        return "OutOfRange"
    if order.kind in _THRESHOLDS and (order.value < 0 or (most is not None and order.value > most)):
        return "OutOfRange"
    if order.kind is MonitorKind.DELTA and order.value < 0:
        return "OutOfRange"
    if order.kind in _PERIODIC and order.value < 1:
        return "OutOfRange"
    return "NotPeriodic" if order.stream is not None and order.kind not in _PERIODIC else None


def _is_same(watched: Watched, name: VariableName, order: MonitorOrder) -> bool:
    monitor = watched.monitor
    return (watched.name, monitor.kind, monitor.severity) == (name, order.kind, order.severity)


def _why_unknown(state: StationState, name: VariableName) -> str:
    if hardware.find(state, name) is not None or find_variable(name) is not None:
        return "UnsupportedMonitorType"
    is_known = hardware.has_component(state, name) or is_known_component(name)
    return "UnknownVariable" if is_known else "UnknownComponent"


def _is_among(name: VariableName, wanted: Sequence[VariableName]) -> bool:
    return not wanted or any(
        one.component.lower() == name.component.lower()
        and one.variable.lower() in ("", name.variable.lower())
        and one.evse in (None, name.evse)
        for one in wanted
    )


def _watch_of(state: StationState) -> Watch:
    if state.watch is None:
        state.watch = Watch()
    return state.watch
