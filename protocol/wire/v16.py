"""The messages of OCPP 1.6, made by `protocol.wire.generate` from their JSON schemas: do not edit."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from protocol.wire.structs import Int64, WireStruct, require_tenths

_T = TypeVar("_T")

StrTo20 = Annotated[str, Meta(max_length=20)]
StrTo25 = Annotated[str, Meta(max_length=25)]
StrTo40 = Annotated[str, Meta(max_length=40)]
StrTo50 = Annotated[str, Meta(max_length=50)]
StrTo128 = Annotated[str, Meta(max_length=128)]
StrTo255 = Annotated[str, Meta(max_length=255)]
StrTo500 = Annotated[str, Meta(max_length=500)]
StrTo512 = Annotated[str, Meta(max_length=512)]
StrTo800 = Annotated[str, Meta(max_length=800)]
StrTo5500 = Annotated[str, Meta(max_length=5500)]
StrTo10000 = Annotated[str, Meta(max_length=10000)]
TupleFrom1 = Annotated[tuple[_T, ...], Meta(min_length=1)]

AuthorizationStatusEnum = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
RegistrationStatusEnum = Literal["Accepted", "Pending", "Rejected"]
GenericStatusEnum = Literal["Accepted", "Rejected"]
CertificateSignedStatusEnum = Literal["Accepted", "Rejected"]
AvailabilityEnum = Literal["Inoperative", "Operative"]
AvailabilityStatusEnum = Literal["Accepted", "Rejected", "Scheduled"]
ConfigurationStatusEnum = Literal["Accepted", "Rejected", "RebootRequired", "NotSupported"]
ChargingProfilePurposeEnum = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]
ClearChargingProfileStatusEnum = Literal["Accepted", "Unknown"]
DataTransferStatusEnum = Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
HashAlgorithmEnum = Literal["SHA256", "SHA384", "SHA512"]
DeleteCertificateStatusEnum = Literal["Accepted", "Failed", "NotFound"]
DiagnosticsStatusEnum = Literal["Idle", "Uploaded", "UploadFailed", "Uploading"]
MessageTriggerEnum = Literal[
    "BootNotification", "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues",
    "SignChargePointCertificate", "StatusNotification",
]
TriggerMessageStatusEnum = Literal["Accepted", "Rejected", "NotImplemented"]
FirmwareUpdateStatusEnum = Literal[
    "Downloaded", "DownloadFailed", "Downloading", "Idle", "InstallationFailed", "Installing", "Installed",
]
ChargingRateUnitEnum = Literal["A", "W"]
CertificateUseEnum = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
GetInstalledCertificateStatusEnum = Literal["Accepted", "NotFound"]
LogEnum = Literal["DiagnosticsLog", "SecurityLog"]
LogStatusEnum = Literal["Accepted", "Rejected", "AcceptedCanceled"]
InstallCertificateStatusEnum = Literal["Accepted", "Failed", "Rejected"]
UploadLogStatusEnum = Literal[
    "BadMessage", "Idle", "NotSupportedOperation", "PermissionDenied", "Uploaded", "UploadFailure", "Uploading",
]
ReadingContextEnum = Literal[
    "Interruption.Begin", "Interruption.End", "Sample.Clock", "Sample.Periodic", "Transaction.Begin", "Transaction.End",
    "Trigger", "Other",
]
ValueFormatEnum = Literal["Raw", "SignedData"]
MeasurandEnum = Literal[
    "Energy.Active.Export.Register", "Energy.Active.Import.Register", "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Register", "Energy.Active.Export.Interval", "Energy.Active.Import.Interval",
    "Energy.Reactive.Export.Interval", "Energy.Reactive.Import.Interval", "Power.Active.Export", "Power.Active.Import",
    "Power.Offered", "Power.Reactive.Export", "Power.Reactive.Import", "Power.Factor", "Current.Import",
    "Current.Export", "Current.Offered", "Voltage", "Frequency", "Temperature", "SoC", "RPM",
]
PhaseEnum = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
LocationEnum = Literal["Cable", "EV", "Inlet", "Outlet", "Body"]
UnitEnum = Literal[
    "Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V", "K", "Celcius", "Celsius",
    "Fahrenheit", "Percent", "Hertz",
]
ChargingProfileKindEnum = Literal["Absolute", "Recurring", "Relative"]
RecurrencyKindEnum = Literal["Daily", "Weekly"]
ReservationStatusEnum = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetEnum = Literal["Hard", "Soft"]
UpdateEnum = Literal["Differential", "Full"]
UpdateStatusEnum = Literal["Accepted", "Failed", "NotSupported", "VersionMismatch"]
ChargingProfileStatusEnum = Literal["Accepted", "Rejected", "NotSupported"]
FirmwareStatusEnum = Literal[
    "Downloaded", "DownloadFailed", "Downloading", "DownloadScheduled", "DownloadPaused", "Idle", "InstallationFailed",
    "Installing", "Installed", "InstallRebooting", "InstallScheduled", "InstallVerificationFailed", "InvalidSignature",
    "SignatureVerified",
]
UpdateFirmwareStatusEnum = Literal[
    "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate",
]
ChargePointErrorCodeEnum = Literal[
    "ConnectorLockFailure", "EVCommunicationError", "GroundFailure", "HighTemperature", "InternalError",
    "LocalListConflict", "NoError", "OtherError", "OverCurrentFailure", "PowerMeterFailure", "PowerSwitchFailure",
    "ReaderFailure", "ResetFailure", "UnderVoltage", "OverVoltage", "WeakSignal",
]
ChargePointStatusEnum = Literal[
    "Available", "Preparing", "Charging", "SuspendedEVSE", "SuspendedEV", "Finishing", "Reserved", "Unavailable",
    "Faulted",
]
ReasonEnum = Literal[
    "EmergencyStop", "EVDisconnected", "HardReset", "Local", "Other", "PowerLoss", "Reboot", "Remote", "SoftReset",
    "UnlockCommand", "DeAuthorized",
]
TransactionUnitEnum = Literal[
    "Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V", "K", "Celcius", "Celsius",
    "Fahrenheit", "Percent",
]
TriggerMessageEnum = Literal[
    "BootNotification", "DiagnosticsStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues",
    "StatusNotification",
]
UnlockStatusEnum = Literal["Unlocked", "UnlockFailed", "NotSupported"]


class AuthorizeRequest(WireStruct, frozen=True, kw_only=True):
    id_tag: StrTo20


class IdTagInfo(WireStruct, frozen=True, kw_only=True):
    expiry_date: str | UnsetType = UNSET
    parent_id_tag: StrTo20 | UnsetType = UNSET
    status: AuthorizationStatusEnum


class AuthorizeResponse(WireStruct, frozen=True, kw_only=True):
    id_tag_info: IdTagInfo


class BootNotificationRequest(WireStruct, frozen=True, kw_only=True):
    charge_point_vendor: StrTo20
    charge_point_model: StrTo20
    charge_point_serial_number: StrTo25 | UnsetType = UNSET
    charge_box_serial_number: StrTo25 | UnsetType = UNSET
    firmware_version: StrTo50 | UnsetType = UNSET
    iccid: StrTo20 | UnsetType = UNSET
    imsi: StrTo20 | UnsetType = UNSET
    meter_type: StrTo25 | UnsetType = UNSET
    meter_serial_number: StrTo25 | UnsetType = UNSET


class BootNotificationResponse(WireStruct, frozen=True, kw_only=True):
    status: RegistrationStatusEnum
    current_time: str
    interval: Int64


class CancelReservationRequest(WireStruct, frozen=True, kw_only=True):
    reservation_id: Int64


class CancelReservationResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum


class CertificateSignedRequest(WireStruct, frozen=True, kw_only=True):
    certificate_chain: StrTo10000


class CertificateSignedResponse(WireStruct, frozen=True, kw_only=True):
    status: CertificateSignedStatusEnum


class ChangeAvailabilityRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64
    type: AvailabilityEnum


class ChangeAvailabilityResponse(WireStruct, frozen=True, kw_only=True):
    status: AvailabilityStatusEnum


class ChangeConfigurationRequest(WireStruct, frozen=True, kw_only=True):
    key: StrTo50
    value: StrTo500


class ChangeConfigurationResponse(WireStruct, frozen=True, kw_only=True):
    status: ConfigurationStatusEnum


class ClearCacheRequest(WireStruct, frozen=True, kw_only=True):
    pass


class ClearCacheResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum


class ClearChargingProfileRequest(WireStruct, frozen=True, kw_only=True):
    id: Int64 | UnsetType = UNSET
    connector_id: Int64 | UnsetType = UNSET
    charging_profile_purpose: ChargingProfilePurposeEnum | UnsetType = UNSET
    stack_level: Int64 | UnsetType = UNSET


class ClearChargingProfileResponse(WireStruct, frozen=True, kw_only=True):
    status: ClearChargingProfileStatusEnum


class DataTransferRequest(WireStruct, frozen=True, kw_only=True):
    vendor_id: StrTo255
    message_id: StrTo50 | UnsetType = UNSET
    data: str | UnsetType = UNSET


class DataTransferResponse(WireStruct, frozen=True, kw_only=True):
    status: DataTransferStatusEnum
    data: str | UnsetType = UNSET


class CertificateHashData(WireStruct, frozen=True, kw_only=True):
    hash_algorithm: HashAlgorithmEnum
    issuer_name_hash: StrTo128
    issuer_key_hash: StrTo128
    serial_number: StrTo40


class DeleteCertificateRequest(WireStruct, frozen=True, kw_only=True):
    certificate_hash_data: CertificateHashData


class DeleteCertificateResponse(WireStruct, frozen=True, kw_only=True):
    status: DeleteCertificateStatusEnum


class DiagnosticsStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    status: DiagnosticsStatusEnum


class DiagnosticsStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    pass


class ExtendedTriggerMessageRequest(WireStruct, frozen=True, kw_only=True):
    requested_message: MessageTriggerEnum
    connector_id: Int64 | UnsetType = UNSET


class ExtendedTriggerMessageResponse(WireStruct, frozen=True, kw_only=True):
    status: TriggerMessageStatusEnum


class FirmwareStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    status: FirmwareUpdateStatusEnum


class FirmwareStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    pass


class GetCompositeScheduleRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64
    duration: Int64
    charging_rate_unit: ChargingRateUnitEnum | UnsetType = UNSET


class ChargingSchedulePeriod(WireStruct, frozen=True, kw_only=True):
    start_period: Int64
    limit: float
    number_phases: Int64 | UnsetType = UNSET

    def __post_init__(self) -> None:
        require_tenths("limit", self.limit)


class ChargingSchedule(WireStruct, frozen=True, kw_only=True):
    duration: Int64 | UnsetType = UNSET
    start_schedule: str | UnsetType = UNSET
    charging_rate_unit: ChargingRateUnitEnum
    charging_schedule_period: tuple[ChargingSchedulePeriod, ...]
    min_charging_rate: float | UnsetType = UNSET

    def __post_init__(self) -> None:
        require_tenths("minChargingRate", self.min_charging_rate)


class GetCompositeScheduleResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    connector_id: Int64 | UnsetType = UNSET
    schedule_start: str | UnsetType = UNSET
    charging_schedule: ChargingSchedule | UnsetType = UNSET


class GetConfigurationRequest(WireStruct, frozen=True, kw_only=True):
    key: tuple[StrTo50, ...] | UnsetType = UNSET


class KeyValue(WireStruct, frozen=True, kw_only=True):
    key: StrTo50
    readonly: bool
    value: StrTo500 | UnsetType = UNSET


class GetConfigurationResponse(WireStruct, frozen=True, kw_only=True):
    configuration_key: tuple[KeyValue, ...] | UnsetType = UNSET
    unknown_key: tuple[StrTo50, ...] | UnsetType = UNSET


class GetDiagnosticsRequest(WireStruct, frozen=True, kw_only=True):
    location: str
    retries: Int64 | UnsetType = UNSET
    retry_interval: Int64 | UnsetType = UNSET
    start_time: str | UnsetType = UNSET
    stop_time: str | UnsetType = UNSET


class GetDiagnosticsResponse(WireStruct, frozen=True, kw_only=True):
    file_name: StrTo255 | UnsetType = UNSET


class GetInstalledCertificateIdsRequest(WireStruct, frozen=True, kw_only=True):
    certificate_type: CertificateUseEnum


class GetInstalledCertificateIdsResponse(WireStruct, frozen=True, kw_only=True):
    certificate_hash_data: TupleFrom1[CertificateHashData] | UnsetType = UNSET
    status: GetInstalledCertificateStatusEnum


class GetLocalListVersionRequest(WireStruct, frozen=True, kw_only=True):
    pass


class GetLocalListVersionResponse(WireStruct, frozen=True, kw_only=True):
    list_version: Int64


class LogParameters(WireStruct, frozen=True, kw_only=True):
    remote_location: StrTo512
    oldest_timestamp: str | UnsetType = UNSET
    latest_timestamp: str | UnsetType = UNSET


class GetLogRequest(WireStruct, frozen=True, kw_only=True):
    log: LogParameters
    log_type: LogEnum
    request_id: Int64
    retries: Int64 | UnsetType = UNSET
    retry_interval: Int64 | UnsetType = UNSET


class GetLogResponse(WireStruct, frozen=True, kw_only=True):
    status: LogStatusEnum
    filename: StrTo255 | UnsetType = UNSET


class HeartbeatRequest(WireStruct, frozen=True, kw_only=True):
    pass


class HeartbeatResponse(WireStruct, frozen=True, kw_only=True):
    current_time: str


class InstallCertificateRequest(WireStruct, frozen=True, kw_only=True):
    certificate_type: CertificateUseEnum
    certificate: StrTo5500


class InstallCertificateResponse(WireStruct, frozen=True, kw_only=True):
    status: InstallCertificateStatusEnum


class LogStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    status: UploadLogStatusEnum
    request_id: Int64 | UnsetType = UNSET


class LogStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    pass


class SampledValue(WireStruct, frozen=True, kw_only=True):
    value: str
    context: ReadingContextEnum | UnsetType = UNSET
    format: ValueFormatEnum | UnsetType = UNSET
    measurand: MeasurandEnum | UnsetType = UNSET
    phase: PhaseEnum | UnsetType = UNSET
    location: LocationEnum | UnsetType = UNSET
    unit: UnitEnum | UnsetType = UNSET


class MeterValue(WireStruct, frozen=True, kw_only=True):
    timestamp: str
    sampled_value: TupleFrom1[SampledValue]


class MeterValuesRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64
    transaction_id: Int64 | UnsetType = UNSET
    meter_value: TupleFrom1[MeterValue]


class MeterValuesResponse(WireStruct, frozen=True, kw_only=True):
    pass


class ChargingProfile(WireStruct, frozen=True, kw_only=True):
    charging_profile_id: Int64
    transaction_id: Int64 | UnsetType = UNSET
    stack_level: Int64
    charging_profile_purpose: ChargingProfilePurposeEnum
    charging_profile_kind: ChargingProfileKindEnum
    recurrency_kind: RecurrencyKindEnum | UnsetType = UNSET
    valid_from: str | UnsetType = UNSET
    valid_to: str | UnsetType = UNSET
    charging_schedule: ChargingSchedule


class RemoteStartTransactionRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64 | UnsetType = UNSET
    id_tag: StrTo20
    charging_profile: ChargingProfile | UnsetType = UNSET


class RemoteStartTransactionResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum


class RemoteStopTransactionRequest(WireStruct, frozen=True, kw_only=True):
    transaction_id: Int64


class RemoteStopTransactionResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum


class ReserveNowRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64
    expiry_date: str
    id_tag: StrTo20
    parent_id_tag: StrTo20 | UnsetType = UNSET
    reservation_id: Int64


class ReserveNowResponse(WireStruct, frozen=True, kw_only=True):
    status: ReservationStatusEnum


class ResetRequest(WireStruct, frozen=True, kw_only=True):
    type: ResetEnum


class ResetResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum


class SecurityEventNotificationRequest(WireStruct, frozen=True, kw_only=True):
    type: StrTo50
    timestamp: str
    tech_info: StrTo255 | UnsetType = UNSET


class SecurityEventNotificationResponse(WireStruct, frozen=True, kw_only=True):
    pass


class AuthorizationData(WireStruct, frozen=True, kw_only=True):
    id_tag: StrTo20
    id_tag_info: IdTagInfo | UnsetType = UNSET


class SendLocalListRequest(WireStruct, frozen=True, kw_only=True):
    list_version: Int64
    local_authorization_list: tuple[AuthorizationData, ...] | UnsetType = UNSET
    update_type: UpdateEnum


class SendLocalListResponse(WireStruct, frozen=True, kw_only=True):
    status: UpdateStatusEnum


class SetChargingProfileRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64
    cs_charging_profiles: ChargingProfile


class SetChargingProfileResponse(WireStruct, frozen=True, kw_only=True):
    status: ChargingProfileStatusEnum


class SignCertificateRequest(WireStruct, frozen=True, kw_only=True):
    csr: StrTo5500


class SignCertificateResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum


class SignedFirmwareStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    status: FirmwareStatusEnum
    request_id: Int64 | UnsetType = UNSET


class SignedFirmwareStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    pass


class Firmware(WireStruct, frozen=True, kw_only=True):
    location: StrTo512
    retrieve_date_time: str
    install_date_time: str | UnsetType = UNSET
    signing_certificate: StrTo5500
    signature: StrTo800


class SignedUpdateFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    retries: Int64 | UnsetType = UNSET
    retry_interval: Int64 | UnsetType = UNSET
    request_id: Int64
    firmware: Firmware


class SignedUpdateFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    status: UpdateFirmwareStatusEnum


class StartTransactionRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64
    id_tag: StrTo20
    meter_start: Int64
    reservation_id: Int64 | UnsetType = UNSET
    timestamp: str


class StartTransactionResponse(WireStruct, frozen=True, kw_only=True):
    id_tag_info: IdTagInfo
    transaction_id: Int64


class StatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64
    error_code: ChargePointErrorCodeEnum
    info: StrTo50 | UnsetType = UNSET
    status: ChargePointStatusEnum
    timestamp: str | UnsetType = UNSET
    vendor_id: StrTo255 | UnsetType = UNSET
    vendor_error_code: StrTo50 | UnsetType = UNSET


class StatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    pass


class TransactionSampledValue(WireStruct, frozen=True, kw_only=True):
    value: str
    context: ReadingContextEnum | UnsetType = UNSET
    format: ValueFormatEnum | UnsetType = UNSET
    measurand: MeasurandEnum | UnsetType = UNSET
    phase: PhaseEnum | UnsetType = UNSET
    location: LocationEnum | UnsetType = UNSET
    unit: TransactionUnitEnum | UnsetType = UNSET


class TransactionData(WireStruct, frozen=True, kw_only=True):
    timestamp: str
    sampled_value: tuple[TransactionSampledValue, ...]


class StopTransactionRequest(WireStruct, frozen=True, kw_only=True):
    id_tag: StrTo20 | UnsetType = UNSET
    meter_stop: Int64
    timestamp: str
    transaction_id: Int64
    reason: ReasonEnum | UnsetType = UNSET
    transaction_data: tuple[TransactionData, ...] | UnsetType = UNSET


class StopTransactionResponse(WireStruct, frozen=True, kw_only=True):
    id_tag_info: IdTagInfo | UnsetType = UNSET


class TriggerMessageRequest(WireStruct, frozen=True, kw_only=True):
    requested_message: TriggerMessageEnum
    connector_id: Int64 | UnsetType = UNSET


class TriggerMessageResponse(WireStruct, frozen=True, kw_only=True):
    status: TriggerMessageStatusEnum


class UnlockConnectorRequest(WireStruct, frozen=True, kw_only=True):
    connector_id: Int64


class UnlockConnectorResponse(WireStruct, frozen=True, kw_only=True):
    status: UnlockStatusEnum


class UpdateFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    location: str
    retries: Int64 | UnsetType = UNSET
    retrieve_date: str
    retry_interval: Int64 | UnsetType = UNSET


class UpdateFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    pass


ACTIONS: Mapping[str, tuple[type[Struct], type[Struct]]] = {
    "Authorize": (AuthorizeRequest, AuthorizeResponse),
    "BootNotification": (BootNotificationRequest, BootNotificationResponse),
    "CancelReservation": (CancelReservationRequest, CancelReservationResponse),
    "CertificateSigned": (CertificateSignedRequest, CertificateSignedResponse),
    "ChangeAvailability": (ChangeAvailabilityRequest, ChangeAvailabilityResponse),
    "ChangeConfiguration": (ChangeConfigurationRequest, ChangeConfigurationResponse),
    "ClearCache": (ClearCacheRequest, ClearCacheResponse),
    "ClearChargingProfile": (ClearChargingProfileRequest, ClearChargingProfileResponse),
    "DataTransfer": (DataTransferRequest, DataTransferResponse),
    "DeleteCertificate": (DeleteCertificateRequest, DeleteCertificateResponse),
    "DiagnosticsStatusNotification": (DiagnosticsStatusNotificationRequest, DiagnosticsStatusNotificationResponse),
    "ExtendedTriggerMessage": (ExtendedTriggerMessageRequest, ExtendedTriggerMessageResponse),
    "FirmwareStatusNotification": (FirmwareStatusNotificationRequest, FirmwareStatusNotificationResponse),
    "GetCompositeSchedule": (GetCompositeScheduleRequest, GetCompositeScheduleResponse),
    "GetConfiguration": (GetConfigurationRequest, GetConfigurationResponse),
    "GetDiagnostics": (GetDiagnosticsRequest, GetDiagnosticsResponse),
    "GetInstalledCertificateIds": (GetInstalledCertificateIdsRequest, GetInstalledCertificateIdsResponse),
    "GetLocalListVersion": (GetLocalListVersionRequest, GetLocalListVersionResponse),
    "GetLog": (GetLogRequest, GetLogResponse),
    "Heartbeat": (HeartbeatRequest, HeartbeatResponse),
    "InstallCertificate": (InstallCertificateRequest, InstallCertificateResponse),
    "LogStatusNotification": (LogStatusNotificationRequest, LogStatusNotificationResponse),
    "MeterValues": (MeterValuesRequest, MeterValuesResponse),
    "RemoteStartTransaction": (RemoteStartTransactionRequest, RemoteStartTransactionResponse),
    "RemoteStopTransaction": (RemoteStopTransactionRequest, RemoteStopTransactionResponse),
    "ReserveNow": (ReserveNowRequest, ReserveNowResponse),
    "Reset": (ResetRequest, ResetResponse),
    "SecurityEventNotification": (SecurityEventNotificationRequest, SecurityEventNotificationResponse),
    "SendLocalList": (SendLocalListRequest, SendLocalListResponse),
    "SetChargingProfile": (SetChargingProfileRequest, SetChargingProfileResponse),
    "SignCertificate": (SignCertificateRequest, SignCertificateResponse),
    "SignedFirmwareStatusNotification": (SignedFirmwareStatusNotificationRequest, SignedFirmwareStatusNotificationResponse),
    "SignedUpdateFirmware": (SignedUpdateFirmwareRequest, SignedUpdateFirmwareResponse),
    "StartTransaction": (StartTransactionRequest, StartTransactionResponse),
    "StatusNotification": (StatusNotificationRequest, StatusNotificationResponse),
    "StopTransaction": (StopTransactionRequest, StopTransactionResponse),
    "TriggerMessage": (TriggerMessageRequest, TriggerMessageResponse),
    "UnlockConnector": (UnlockConnectorRequest, UnlockConnectorResponse),
    "UpdateFirmware": (UpdateFirmwareRequest, UpdateFirmwareResponse),
}

SENDS: Mapping[str, type[Struct]] = {
}
