"""OCPP 2.0.1 monitoring: monitors set, cleared and reported, and NotifyEvent."""

from msgspec import UNSET

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
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v201 import (
    answer_writer,
    read_answer,
    read_component_variables,
    read_is_last,
    read_reason,
    read_variable_name,
    write_component,
    write_component_variables,
    write_reason,
    write_to_be_continued,
    write_variable,
)
from protocol.dialects.words import given, read_number, read_optional_number, read_timestamp, sent, spelled
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201

_ADDED_BY_21 = frozenset((MonitorKind.TARGET_DELTA, MonitorKind.TARGET_DELTA_RELATIVE))


def decode_base(request: v201.SetMonitoringBaseRequest) -> SetMonitoringBase:
    """Source: OCPP 2.0.1 N03."""
    return SetMonitoringBase(base=MonitoringBase(request.monitoring_base))


def encode_base(message: SetMonitoringBase) -> v201.SetMonitoringBaseRequest:
    """Source: OCPP 2.0.1 N03."""
    return v201.SetMonitoringBaseRequest(monitoring_base=spelled(message.base))


def decode_level(request: v201.SetMonitoringLevelRequest) -> SetMonitoringLevel:
    """Source: OCPP 2.0.1 N05."""
    return SetMonitoringLevel(severity=read_number(request.severity, "$.severity"))


def encode_level(message: SetMonitoringLevel) -> v201.SetMonitoringLevelRequest:
    """Source: OCPP 2.0.1 N05."""
    return v201.SetMonitoringLevelRequest(severity=message.severity)


def decode_set_monitors(request: v201.SetVariableMonitoringRequest) -> SetVariableMonitoring:
    """Source: OCPP 2.0.1 N04."""
    return SetVariableMonitoring(
        orders=tuple(
            MonitorOrder(
                name=read_variable_name(item.component, item.variable),
                kind=MonitorKind(item.type),
                value=item.value,
                severity=read_number(item.severity, "$.setMonitoringData.severity"),
                monitor_id=read_optional_number(item.id, "$.setMonitoringData.id"),
                is_in_transaction=bool(given(item.transaction)),
            )
            for item in request.set_monitoring_data
        )
    )


def encode_set_monitors(message: SetVariableMonitoring) -> v201.SetVariableMonitoringRequest:
    """Source: OCPP 2.0.1 N04. Raises NotExpressible for no order, and for what came with 2.1."""
    if not message.orders:
        raise NotExpressible(OcppVersion.V201, "SetVariableMonitoring of nothing")
    return v201.SetVariableMonitoringRequest(set_monitoring_data=tuple(_write_order(one) for one in message.orders))


def decode_set_results(response: v201.SetVariableMonitoringResponse) -> SetVariableMonitoringReply:
    """One result an order."""
    return SetVariableMonitoringReply(
        results=tuple(
            MonitorResult(
                name=read_variable_name(item.component, item.variable),
                kind=MonitorKind(item.type),
                severity=read_number(item.severity, "$.setMonitoringResult.severity"),
                status=item.status,
                monitor_id=read_optional_number(item.id, "$.setMonitoringResult.id"),
                reason=read_reason(item.status_info),
            )
            for item in response.set_monitoring_result
        )
    )


def encode_set_results(reply: SetVariableMonitoringReply) -> v201.SetVariableMonitoringResponse:
    """One result an order."""
    return v201.SetVariableMonitoringResponse(
        set_monitoring_result=tuple(
            v201.SetMonitoringResult(
                id=sent(result.monitor_id),
                status_info=write_reason(result.reason),
                status=spelled(result.status),
                type=_write_kind(result.kind),
                component=write_component(result.name),
                variable=write_variable(result.name),
                severity=result.severity,
            )
            for result in reply.results
        )
    )


def decode_clear(request: v201.ClearVariableMonitoringRequest) -> ClearVariableMonitoring:
    """Source: OCPP 2.0.1 N06."""
    return ClearVariableMonitoring(monitor_ids=tuple(read_number(one, "$.id") for one in request.id))


def encode_clear(message: ClearVariableMonitoring) -> v201.ClearVariableMonitoringRequest:
    """Source: OCPP 2.0.1 N06. Raises NotExpressible for none."""
    if not message.monitor_ids:
        raise NotExpressible(OcppVersion.V201, "ClearVariableMonitoring of nothing")
    return v201.ClearVariableMonitoringRequest(id=message.monitor_ids)


def decode_cleared(response: v201.ClearVariableMonitoringResponse) -> ClearVariableMonitoringReply:
    """One result a monitor."""
    return ClearVariableMonitoringReply(
        results=tuple(
            ClearedMonitor(
                monitor_id=read_number(item.id, "$.clearMonitoringResult.id"),
                status=item.status,
                reason=read_reason(item.status_info),
            )
            for item in response.clear_monitoring_result
        )
    )


