"""What we hold true of a log's upload, and of what a station knows of a customer."""

import msgspec

from protocol.blocks.diagnostics.messages import LogStatus
from protocol.domain.reports import ReportPart


class LogStatusReported(msgspec.Struct, frozen=True):
    """How far an upload has come. `is_surprise`: the table has no way from the report before to this one."""

    status: LogStatus
    request_id: int | None = None
    is_surprise: bool = False


class CustomerInformationReported(ReportPart, frozen=True, kw_only=True):
    """A part of what a station knows of a customer. `data` is personal: kept no longer than it is needed."""

    data: str
