"""A vendor's own words, in either direction."""

from enum import StrEnum

import msgspec


class DataTransfer(msgspec.Struct, frozen=True):
    """Said in the vendor's own terms. `data` is text; what 2.x may send as other JSON is its JSON text: `is_json`."""

    vendor: str
    message_id: str | None = None
    data: str | None = None
    is_json: bool = False


class DataTransferStatus(StrEnum):
    """OCPP 2.0.1 §3 DataTransferStatusEnumType."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    UNKNOWN_MESSAGE_ID = "UnknownMessageId"
    UNKNOWN_VENDOR = "UnknownVendorId"


class DataTransferReply(msgspec.Struct, frozen=True):
    """An unknown vendor or message is an answer, never a CALLERROR (OCPP 1.6 §4.3; OCPP 2.0.1 P02)."""

    status: DataTransferStatus
    data: str | None = None
    is_json: bool = False
