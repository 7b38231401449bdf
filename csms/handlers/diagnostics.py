"""How far a log's upload has come (OCPP 2.0.1 N01; OCPP 1.6 §4.4, Security whitepaper N01)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.diagnostics.events import LogStatusReported
from protocol.blocks.diagnostics.machine import LOG_UPLOAD
from protocol.blocks.diagnostics.messages import LogReport
from protocol.domain.commands import Heard


async def on_log_status(message: LogReport, call: ReceivedCall, ports: Ports) -> Heard:
    """The report is in its stream, flagged where the table has no way to it; another order begins anew."""
    station, before = call.station, call.station.log_upload
    previous = before.status if before is not None and before.request_id == message.request_id else None
    observed = LOG_UPLOAD.observe(previous, message.status)
    reported = LogStatusReported(status=message.status, request_id=message.request_id, is_surprise=observed.is_surprise)
    await ports.publisher.publish(call.state(reported))
    station.log_upload = message
    return Heard()
