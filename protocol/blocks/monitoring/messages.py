"""What the CSMS wants watched, what a station watches, and what it saw."""

from datetime import datetime
from enum import StrEnum

import msgspec

from protocol.domain.device_model import VariableName
from protocol.domain.event_stream import StreamPace
from protocol.domain.reports import ReportPart


class MonitorKind(StrEnum):
    """When a monitor speaks (OCPP 2.0.1 §3 MonitorEnumType; the last two came with 2.1)."""

    UPPER_THRESHOLD = "UpperThreshold"
    LOWER_THRESHOLD = "LowerThreshold"
    DELTA = "Delta"
    PERIODIC = "Periodic"
    PERIODIC_CLOCK_ALIGNED = "PeriodicClockAligned"
    TARGET_DELTA = "TargetDelta"
    TARGET_DELTA_RELATIVE = "TargetDeltaRelative"


class MonitoringBase(StrEnum):
    """Which monitors a station starts from (§3 MonitoringBaseEnumType)."""

    ALL = "All"
    FACTORY_DEFAULT = "FactoryDefault"
    HARD_WIRED_ONLY = "HardWiredOnly"


class MonitoringCriterion(StrEnum):
    """Which monitors a report is of (§3 MonitoringCriterionEnumType)."""

    THRESHOLD = "ThresholdMonitoring"
    DELTA = "DeltaMonitoring"
    PERIODIC = "PeriodicMonitoring"


class SetMonitoringBase(msgspec.Struct, frozen=True):
    """The station has these monitors and no other (OCPP 2.0.1 N03)."""

    base: MonitoringBase


class SetMonitoringLevel(msgspec.Struct, frozen=True):
    """Events up to this severity are reported: 0 is danger, 9 is debugging (OCPP 2.0.1 N05)."""

    severity: int


class MonitorOrder(msgspec.Struct, frozen=True):
    """Watch this variable. `value` is a limit, a difference or seconds; with an id that monitor is replaced (N04).

    `stream` (2.1 N11): what a periodic monitor sees is sent as a stream of this pace, not as events.
    """

    name: VariableName
    kind: MonitorKind
    value: float
    severity: int
    monitor_id: int | None = None
    is_in_transaction: bool = False
    stream: StreamPace | None = None


class SetVariableMonitoring(msgspec.Struct, frozen=True):
    """The CSMS sets monitors (OCPP 2.0.1 N04)."""

    orders: tuple[MonitorOrder, ...]


class MonitorResult(msgspec.Struct, frozen=True):
    """What became of one order; `monitor_id` is given where it was accepted."""

    name: VariableName
    kind: MonitorKind
    severity: int
    status: str
    monitor_id: int | None = None
    reason: str = ""


class SetVariableMonitoringReply(msgspec.Struct, frozen=True):
    """What became of the orders."""

    results: tuple[MonitorResult, ...]


class ClearVariableMonitoring(msgspec.Struct, frozen=True):
    """These monitors are wanted no longer (OCPP 2.0.1 N06)."""

    monitor_ids: tuple[int, ...]


class ClearedMonitor(msgspec.Struct, frozen=True):
    """What became of one of them."""

    monitor_id: int
    status: str
    reason: str = ""


class ClearVariableMonitoringReply(msgspec.Struct, frozen=True):
    """What became of them."""

    results: tuple[ClearedMonitor, ...]


class GetMonitoringReport(msgspec.Struct, frozen=True):
    """The CSMS asks which monitors there are; they come in parts (OCPP 2.0.1 N02). Nothing given means all."""

    request_id: int
    criteria: tuple[MonitoringCriterion, ...] = ()
    variables: tuple[VariableName, ...] = ()


class Monitor(msgspec.Struct, frozen=True):
    """A monitor of a variable. `notification` is said by 2.1 alone: who set it."""

    monitor_id: int
    kind: MonitorKind
    value: float
    severity: int
    is_in_transaction: bool = False
    notification: str | None = None


class MonitoredVariable(msgspec.Struct, frozen=True):
    """A variable with its monitors."""

    name: VariableName
    monitors: tuple[Monitor, ...]


class NotifyMonitoringReport(ReportPart, frozen=True, kw_only=True):
    """Some of the monitors that were asked for (OCPP 2.0.1 N02)."""

    variables: tuple[MonitoredVariable, ...] = ()


class EventTrigger(StrEnum):
    """What made a station speak (OCPP 2.0.1 §3 EventTriggerEnumType)."""

    ALERTING = "Alerting"
    DELTA = "Delta"
    PERIODIC = "Periodic"


class StationEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a station saw of a variable (OCPP 2.0.1 §2 EventDataType). `notification`: who wanted it watched.

    `actual_value` is empty for a write-only variable (N07). `severity` is said by 2.1 alone: else it is the
    monitor's. `is_cleared`: the state that was reported before is over. `cause` is the event that led to this one.
    """

    event_id: int
    occurred_at: datetime
    trigger: EventTrigger
    notification: str
    name: VariableName
    actual_value: str
    is_cleared: bool = False
    cause: int | None = None
    monitor_id: int | None = None
    severity: int | None = None
    transaction_id: str | None = None
    tech_code: str | None = None
    tech_info: str | None = None


class NotifyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a station saw (OCPP 2.0.1 N07, N08). Parts of one notification have no name in common."""

    events: tuple[StationEvent, ...]
    seq_no: int
    generated_at: datetime
    is_last: bool = True
