"""What the CSMS asks of a station while people charge."""

from enum import StrEnum

import msgspec

from protocol.domain.charging_profile import ChargingProfile
from protocol.domain.identifiers import IdToken, TransactionId


class RequestStart(msgspec.Struct, frozen=True):
    """Start a transaction for this token. `remote_start_id` comes back in the 2.x transaction; 1.6 has no place for it.

    `evse` None lets the station choose. `charging_profile` is a TX profile for the transaction to come. Tokens of the
    `group` may stop it.
    """

    id_token: IdToken
    remote_start_id: int
    evse: int | None = None
    charging_profile: ChargingProfile | None = None
    group: IdToken | None = None


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
    SIGN_STATION_CERTIFICATE = "SignChargingStationCertificate"
    SIGN_V2G_CERTIFICATE = "SignV2GCertificate"
    SIGN_COMBINED_CERTIFICATE = "SignCombinedCertificate"
    PUBLISH_FIRMWARE_STATUS_NOTIFICATION = "PublishFirmwareStatusNotification"


class TriggerMessage(msgspec.Struct, frozen=True):
    """Say that again, now. A connector is named for its status only."""

    requested: TriggerKind
    evse: int | None = None
    connector: int | None = None


class ExtendedTriggerMessage(TriggerMessage, frozen=True):
    """The same by the action that 1.6's security extension added: for what its first action has no word for."""


class UnlockConnector(msgspec.Struct, frozen=True):
    """Let go of the cable; a transaction on the connector is stopped first where the version says so."""

    evse: int
    connector: int = 1