def encode_cleared(reply: ClearVariableMonitoringReply) -> v201.ClearVariableMonitoringResponse:
    """One result a monitor."""
    return v201.ClearVariableMonitoringResponse(
        clear_monitoring_result=tuple(
            v201.ClearMonitoringResult(
                status=spelled(result.status), id=result.monitor_id, status_info=write_reason(result.reason)
            )
            for result in reply.results
        )
    )


def decode_report_order(request: v201.GetMonitoringReportRequest) -> GetMonitoringReport:
    """Source: OCPP 2.0.1 N02."""
    return GetMonitoringReport(
        request_id=read_number(request.request_id, "$.requestId"),
        criteria=tuple(MonitoringCriterion(word) for word in given(request.monitoring_criteria) or ()),
        variables=read_component_variables(request.component_variable),
    )


def encode_report_order(message: GetMonitoringReport) -> v201.GetMonitoringReportRequest:
    """Source: OCPP 2.0.1 N02."""
    return v201.GetMonitoringReportRequest(
        request_id=message.request_id,
        monitoring_criteria=tuple(spelled(word) for word in message.criteria) or UNSET,
        component_variable=write_component_variables(message.variables),
    )


def decode_report(request: v201.NotifyMonitoringReportRequest) -> NotifyMonitoringReport:
    """Source: OCPP 2.0.1 N02."""
    return NotifyMonitoringReport(
        request_id=read_number(request.request_id, "$.requestId"),
        seq_no=read_number(request.seq_no, "$.seqNo"),
        is_last=read_is_last(request.tbc),
        generated_at=read_timestamp(request.generated_at, "$.generatedAt"),
        variables=tuple(
            MonitoredVariable(
                name=read_variable_name(item.component, item.variable),
                monitors=tuple(read_monitor(one) for one in item.variable_monitoring),
            )
            for item in given(request.monitor) or ()
        ),
    )


def encode_report(message: NotifyMonitoringReport) -> v201.NotifyMonitoringReportRequest:
    """Raises NotExpressible for a part without a number or a time. Who set a monitor is lost."""
    if message.seq_no is None or message.generated_at is None:
        raise NotExpressible(OcppVersion.V201, "a part of a report without a number or a time")
    return v201.NotifyMonitoringReportRequest(
        monitor=tuple(_write_monitored(one) for one in message.variables) or UNSET,
        request_id=message.request_id,
        tbc=write_to_be_continued(message.is_last),
        seq_no=message.seq_no,
        generated_at=format_timestamp(message.generated_at),
    )


def decode_events(request: v201.NotifyEventRequest) -> NotifyEvent:
    """Source: OCPP 2.0.1 N07, N08."""
    return NotifyEvent(
        events=tuple(read_event(item) for item in request.event_data),
        seq_no=request.seq_no,
        generated_at=read_timestamp(request.generated_at, "$.generatedAt"),
        is_last=read_is_last(request.tbc),
    )


def encode_events(message: NotifyEvent) -> v201.NotifyEventRequest:
    """Source: OCPP 2.0.1 N07, N08. The severity is lost."""
    return v201.NotifyEventRequest(
        generated_at=format_timestamp(message.generated_at),
        tbc=write_to_be_continued(message.is_last),
        seq_no=message.seq_no,
        event_data=tuple(_write_event(event) for event in message.events),
    )


def read_monitor(item: v201.VariableMonitoring) -> Monitor:
    """One monitor."""
    return Monitor(
        monitor_id=read_number(item.id, "$.monitor.variableMonitoring.id"),
        kind=MonitorKind(item.type),
        value=item.value,
        severity=read_number(item.severity, "$.monitor.variableMonitoring.severity"),
        is_in_transaction=item.transaction,
    )


def read_event(item: v201.EventData) -> StationEvent:
    """One event."""
    return StationEvent(
        event_id=read_number(item.event_id, "$.eventData.eventId"),
        occurred_at=read_timestamp(item.timestamp, "$.eventData.timestamp"),
        trigger=EventTrigger(item.trigger),
        notification=item.event_notification_type,
        name=read_variable_name(item.component, item.variable),
        actual_value=item.actual_value,
        is_cleared=bool(given(item.cleared)),
        cause=read_optional_number(item.cause, "$.eventData.cause"),
        monitor_id=read_optional_number(item.variable_monitoring_id, "$.eventData.variableMonitoringId"),
        transaction_id=given(item.transaction_id),
        tech_code=given(item.tech_code),
        tech_info=given(item.tech_info),
    )


