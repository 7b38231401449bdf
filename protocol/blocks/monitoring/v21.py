"""OCPP 2.1 monitoring, where it says more than 2.0.1.

Who set a monitor, how severe an event is, two more kinds of monitor, and monitors whose values are sent as a stream.
"""

from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict, replace

from protocol.blocks.monitoring import v201 as older
from protocol.blocks.monitoring.messages import (
    MonitorOrder,
    MonitorResult,
    NotifyEvent,
    NotifyMonitoringReport,
    SetVariableMonitoring,
    SetVariableMonitoringReply,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v21 import extended, read_pace, write_pace
from protocol.dialects.v201 import write_component, write_reason, write_variable
from protocol.dialects.words import given, read_optional_number, sent, spelled
from protocol.domain.commands import Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v21

_UNSAID = "CustomMonitor"  # a monitor of which nobody said who set it: 2.1 wants a word


def decode_set_monitors(request: Any) -> SetVariableMonitoring:  # Any: 2.1's Struct has the attributes of 2.0.1's
    """Source: OCPP 2.1 N04, N11."""
    message = older.decode_set_monitors(request)
    streams = (given(item.periodic_event_stream) for item in request.set_monitoring_data)
    return SetVariableMonitoring(
        tuple(
            order if stream is None else replace(order, stream=read_pace(stream))
            for order, stream in zip(message.orders, streams, strict=True)
        )
    )


def encode_set_monitors(message: SetVariableMonitoring) -> v21.SetVariableMonitoringRequest:
    """Source: OCPP 2.1 N04, N11. Raises NotExpressible for no order."""
    if not message.orders:
        raise NotExpressible(OcppVersion.V21, "SetVariableMonitoring of nothing")
    return v21.SetVariableMonitoringRequest(set_monitoring_data=tuple(_write_order(one) for one in message.orders))


def encode_set_results(reply: SetVariableMonitoringReply) -> v21.SetVariableMonitoringResponse:
    """One result an order."""
    return v21.SetVariableMonitoringResponse(set_monitoring_result=tuple(_write_result(one) for one in reply.results))


def decode_report(request: Any) -> NotifyMonitoringReport:  # Any: 2.1's Struct has the attributes of 2.0.1's and more
    """Source: OCPP 2.1 N02."""
    message = older.decode_report(request)
    said = given(request.monitor) or ()
    variables = tuple(
        replace(
            variable,
            monitors=tuple(
                replace(monitor, notification=one.event_notification_type)
                for monitor, one in zip(variable.monitors, item.variable_monitoring, strict=True)
            ),
        )
        for variable, item in zip(message.variables, said, strict=True)
    )
    return replace(message, variables=variables)


def encode_report(message: NotifyMonitoringReport) -> v21.NotifyMonitoringReportRequest:
    """Source: OCPP 2.1 N02."""
    written = older.encode_report(message)
    said = given(written.monitor) or ()
    monitors: Any = tuple(
        v21.MonitoringData(
            **asdict(item)
            | {
                "variable_monitoring": tuple(
                    v21.VariableMonitoring(
                        **asdict(one), event_notification_type=spelled(monitor.notification or _UNSAID)
                    )
                    for one, monitor in zip(item.variable_monitoring, variable.monitors, strict=True)
                )
            }
        )
        for item, variable in zip(said, message.variables, strict=True)
    )
    return v21.NotifyMonitoringReportRequest(**(asdict(written) | {"monitor": sent(monitors or None)}))


def decode_events(request: Any) -> NotifyEvent:  # Any: 2.1's Struct has the attributes of 2.0.1's and more
    """Source: OCPP 2.1 N07, N08."""
    message = older.decode_events(request)
    return replace(
        message,
        events=tuple(
            replace(event, severity=read_optional_number(item.severity, "$.eventData.severity"))
            for event, item in zip(message.events, request.event_data, strict=True)
        ),
    )


def encode_events(message: NotifyEvent) -> v21.NotifyEventRequest:
    """Source: OCPP 2.1 N07, N08."""
    written = older.encode_events(message)
    events: Any = tuple(
        v21.EventData(**(asdict(item) | {"severity": sent(event.severity)}))
        for item, event in zip(written.event_data, message.events, strict=True)
    )
    return v21.NotifyEventRequest(**(asdict(written) | {"event_data": events}))


def _write_order(order: MonitorOrder) -> v21.SetMonitoringData:
    component: Any = write_component(order.name)  # Any: an object of 2.0.1, which is one of 2.1
    variable: Any = write_variable(order.name)
    return v21.SetMonitoringData(
        id=sent(order.monitor_id),
        periodic_event_stream=UNSET if order.stream is None else write_pace(order.stream),
        transaction=order.is_in_transaction or UNSET,
        value=order.value,
        type=spelled(order.kind),
        severity=order.severity,
        component=component,
        variable=variable,
    )


def _write_result(result: MonitorResult) -> v21.SetMonitoringResult:
    component: Any = write_component(result.name)
    variable: Any = write_variable(result.name)
    reason: Any = write_reason(result.reason)
    return v21.SetMonitoringResult(
        id=sent(result.monitor_id),
        status_info=reason,
        status=spelled(result.status),
        type=spelled(result.kind),
        component=component,
        variable=variable,
        severity=result.severity,
    )


ROUTES = (
    extended(
        older.ROUTES,
        "SetVariableMonitoring",
        decode_request=decode_set_monitors,
        encode_request=encode_set_monitors,
        encode_response=encode_set_results,
    ),
    Route(
        action="NotifyMonitoringReport",
        direction=Direction.FROM_STATION,
        messages=(NotifyMonitoringReport,),
        reply=Heard,
        request=v21.NotifyMonitoringReportRequest,
        response=v21.NotifyMonitoringReportResponse,
        decode_request=decode_report,
        encode_request=encode_report,
        decode_response=read_heard,
        encode_response=heard_writer(v21.NotifyMonitoringReportResponse),
    ),
    Route(
        action="NotifyEvent",
        direction=Direction.FROM_STATION,
        messages=(NotifyEvent,),
        reply=Heard,
        request=v21.NotifyEventRequest,
        response=v21.NotifyEventResponse,
        decode_request=decode_events,
        encode_request=encode_events,
        decode_response=read_heard,
        encode_response=heard_writer(v21.NotifyEventResponse),
    ),
)
