"""Logs, and what a station knows of a customer (OCPP 2.0.1 N01, N09; OCPP 1.6 §4.4, Security whitepaper N01)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.diagnostics.events import CustomerInformationReported, LogStatusReported
from protocol.blocks.diagnostics.machine import LOG_UPLOAD
from protocol.blocks.diagnostics.messages import LogReport, NotifyCustomerInformation
from protocol.domain.commands import Heard
from protocol.domain.reports import ReportKind


async def on_log_status(message: LogReport, call: ReceivedCall, ports: Ports) -> Heard:
    """The report is in its stream, flagged where the table has no way to it; another order begins anew."""
    station, before = call.station, call.station.log_upload
    previous = before.status if before is not None and before.request_id == message.request_id else None
    observed = LOG_UPLOAD.observe(previous, message.status)
    reported = LogStatusReported(status=message.status, request_id=message.request_id, is_surprise=observed.is_surprise)
    await ports.publisher.publish(call.state(reported))
    station.log_upload = message
    return Heard()


async def on_customer_information(message: NotifyCustomerInformation, call: ReceivedCall, ports: Ports) -> Heard:
    """The part is in its stream; one out of step is flagged."""
    call.deviations.extend(call.station.reports.observe(ReportKind.CUSTOMER_INFORMATION, message))
    reported = CustomerInformationReported(
        request_id=message.request_id,
        seq_no=message.seq_no,
        is_last=message.is_last,
        generated_at=message.generated_at,
        data=message.data,
    )
    await ports.publisher.publish(call.state(reported, occurred_at=message.generated_at))
    return Heard()
