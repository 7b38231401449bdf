"""What the REST interface gives of a station's reports, monitors, events, display and network profiles."""

from datetime import datetime
from typing import Any

import msgspec
from pydantic import BaseModel

from backoffice.stations.command_schemas import Answered, Json
from backoffice.stations.device_models import (
    HeardPart,
    InstalledNetworkProfile,
    MonitoringSetting,
    Report,
    ShownMessage,
    StationEventRow,
    StationMonitor,
)
from protocol.blocks.display_message.messages import DisplayMessage
from protocol.blocks.monitoring.messages import ClearVariableMonitoringReply, SetVariableMonitoringReply
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import VariableName
from protocol.domain.reports import ReportKind


class NameView(BaseModel):
    """A variable of a component, by all that names it."""

    component: str
    component_instance: str | None
    evse: int | None
    connector: int | None
    variable: str
    instance: str | None

    @classmethod
    def parts_of(cls, name: VariableName) -> dict[str, Any]:
        """The members of a view that begins with a name."""
        return {field: getattr(name, field) for field in cls.model_fields if field in name.__struct_fields__}


class OrderedReportView(Answered):
    """What the station answered; the report comes under `request_id`."""

    request_id: int
    status: str
    reason: str

    @classmethod
    def of(cls, command_id: str, reply: CommandReply, *, request_id: int) -> "OrderedReportView":
        return cls(command_id=command_id, request_id=request_id, status=reply.status, reason=reply.reason)


class MonitorSetView(NameView):
    """What became of one order; `monitor_id` names the monitor from now on."""

    kind: str
    severity: int
    status: str
    monitor_id: int | None
    reason: str


class MonitorsSetView(Answered):
    """What became of the orders."""

    results: list[MonitorSetView]

    @classmethod
    def of(cls, command_id: str, reply: SetVariableMonitoringReply) -> "MonitorsSetView":
        results = [
            MonitorSetView(
                **NameView.parts_of(result.name),
                kind=result.kind,
                severity=result.severity,
                status=result.status,
                monitor_id=result.monitor_id,
                reason=result.reason,
            )
            for result in reply.results
        ]
        return cls(command_id=command_id, results=results)


class MonitorClearedView(BaseModel):
    """What became of one monitor."""

    monitor_id: int
    status: str
    reason: str


class MonitorsClearedView(Answered):
    """What became of the monitors."""

    results: list[MonitorClearedView]

    @classmethod
    def of(cls, command_id: str, reply: ClearVariableMonitoringReply) -> "MonitorsClearedView":
        results = [
            MonitorClearedView(monitor_id=one.monitor_id, status=one.status, reason=one.reason) for one in reply.results
        ]
        return cls(command_id=command_id, results=results)


class ReportView(BaseModel):
    """A report in parts. `requested_at`, `command_id` and the station's `status` are null where we did not order it."""

    kind: ReportKind
    request_id: int
    requested_at: datetime | None
    command_id: str | None
    status: str | None
    heard_at: datetime
    parts: int
    is_complete: bool

    @classmethod
    def of(cls, row: Report) -> "ReportView":
        return cls(**cls.members_of(row))

    @classmethod
    def members_of(cls, row: Report) -> dict[str, Any]:
        """The members of a view that begins with a report."""
        return {field: getattr(row, field) for field in ReportView.model_fields}


class WholeReportView(ReportView):
    """The report with its content: a text about a customer, else a list of what its parts name."""

    seq_nos: list[int]
    content: Json

    @classmethod
    def whole(cls, row: Report, parts: list[HeardPart]) -> "WholeReportView":
        is_text = row.kind == ReportKind.CUSTOMER_INFORMATION
        return cls(
            **cls.members_of(row),
            seq_nos=[part.seq_no for part in parts if part.seq_no is not None],
            content="".join(part.content for part in parts)
            if is_text
            else [item for part in parts for item in part.content],
        )


class MonitorView(NameView):
    """A monitor that the station has."""

    monitor_id: int
    kind: str
    value: float
    severity: int
    is_in_transaction: bool
    notification: str | None
    known_at: datetime

    @classmethod
    def of(cls, row: StationMonitor) -> "MonitorView":
        return cls(
            **NameView.parts_of(msgspec.convert(row.name, VariableName)),
            monitor_id=row.monitor_id,
            kind=row.kind,
            value=row.value,
            severity=row.severity,
            is_in_transaction=row.is_in_transaction,
            notification=row.notification,
            known_at=row.known_at,
        )


class MonitoringView(BaseModel):
    """What the station watches; the base and the level are null where it was never told any."""

    base: str | None
    level: int | None
    monitors: list[MonitorView]

    @classmethod
    def of(cls, setting: MonitoringSetting | None, monitors: list[StationMonitor]) -> "MonitoringView":
        return cls(
            base=setting.base if setting else None,
            level=setting.level if setting else None,
            monitors=[MonitorView.of(row) for row in monitors],
        )


class EventView(NameView):
    """What the station saw. `severity` is the event's own (2.1), or its monitor's where we know that."""

    event_id: int
    occurred_at: datetime
    received_at: datetime
    trigger: str
    notification: str
    actual_value: str
    is_cleared: bool
    severity: int | None
    cause: int | None
    monitor_id: int | None
    transaction_id: str | None
    tech_code: str | None
    tech_info: str | None

    @classmethod
    def of(cls, row: StationEventRow, severity: int | None) -> "EventView":
        return cls(
            **NameView.parts_of(msgspec.convert(row.name, VariableName)),
            event_id=row.event_id,
            occurred_at=row.occurred_at,
            received_at=row.received_at,
            trigger=row.trigger,
            notification=row.notification,
            actual_value=row.actual_value,
            is_cleared=row.is_cleared,
            severity=severity if row.severity is None else row.severity,
            cause=row.cause,
            monitor_id=row.monitor_id,
            transaction_id=row.transaction_id,
            tech_code=row.tech_code,
            tech_info=row.tech_info,
        )


class DisplayMessageView(BaseModel):
    """A message that the station has for its display."""

    message_id: int
    priority: str
    state: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    transaction_id: str | None
    format: str
    language: str | None
    content: str
    display_component: str | None
    display_evse: int | None
    known_at: datetime

    @classmethod
    def of(cls, row: ShownMessage) -> "DisplayMessageView":
        message = msgspec.convert(row.message, DisplayMessage)
        return cls(
            message_id=message.message_id,
            priority=message.priority,
            state=message.state,
            starts_at=message.starts_at,
            ends_at=message.ends_at,
            transaction_id=message.transaction_id,
            format=message.format,
            language=message.language,
            content=message.content,
            display_component=message.display.component if message.display else None,
            display_evse=message.display.evse if message.display else None,
            known_at=row.known_at,
        )


class NetworkProfileView(BaseModel):
    """A network profile that the station accepted, its secrets masked."""

    slot: int
    profile: Json
    set_at: datetime

    @classmethod
    def of(cls, row: InstalledNetworkProfile) -> "NetworkProfileView":
        return cls(slot=row.slot, profile=row.profile, set_at=row.set_at)
