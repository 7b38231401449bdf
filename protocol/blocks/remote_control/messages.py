"""What the CSMS asks of a station while people charge."""

from enum import StrEnum

import msgspec

from protocol.domain.identifiers import IdToken, TransactionId


class RequestStart(msgspec.Struct, frozen=True):
    """Start a transaction for this token. `remote_start_id` comes back in the 2.x transaction; 1.6 has no place for it.

    `evse` None lets the station choose.
    """

    id_token: IdToken
    remote_start_id: int
    evse: int | None = None


class RequestStop(msgspec.Struct, frozen=True):
    """Stop a running transaction."""

    transaction_id: TransactionId


class TriggerKind(StrEnum):
    """The message that the station is asked to send (OCPP 2.0.1 §3 MessageTriggerEnumType)."""

    BOOT_NOTIFICATION = "BootNotification"
    HEARTBEAT = "Heartbeat"
    METER_VALUES = "MeterValues"
    STATUS_NOTIFICATION = "StatusNotification"
    FIRMWARE_STATUS_NOTIFICATION = "FirmwareStatusNotification"
    LOG_STATUS_NOTIFICATION = "LogStatusNotification"
    TRANSACTION_EVENT = "TransactionEvent"


class TriggerMessage(msgspec.Struct, frozen=True):
    """Say that again, now."""

    requested: TriggerKind
    evse: int | None = None
