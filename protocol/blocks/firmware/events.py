"""What we hold true of a station's firmware."""

import msgspec

from protocol.blocks.firmware.messages import FirmwareStatus


class FirmwareStatusReported(msgspec.Struct, frozen=True):
    """How far an update has come. `is_surprise`: the table has no way from the report before to this one."""

    status: FirmwareStatus
    request_id: int | None = None
    is_signed: bool = False
    is_surprise: bool = False