def _write_order(order: MonitorOrder) -> v201.SetMonitoringData:
    if order.stream is not None:
        raise NotExpressible(OcppVersion.V201, "a monitor that sends a stream")
    return v201.SetMonitoringData(
        id=sent(order.monitor_id),
        transaction=order.is_in_transaction or UNSET,
        value=order.value,
        type=_write_kind(order.kind),
        severity=order.severity,
        component=write_component(order.name),
        variable=write_variable(order.name),
    )


def _write_kind(kind: MonitorKind) -> v201.MonitorEnum:
    if kind in _ADDED_BY_21:
        raise NotExpressible(OcppVersion.V201, f"a monitor of the kind {kind}")
    word: v201.MonitorEnum = spelled(kind)
    return word


def _write_monitored(variable: MonitoredVariable) -> v201.MonitoringData:
    return v201.MonitoringData(
        component=write_component(variable.name),
        variable=write_variable(variable.name),
        variable_monitoring=tuple(
            v201.VariableMonitoring(
                id=monitor.monitor_id,
                transaction=monitor.is_in_transaction,
                value=monitor.value,
                type=_write_kind(monitor.kind),
                severity=monitor.severity,
            )
            for monitor in variable.monitors
        ),
    )


def _write_event(event: StationEvent) -> v201.EventData:
    return v201.EventData(
        event_id=event.event_id,
        timestamp=format_timestamp(event.occurred_at),
        trigger=spelled(event.trigger),
        cause=sent(event.cause),
        actual_value=event.actual_value,
        tech_code=sent(event.tech_code),
        tech_info=sent(event.tech_info),
        cleared=event.is_cleared or UNSET,
        transaction_id=sent(event.transaction_id),
        component=write_component(event.name),
        variable_monitoring_id=sent(event.monitor_id),
        event_notification_type=spelled(event.notification),
        variable=write_variable(event.name),
    )


ROUTES = (
    Route(
        action="SetMonitoringBase",
        direction=Direction.FROM_CSMS,
        messages=(SetMonitoringBase,),
        reply=CommandReply,
        request=v201.SetMonitoringBaseRequest,
        response=v201.SetMonitoringBaseResponse,
        decode_request=decode_base,
        encode_request=encode_base,
        decode_response=read_answer,
        encode_response=answer_writer(v201.SetMonitoringBaseResponse),
    ),
    Route(
        action="SetMonitoringLevel",
        direction=Direction.FROM_CSMS,
        messages=(SetMonitoringLevel,),
        reply=CommandReply,
        request=v201.SetMonitoringLevelRequest,
        response=v201.SetMonitoringLevelResponse,
        decode_request=decode_level,
        encode_request=encode_level,
        decode_response=read_answer,
        encode_response=answer_writer(v201.SetMonitoringLevelResponse),
    ),
    Route(
        action="SetVariableMonitoring",
        direction=Direction.FROM_CSMS,
        messages=(SetVariableMonitoring,),
        reply=SetVariableMonitoringReply,
        request=v201.SetVariableMonitoringRequest,
        response=v201.SetVariableMonitoringResponse,
        decode_request=decode_set_monitors,
        encode_request=encode_set_monitors,
        decode_response=decode_set_results,
        encode_response=encode_set_results,
    ),
    Route(
        action="ClearVariableMonitoring",
        direction=Direction.FROM_CSMS,
        messages=(ClearVariableMonitoring,),
        reply=ClearVariableMonitoringReply,
        request=v201.ClearVariableMonitoringRequest,
        response=v201.ClearVariableMonitoringResponse,
        decode_request=decode_clear,
        encode_request=encode_clear,
        decode_response=decode_cleared,
        encode_response=encode_cleared,
    ),
    Route(
        action="GetMonitoringReport",
        direction=Direction.FROM_CSMS,
        messages=(GetMonitoringReport,),
        reply=CommandReply,
        request=v201.GetMonitoringReportRequest,
        response=v201.GetMonitoringReportResponse,
        decode_request=decode_report_order,
        encode_request=encode_report_order,
        decode_response=read_answer,
        encode_response=answer_writer(v201.GetMonitoringReportResponse),
    ),
    Route(
        action="NotifyMonitoringReport",
        direction=Direction.FROM_STATION,
        messages=(NotifyMonitoringReport,),
        reply=Heard,
        request=v201.NotifyMonitoringReportRequest,
        response=v201.NotifyMonitoringReportResponse,
        decode_request=decode_report,
        encode_request=encode_report,
        decode_response=read_heard,
        encode_response=heard_writer(v201.NotifyMonitoringReportResponse),
    ),
    Route(
        action="NotifyEvent",
        direction=Direction.FROM_STATION,
        messages=(NotifyEvent,),
        reply=Heard,
        request=v201.NotifyEventRequest,
        response=v201.NotifyEventResponse,
        decode_request=decode_events,
        encode_request=encode_events,
        decode_response=read_heard,
        encode_response=heard_writer(v201.NotifyEventResponse),
    ),
)
