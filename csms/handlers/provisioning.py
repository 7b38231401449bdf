"""Boot, and reports of the device model (OCPP 2.0.1 B01 to B03, B07, B08; OCPP 1.6 §4.2)."""

from msgspec.structs import replace

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.provisioning.events import StationBooted, VariablesReported
from protocol.blocks.provisioning.messages import BootNotification, BootReply, NotifyReport
from protocol.bus.masking import is_secret_variable
from protocol.domain.commands import Heard
from protocol.domain.device_model import ReportedVariable
from protocol.domain.reports import ReportKind
from protocol.domain.status import RegistrationStatus

BOOT_RETRY_S = 60
"""How soon a station that is not accepted asks again (OCPP 2.0.1 B02.FR.08, B03.FR.06; 1.6 §4.2): somebody may wait."""


async def on_boot_notification(message: BootNotification, call: ReceivedCall, ports: Ports) -> BootReply:
    """The station hears the newest decision about it; the boot is published as soon as NATS takes it."""
    station = call.station
    if (entry := ports.registry.find(station.key)) is not None:
        station.registration = RegistrationStatus(entry.registration)
        station.heartbeat_interval_s = entry.heartbeat_interval_s
    booted = StationBooted(
        vendor=message.vendor,
        model=message.model,
        version=station.version,
        registration=station.registration,
        reason=message.reason,
        serial_number=message.serial_number,
        firmware_version=message.firmware_version,
    )
    ports.publisher.publish_latest((station.key, "boot"), call.state(booted))
    is_accepted = station.registration is RegistrationStatus.ACCEPTED
    return BootReply(
        status=station.registration,
        current_time=call.received_at,
        interval_s=station.heartbeat_interval_s if is_accepted else BOOT_RETRY_S,
    )


async def on_report(message: NotifyReport, call: ReceivedCall, ports: Ports) -> Heard:
    """The part is in its stream; one out of step is flagged."""
    call.deviations.extend(call.station.reports.observe(ReportKind.VARIABLES, message))
    reported = VariablesReported(
        request_id=message.request_id,
        seq_no=message.seq_no,
        is_last=message.is_last,
        generated_at=message.generated_at,
        variables=tuple(_without_secret(one) for one in message.variables),
    )
    await ports.publisher.publish(call.state(reported, occurred_at=message.generated_at))
    return Heard()


def _without_secret(variable: ReportedVariable) -> ReportedVariable:
    """A password belongs on no bus; a station should not tell it, for it is write-only (OCPP 2.0.1 A01)."""
    if not is_secret_variable(variable.name.variable):
        return variable
    return replace(variable, attributes=tuple(replace(one, value=None) for one in variable.attributes))
