"""What we hold true of a log's upload."""

import msgspec

from protocol.blocks.diagnostics.messages import LogStatus


class LogStatusReported(msgspec.Struct, frozen=True):
    """How far an upload has come. `is_surprise`: the table has no way from the report before to this one."""

    status: LogStatus
    request_id: int | None = None
    is_surprise: bool = False
