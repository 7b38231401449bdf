"""How far an update has come, or a publication (OCPP 2.0.1 L01 to L03; OCPP 1.6 §4.5, Security whitepaper L01)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.firmware.events import FirmwarePublicationReported, FirmwareStatusReported
from protocol.blocks.firmware.machine import FIRMWARE, PUBLICATION
from protocol.blocks.firmware.messages import (
    FirmwareReport,
    PublishFirmwareStatusNotification,
    SignedFirmwareStatusNotification,
)
from protocol.domain.commands import Heard


async def on_firmware_status(message: FirmwareReport, call: ReceivedCall, ports: Ports) -> Heard:
    """The report is in its stream, flagged where the table has no way to it; another order begins anew."""
    station, before = call.station, call.station.firmware
    previous = before.status if before is not None and before.request_id == message.request_id else None
    observed = FIRMWARE.observe(previous, message.status)
    reported = FirmwareStatusReported(
        status=message.status,
        request_id=message.request_id,
        is_signed=isinstance(message, SignedFirmwareStatusNotification),
        is_surprise=observed.is_surprise,
    )
    await ports.publisher.publish(call.state(reported))
    station.firmware = message
    return Heard()


async def on_publication_status(message: PublishFirmwareStatusNotification, call: ReceivedCall, ports: Ports) -> Heard:
    """The report is in its stream, flagged where the table has no way to it; another order begins anew."""
    station, before = call.station, call.station.publication
    previous = before.status if before is not None and before.request_id == message.request_id else None
    observed = PUBLICATION.observe(previous, message.status)
    reported = FirmwarePublicationReported(
        status=message.status,
        request_id=message.request_id,
        locations=message.locations,
        is_surprise=observed.is_surprise,
    )
    await ports.publisher.publish(call.state(reported))
    station.publication = message
    return Heard()
