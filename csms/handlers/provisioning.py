"""Boot (OCPP 2.0.1 B01 to B03; OCPP 1.6 §4.2)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import BootNotification, BootReply
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
