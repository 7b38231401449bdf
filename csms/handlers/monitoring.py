"""What a station watches, and what it saw (OCPP 2.0.1 N02, N07, N08)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.monitoring.events import MonitorsReported, StationEventsReported
from protocol.blocks.monitoring.messages import NotifyEvent, NotifyMonitoringReport
from protocol.domain.commands import Heard
from protocol.domain.reports import ReportKind


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
    """What the station saw is in its stream."""
    await ports.publisher.publish(call.state(StationEventsReported(message.events), occurred_at=message.generated_at))
    return Heard()
