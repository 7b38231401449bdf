"""What a station watches, and what it saw (OCPP 2.0.1 N02, N07, N08)."""

from msgspec.structs import replace

from csms.handlers.availability import on_status_notification
from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.availability.messages import StatusNotification
from protocol.blocks.monitoring.events import MonitorsReported, StationEventsReported
from protocol.blocks.monitoring.messages import NotifyEvent, NotifyMonitoringReport, StationEvent
from protocol.bus.masking import is_secret_variable
from protocol.domain.commands import Heard
from protocol.domain.reports import ReportKind
from protocol.domain.status import ConnectorStatus

_STATUSES = {str(status): status for status in ConnectorStatus}


async def on_monitoring_report(message: NotifyMonitoringReport, call: ReceivedCall, ports: Ports) -> Heard:
    """The part is in its stream; one out of step is flagged."""
    call.deviations.extend(call.station.reports.observe(ReportKind.MONITORS, message))
    reported = MonitorsReported(
        request_id=message.request_id,
        seq_no=message.seq_no,
        is_last=message.is_last,
        generated_at=message.generated_at,
        variables=message.variables,
    )
    await ports.publisher.publish(call.state(reported, occurred_at=message.generated_at))
    return Heard()


async def on_event(message: NotifyEvent, call: ReceivedCall, ports: Ports) -> Heard:
    """What the station saw is in its stream; a connector whose state it saw change has that status."""
    events = tuple(_without_secret(event) for event in message.events)
    await ports.publisher.publish(call.state(StationEventsReported(events), occurred_at=message.generated_at))
    for status in filter(None, map(_read_status, message.events)):
        await on_status_notification(status, call, ports)
    return Heard()


def _without_secret(event: StationEvent) -> StationEvent:
    """A password belongs on no bus: a write-only variable has no value here (OCPP 2.0.1 N07)."""
    return replace(event, actual_value="") if is_secret_variable(event.name.variable) else event


def _read_status(event: StationEvent) -> StatusNotification | None:
    """A 2.x station may say its connectors' states in either message (OCPP 2.0.1 G01; 2.1 prefers this one)."""
    name = event.name
    if (name.component, name.variable) != ("Connector", "AvailabilityState") or name.evse is None:
        return None
    status = _STATUSES.get(event.actual_value)
    if status is None:
        return None
    return StatusNotification(
        status=status, evse=name.evse, connector=name.connector or 1, occurred_at=event.occurred_at
    )
