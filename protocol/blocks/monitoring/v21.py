"""OCPP 2.1 monitoring, where it says more than 2.0.1: who set a monitor, and how severe an event is."""

from typing import Any

from msgspec.structs import asdict, replace

from protocol.blocks.monitoring import v201 as older
from protocol.blocks.monitoring.messages import NotifyEvent, NotifyMonitoringReport
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.words import given, read_optional_number, sent, spelled
from protocol.domain.commands import Heard
from protocol.domain.routes import Direction, Route
from protocol.wire import v21

_UNSAID = "CustomMonitor"  # a monitor of which nobody said who set it: 2.1 wants a word


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


ROUTES = (
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
