"""What we hold true of a station's firmware."""

import msgspec

from protocol.blocks.firmware.messages import FirmwareStatus, PublicationStatus


class FirmwareStatusReported(msgspec.Struct, frozen=True):
    """How far an update has come. `is_surprise`: the table has no way from the report before to this one.

    `is_signed`: the report came by 1.6's message for signed updates; 2.x has one for both, and it stays False.
    """

    status: FirmwareStatus
    request_id: int | None = None
    is_signed: bool = False
    is_surprise: bool = False


class FirmwarePublicationReported(msgspec.Struct, frozen=True):
    """How far a local controller's publication has come; `locations` are where the firmware is offered."""

    status: PublicationStatus
    request_id: int | None = None
    locations: tuple[str, ...] = ()
    is_surprise: bool = False
