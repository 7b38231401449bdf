"""The messages of OCPP 2.0.1, made by `protocol.wire.generate` from their JSON schemas: do not edit."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from protocol.wire.structs import CustomData as CustomData, Int64, WireStruct

_T = TypeVar("_T")

StrTo6 = Annotated[str, Meta(max_length=6)]
StrTo8 = Annotated[str, Meta(max_length=8)]
StrTo16 = Annotated[str, Meta(max_length=16)]
StrTo20 = Annotated[str, Meta(max_length=20)]
StrTo25 = Annotated[str, Meta(max_length=25)]
StrTo32 = Annotated[str, Meta(max_length=32)]
StrTo36 = Annotated[str, Meta(max_length=36)]
StrTo40 = Annotated[str, Meta(max_length=40)]
StrTo50 = Annotated[str, Meta(max_length=50)]
StrTo64 = Annotated[str, Meta(max_length=64)]
IntFrom0 = Annotated[int, Meta(ge=0, le=2**63 - 1)]
StrTo128 = Annotated[str, Meta(max_length=128)]
StrTo255 = Annotated[str, Meta(max_length=255)]
StrTo500 = Annotated[str, Meta(max_length=500)]
StrTo512 = Annotated[str, Meta(max_length=512)]
StrTo800 = Annotated[str, Meta(max_length=800)]
StrTo1000 = Annotated[str, Meta(max_length=1000)]
StrTo2500 = Annotated[str, Meta(max_length=2500)]
StrTo5500 = Annotated[str, Meta(max_length=5500)]
StrTo5600 = Annotated[str, Meta(max_length=5600)]
StrTo7500 = Annotated[str, Meta(max_length=7500)]
StrTo10000 = Annotated[str, Meta(max_length=10000)]
TupleFrom1 = Annotated[tuple[_T, ...], Meta(min_length=1)]
IntFrom0To100 = Annotated[int, Meta(ge=0, le=100)]
TupleFrom1To3 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=3)]
TupleFrom1To4 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=4)]
TupleFrom1To1024 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=1024)]

IdTokenEnum = Literal["Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress", "NoAuthorization"]
HashAlgorithmEnum = Literal["SHA256", "SHA384", "SHA512"]
AuthorizationStatusEnum = Literal[
    "Accepted", "Blocked", "ConcurrentTx", "Expired", "Invalid", "NoCredit", "NotAllowedTypeEVSE", "NotAtThisLocation",
    "NotAtThisTime", "Unknown",
]
MessageFormatEnum = Literal["ASCII", "HTML", "URI", "UTF8"]
AuthorizeCertificateStatusEnum = Literal[
    "Accepted", "SignatureError", "CertificateExpired", "CertificateRevoked", "NoCertificateAvailable",
    "CertChainError", "ContractCancelled",
]
BootReasonEnum = Literal[
    "ApplicationReset", "FirmwareUpdate", "LocalReset", "PowerUp", "RemoteReset", "ScheduledReset", "Triggered",
    "Unknown", "Watchdog",
]
RegistrationStatusEnum = Literal["Accepted", "Pending", "Rejected"]
CancelReservationStatusEnum = Literal["Accepted", "Rejected"]
CertificateSigningUseEnum = Literal["ChargingStationCertificate", "V2GCertificate"]
CertificateSignedStatusEnum = Literal["Accepted", "Rejected"]
OperationalStatusEnum = Literal["Inoperative", "Operative"]
ChangeAvailabilityStatusEnum = Literal["Accepted", "Rejected", "Scheduled"]
ClearCacheStatusEnum = Literal["Accepted", "Rejected"]
ChargingProfilePurposeEnum = Literal[
    "ChargingStationExternalConstraints", "ChargingStationMaxProfile", "TxDefaultProfile", "TxProfile",
]
ClearChargingProfileStatusEnum = Literal["Accepted", "Unknown"]
ClearMessageStatusEnum = Literal["Accepted", "Unknown"]
ClearMonitoringStatusEnum = Literal["Accepted", "Rejected", "NotFound"]
ChargingLimitSourceEnum = Literal["EMS", "Other", "SO", "CSO"]
CustomerInformationStatusEnum = Literal["Accepted", "Rejected", "Invalid"]
DataTransferStatusEnum = Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
DeleteCertificateStatusEnum = Literal["Accepted", "Failed", "NotFound"]
FirmwareStatusEnum = Literal[
    "Downloaded", "DownloadFailed", "Downloading", "DownloadScheduled", "DownloadPaused", "Idle", "InstallationFailed",
    "Installing", "Installed", "InstallRebooting", "InstallScheduled", "InstallVerificationFailed", "InvalidSignature",
    "SignatureVerified",
]
CertificateActionEnum = Literal["Install", "Update"]
Iso15118EVCertificateStatusEnum = Literal["Accepted", "Failed"]
ReportBaseEnum = Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"]
GenericDeviceModelStatusEnum = Literal["Accepted", "Rejected", "NotSupported", "EmptyResultSet"]
GetCertificateStatusEnum = Literal["Accepted", "Failed"]
GetChargingProfileStatusEnum = Literal["Accepted", "NoProfiles"]
ChargingRateUnitEnum = Literal["W", "A"]
GenericStatusEnum = Literal["Accepted", "Rejected"]
MessagePriorityEnum = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageStateEnum = Literal["Charging", "Faulted", "Idle", "Unavailable"]
GetDisplayMessagesStatusEnum = Literal["Accepted", "Unknown"]
GetCertificateIdUseEnum = Literal[
    "V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "V2GCertificateChain",
    "ManufacturerRootCertificate",
]
GetInstalledCertificateStatusEnum = Literal["Accepted", "NotFound"]
LogEnum = Literal["DiagnosticsLog", "SecurityLog"]
LogStatusEnum = Literal["Accepted", "Rejected", "AcceptedCanceled"]
MonitoringCriterionEnum = Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]
ComponentCriterionEnum = Literal["Active", "Available", "Enabled", "Problem"]
AttributeEnum = Literal["Actual", "Target", "MinSet", "MaxSet"]
GetVariableStatusEnum = Literal[
    "Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType",
]
InstallCertificateUseEnum = Literal[
    "V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "ManufacturerRootCertificate",
]
InstallCertificateStatusEnum = Literal["Accepted", "Rejected", "Failed"]
UploadLogStatusEnum = Literal[
    "BadMessage", "Idle", "NotSupportedOperation", "PermissionDenied", "Uploaded", "UploadFailure", "Uploading",
    "AcceptedCanceled",
]
ReadingContextEnum = Literal[
    "Interruption.Begin", "Interruption.End", "Other", "Sample.Clock", "Sample.Periodic", "Transaction.Begin",
    "Transaction.End", "Trigger",
]
MeasurandEnum = Literal[
    "Current.Export", "Current.Import", "Current.Offered", "Energy.Active.Export.Register",
    "Energy.Active.Import.Register", "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval", "Energy.Active.Import.Interval", "Energy.Active.Net",
    "Energy.Reactive.Export.Interval", "Energy.Reactive.Import.Interval", "Energy.Reactive.Net", "Energy.Apparent.Net",
    "Energy.Apparent.Import", "Energy.Apparent.Export", "Frequency", "Power.Active.Export", "Power.Active.Import",
    "Power.Factor", "Power.Offered", "Power.Reactive.Export", "Power.Reactive.Import", "SoC", "Voltage",
]
PhaseEnum = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
LocationEnum = Literal["Body", "Cable", "EV", "Inlet", "Outlet"]
CostKindEnum = Literal["CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"]
EnergyTransferModeEnum = Literal["DC", "AC_single_phase", "AC_two_phase", "AC_three_phase"]
NotifyEVChargingNeedsStatusEnum = Literal["Accepted", "Rejected", "Processing"]
EventTriggerEnum = Literal["Alerting", "Delta", "Periodic"]
EventNotificationEnum = Literal["HardWiredNotification", "HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"]
MonitorEnum = Literal["UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"]
MutabilityEnum = Literal["ReadOnly", "WriteOnly", "ReadWrite"]
DataEnum = Literal["string", "decimal", "integer", "dateTime", "boolean", "OptionList", "SequenceList", "MemberList"]
PublishFirmwareStatusEnum = Literal[
    "Idle", "DownloadScheduled", "Downloading", "Downloaded", "Published", "DownloadFailed", "DownloadPaused",
    "InvalidChecksum", "ChecksumVerified", "PublishFailed",
]
ChargingProfileKindEnum = Literal["Absolute", "Recurring", "Relative"]
RecurrencyKindEnum = Literal["Daily", "Weekly"]
RequestStartStopStatusEnum = Literal["Accepted", "Rejected"]
ReservationUpdateStatusEnum = Literal["Expired", "Removed"]
ConnectorEnum = Literal[
    "cCCS1", "cCCS2", "cG105", "cTesla", "cType1", "cType2", "s309-1P-16A", "s309-1P-32A", "s309-3P-16A", "s309-3P-32A",
    "sBS1361", "sCEE-7-7", "sType2", "sType3", "Other1PhMax16A", "Other1PhOver16A", "Other3Ph", "Pan", "wInductive",
    "wResonant", "Undetermined", "Unknown",
]
ReserveNowStatusEnum = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetEnum = Literal["Immediate", "OnIdle"]
ResetStatusEnum = Literal["Accepted", "Rejected", "Scheduled"]
UpdateEnum = Literal["Differential", "Full"]
SendLocalListStatusEnum = Literal["Accepted", "Failed", "VersionMismatch"]
ChargingProfileStatusEnum = Literal["Accepted", "Rejected"]
DisplayMessageStatusEnum = Literal[
    "Accepted", "NotSupportedMessageFormat", "Rejected", "NotSupportedPriority", "NotSupportedState",
    "UnknownTransaction",
]
MonitoringBaseEnum = Literal["All", "FactoryDefault", "HardWiredOnly"]
APNAuthenticationEnum = Literal["CHAP", "NONE", "PAP", "AUTO"]
OCPPVersionEnum = Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20"]
OCPPTransportEnum = Literal["JSON", "SOAP"]
OCPPInterfaceEnum = Literal["Wired0", "Wired1", "Wired2", "Wired3", "Wireless0", "Wireless1", "Wireless2", "Wireless3"]
VPNEnum = Literal["IKEv2", "IPSec", "L2TP", "PPTP"]
SetNetworkProfileStatusEnum = Literal["Accepted", "Rejected", "Failed"]
SetMonitoringStatusEnum = Literal[
    "Accepted", "UnknownComponent", "UnknownVariable", "UnsupportedMonitorType", "Rejected", "Duplicate",
]
SetVariableStatusEnum = Literal[
    "Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType", "RebootRequired",
]
ConnectorStatusEnum = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
TransactionEventEnum = Literal["Ended", "Started", "Updated"]
TriggerReasonEnum = Literal[
    "Authorized", "CablePluggedIn", "ChargingRateChanged", "ChargingStateChanged", "Deauthorized", "EnergyLimitReached",
    "EVCommunicationLost", "EVConnectTimeout", "MeterValueClock", "MeterValuePeriodic", "TimeLimitReached", "Trigger",
    "UnlockCommand", "StopAuthorized", "EVDeparted", "EVDetected", "RemoteStop", "RemoteStart", "AbnormalCondition",
    "SignedDataReceived", "ResetCommand",
]
ChargingStateEnum = Literal["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"]
ReasonEnum = Literal[
    "DeAuthorized", "EmergencyStop", "EnergyLimitReached", "EVDisconnected", "GroundFault", "ImmediateReset", "Local",
    "LocalOutOfCredit", "MasterPass", "Other", "OvercurrentFault", "PowerLoss", "PowerQuality", "Reboot", "Remote",
    "SOCLimitReached", "StoppedByEV", "TimeLimitReached", "Timeout",
]
MessageTriggerEnum = Literal[
    "BootNotification", "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues",
    "SignChargingStationCertificate", "SignV2GCertificate", "StatusNotification", "TransactionEvent",
    "SignCombinedCertificate", "PublishFirmwareStatusNotification",
]
TriggerMessageStatusEnum = Literal["Accepted", "Rejected", "NotImplemented"]
UnlockStatusEnum = Literal["Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"]
UnpublishFirmwareStatusEnum = Literal["DownloadOngoing", "NoFirmware", "Unpublished"]
UpdateFirmwareStatusEnum = Literal[
    "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate",
]


class AdditionalInfo(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    additional_id_token: StrTo36
    type: StrTo50


class IdToken(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    additional_info: TupleFrom1[AdditionalInfo] | UnsetType = UNSET
    id_token: StrTo36
    type: IdTokenEnum


class OCSPRequestData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    hash_algorithm: HashAlgorithmEnum
    issuer_name_hash: StrTo128
    issuer_key_hash: StrTo128
    serial_number: StrTo40
    responder_url: StrTo512 = field(name="responderURL")


class AuthorizeRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id_token: IdToken
    certificate: StrTo5500 | UnsetType = UNSET
    iso15118_certificate_hash_data: TupleFrom1To4[OCSPRequestData] | UnsetType = UNSET


class MessageContent(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    format: MessageFormatEnum
    language: StrTo8 | UnsetType = UNSET
    content: StrTo512


class IdTokenInfo(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: AuthorizationStatusEnum
    cache_expiry_date_time: str | UnsetType = UNSET
    charging_priority: Int64 | UnsetType = UNSET
    language1: StrTo8 | UnsetType = UNSET
    evse_id: TupleFrom1[Int64] | UnsetType = UNSET
    group_id_token: IdToken | UnsetType = UNSET
    language2: StrTo8 | UnsetType = UNSET
    personal_message: MessageContent | UnsetType = UNSET


class AuthorizeResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id_token_info: IdTokenInfo
    certificate_status: AuthorizeCertificateStatusEnum | UnsetType = UNSET


class Modem(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    iccid: StrTo20 | UnsetType = UNSET
    imsi: StrTo20 | UnsetType = UNSET


class ChargingStation(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    serial_number: StrTo25 | UnsetType = UNSET
    model: StrTo20
    modem: Modem | UnsetType = UNSET
    vendor_name: StrTo50
    firmware_version: StrTo50 | UnsetType = UNSET


class BootNotificationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    charging_station: ChargingStation
    reason: BootReasonEnum


class StatusInfo(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    reason_code: StrTo20
    additional_info: StrTo512 | UnsetType = UNSET


class BootNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    current_time: str
    interval: Int64
    status: RegistrationStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class CancelReservationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    reservation_id: Int64


class CancelReservationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: CancelReservationStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class CertificateSignedRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    certificate_chain: StrTo10000
    certificate_type: CertificateSigningUseEnum | UnsetType = UNSET


class CertificateSignedResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: CertificateSignedStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class EVSE(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64
    connector_id: Int64 | UnsetType = UNSET


class ChangeAvailabilityRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse: EVSE | UnsetType = UNSET
    operational_status: OperationalStatusEnum


class ChangeAvailabilityResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ChangeAvailabilityStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class ClearCacheRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ClearCacheResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ClearCacheStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class ClearChargingProfile(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse_id: Int64 | UnsetType = UNSET
    charging_profile_purpose: ChargingProfilePurposeEnum | UnsetType = UNSET
    stack_level: Int64 | UnsetType = UNSET


class ClearChargingProfileRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    charging_profile_id: Int64 | UnsetType = UNSET
    charging_profile_criteria: ClearChargingProfile | UnsetType = UNSET


class ClearChargingProfileResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ClearChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class ClearDisplayMessageRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64


class ClearDisplayMessageResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ClearMessageStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class ClearVariableMonitoringRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: TupleFrom1[Int64]


class ClearMonitoringResult(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ClearMonitoringStatusEnum
    id: Int64
    status_info: StatusInfo | UnsetType = UNSET


class ClearVariableMonitoringResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    clear_monitoring_result: TupleFrom1[ClearMonitoringResult]


class ClearedChargingLimitRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    charging_limit_source: ChargingLimitSourceEnum
    evse_id: Int64 | UnsetType = UNSET


class ClearedChargingLimitResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class CostUpdatedRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    total_cost: float
    transaction_id: StrTo36


class CostUpdatedResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class CertificateHashData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    hash_algorithm: HashAlgorithmEnum
    issuer_name_hash: StrTo128
    issuer_key_hash: StrTo128
    serial_number: StrTo40


class CustomerInformationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    customer_certificate: CertificateHashData | UnsetType = UNSET
    id_token: IdToken | UnsetType = UNSET
    request_id: Int64
    report: bool
    clear: bool
    customer_identifier: StrTo64 | UnsetType = UNSET


class CustomerInformationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: CustomerInformationStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class DataTransferRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    message_id: StrTo50 | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    vendor_id: StrTo255


class DataTransferResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: DataTransferStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    data: Raw | UnsetType = UNSET


class DeleteCertificateRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    certificate_hash_data: CertificateHashData


class DeleteCertificateResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: DeleteCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class FirmwareStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: FirmwareStatusEnum
    request_id: Int64 | UnsetType = UNSET


class FirmwareStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class Get15118EVCertificateRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    iso15118_schema_version: StrTo50
    action: CertificateActionEnum
    exi_request: StrTo5600


class Get15118EVCertificateResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: Iso15118EVCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    exi_response: StrTo7500


class GetBaseReportRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    request_id: Int64
    report_base: ReportBaseEnum


class GetBaseReportResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class GetCertificateStatusRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    ocsp_request_data: OCSPRequestData


class GetCertificateStatusResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GetCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    ocsp_result: StrTo5500 | UnsetType = UNSET


class ChargingProfileCriterion(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    charging_profile_purpose: ChargingProfilePurposeEnum | UnsetType = UNSET
    stack_level: Int64 | UnsetType = UNSET
    charging_profile_id: TupleFrom1[Int64] | UnsetType = UNSET
    charging_limit_source: TupleFrom1To4[ChargingLimitSourceEnum] | UnsetType = UNSET


class GetChargingProfilesRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    request_id: Int64
    evse_id: Int64 | UnsetType = UNSET
    charging_profile: ChargingProfileCriterion


class GetChargingProfilesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GetChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class GetCompositeScheduleRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    duration: Int64
    charging_rate_unit: ChargingRateUnitEnum | UnsetType = UNSET
    evse_id: Int64


class ChargingSchedulePeriod(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    start_period: Int64
    limit: float
    number_phases: Int64 | UnsetType = UNSET
    phase_to_use: Int64 | UnsetType = UNSET


class CompositeSchedule(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    charging_schedule_period: TupleFrom1[ChargingSchedulePeriod]
    evse_id: Int64
    duration: Int64
    schedule_start: str
    charging_rate_unit: ChargingRateUnitEnum


class GetCompositeScheduleResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    schedule: CompositeSchedule | UnsetType = UNSET


class GetDisplayMessagesRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: TupleFrom1[Int64] | UnsetType = UNSET
    request_id: Int64
    priority: MessagePriorityEnum | UnsetType = UNSET
    state: MessageStateEnum | UnsetType = UNSET


class GetDisplayMessagesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GetDisplayMessagesStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class GetInstalledCertificateIdsRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    certificate_type: TupleFrom1[GetCertificateIdUseEnum] | UnsetType = UNSET


class CertificateHashDataChain(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    certificate_hash_data: CertificateHashData
    certificate_type: GetCertificateIdUseEnum
    child_certificate_hash_data: TupleFrom1To4[CertificateHashData] | UnsetType = UNSET


class GetInstalledCertificateIdsResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GetInstalledCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    certificate_hash_data_chain: TupleFrom1[CertificateHashDataChain] | UnsetType = UNSET


class GetLocalListVersionRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class GetLocalListVersionResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    version_number: Int64


class LogParameters(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    remote_location: StrTo512
    oldest_timestamp: str | UnsetType = UNSET
    latest_timestamp: str | UnsetType = UNSET


class GetLogRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    log: LogParameters
    log_type: LogEnum
    request_id: Int64
    retries: Int64 | UnsetType = UNSET
    retry_interval: Int64 | UnsetType = UNSET


class GetLogResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: LogStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    filename: StrTo255 | UnsetType = UNSET


class Component(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse: EVSE | UnsetType = UNSET
    name: StrTo50
    instance: StrTo50 | UnsetType = UNSET


class Variable(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    name: StrTo50
    instance: StrTo50 | UnsetType = UNSET


class ComponentVariable(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    component: Component
    variable: Variable | UnsetType = UNSET


class GetMonitoringReportRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    component_variable: TupleFrom1[ComponentVariable] | UnsetType = UNSET
    request_id: Int64
    monitoring_criteria: TupleFrom1To3[MonitoringCriterionEnum] | UnsetType = UNSET


class GetMonitoringReportResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class GetReportRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    component_variable: TupleFrom1[ComponentVariable] | UnsetType = UNSET
    request_id: Int64
    component_criteria: TupleFrom1To4[ComponentCriterionEnum] | UnsetType = UNSET


class GetReportResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class GetTransactionStatusRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET


class GetTransactionStatusResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    ongoing_indicator: bool | UnsetType = UNSET
    messages_in_queue: bool


class GetVariableData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    attribute_type: AttributeEnum | UnsetType = UNSET
    component: Component
    variable: Variable


class GetVariablesRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    get_variable_data: TupleFrom1[GetVariableData]


class GetVariableResult(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    attribute_status_info: StatusInfo | UnsetType = UNSET
    attribute_status: GetVariableStatusEnum
    attribute_type: AttributeEnum | UnsetType = UNSET
    attribute_value: StrTo2500 | UnsetType = UNSET
    component: Component
    variable: Variable


class GetVariablesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    get_variable_result: TupleFrom1[GetVariableResult]


class HeartbeatRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class HeartbeatResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    current_time: str


class InstallCertificateRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    certificate_type: InstallCertificateUseEnum
    certificate: StrTo5500


class InstallCertificateResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: InstallCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class LogStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: UploadLogStatusEnum
    request_id: Int64 | UnsetType = UNSET


class LogStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class SignedMeterValue(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    signed_meter_data: StrTo2500
    signing_method: StrTo50
    encoding_method: StrTo50
    public_key: StrTo2500


class UnitOfMeasure(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    unit: StrTo20 | UnsetType = UNSET
    multiplier: Int64 | UnsetType = UNSET


class SampledValue(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    value: float
    context: ReadingContextEnum | UnsetType = UNSET
    measurand: MeasurandEnum | UnsetType = UNSET
    phase: PhaseEnum | UnsetType = UNSET
    location: LocationEnum | UnsetType = UNSET
    signed_meter_value: SignedMeterValue | UnsetType = UNSET
    unit_of_measure: UnitOfMeasure | UnsetType = UNSET


class MeterValue(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    sampled_value: TupleFrom1[SampledValue]
    timestamp: str


class MeterValuesRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse_id: Int64
    meter_value: TupleFrom1[MeterValue]


class MeterValuesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class RelativeTimeInterval(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    start: Int64
    duration: Int64 | UnsetType = UNSET


class Cost(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    cost_kind: CostKindEnum
    amount: Int64
    amount_multiplier: Int64 | UnsetType = UNSET


class ConsumptionCost(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    start_value: float
    cost: TupleFrom1To3[Cost]


class SalesTariffEntry(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    relative_time_interval: RelativeTimeInterval
    e_price_level: IntFrom0 | UnsetType = UNSET
    consumption_cost: TupleFrom1To3[ConsumptionCost] | UnsetType = UNSET


class SalesTariff(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64
    sales_tariff_description: StrTo32 | UnsetType = UNSET
    num_e_price_levels: Int64 | UnsetType = UNSET
    sales_tariff_entry: TupleFrom1To1024[SalesTariffEntry]


class ChargingSchedule(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64
    start_schedule: str | UnsetType = UNSET
    duration: Int64 | UnsetType = UNSET
    charging_rate_unit: ChargingRateUnitEnum
    charging_schedule_period: TupleFrom1To1024[ChargingSchedulePeriod]
    min_charging_rate: float | UnsetType = UNSET
    sales_tariff: SalesTariff | UnsetType = UNSET


class ChargingLimit(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    charging_limit_source: ChargingLimitSourceEnum
    is_grid_critical: bool | UnsetType = UNSET


class NotifyChargingLimitRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    charging_schedule: TupleFrom1[ChargingSchedule] | UnsetType = UNSET
    evse_id: Int64 | UnsetType = UNSET
    charging_limit: ChargingLimit


class NotifyChargingLimitResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class NotifyCustomerInformationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    data: StrTo512
    tbc: bool | UnsetType = UNSET
    seq_no: Int64
    generated_at: str
    request_id: Int64


class NotifyCustomerInformationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class MessageInfo(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    display: Component | UnsetType = UNSET
    id: Int64
    priority: MessagePriorityEnum
    state: MessageStateEnum | UnsetType = UNSET
    start_date_time: str | UnsetType = UNSET
    end_date_time: str | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET
    message: MessageContent


class NotifyDisplayMessagesRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    message_info: TupleFrom1[MessageInfo] | UnsetType = UNSET
    request_id: Int64
    tbc: bool | UnsetType = UNSET


class NotifyDisplayMessagesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ACChargingParameters(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    energy_amount: Int64
    ev_min_current: Int64
    ev_max_current: Int64
    ev_max_voltage: Int64


class DCChargingParameters(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    ev_max_current: Int64
    ev_max_voltage: Int64
    energy_amount: Int64 | UnsetType = UNSET
    ev_max_power: Int64 | UnsetType = UNSET
    state_of_charge: IntFrom0To100 | UnsetType = UNSET
    ev_energy_capacity: Int64 | UnsetType = UNSET
    full_so_c: IntFrom0To100 | UnsetType = UNSET
    bulk_so_c: IntFrom0To100 | UnsetType = UNSET


class ChargingNeeds(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    ac_charging_parameters: ACChargingParameters | UnsetType = UNSET
    dc_charging_parameters: DCChargingParameters | UnsetType = UNSET
    requested_energy_transfer: EnergyTransferModeEnum
    departure_time: str | UnsetType = UNSET


class NotifyEVChargingNeedsRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    max_schedule_tuples: Int64 | UnsetType = UNSET
    charging_needs: ChargingNeeds
    evse_id: Int64


class NotifyEVChargingNeedsResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: NotifyEVChargingNeedsStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class NotifyEVChargingScheduleRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    time_base: str
    charging_schedule: ChargingSchedule
    evse_id: Int64


class NotifyEVChargingScheduleResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class EventData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    event_id: Int64
    timestamp: str
    trigger: EventTriggerEnum
    cause: Int64 | UnsetType = UNSET
    actual_value: StrTo2500
    tech_code: StrTo50 | UnsetType = UNSET
    tech_info: StrTo500 | UnsetType = UNSET
    cleared: bool | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET
    component: Component
    variable_monitoring_id: Int64 | UnsetType = UNSET
    event_notification_type: EventNotificationEnum
    variable: Variable


class NotifyEventRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    generated_at: str
    tbc: bool | UnsetType = UNSET
    seq_no: Int64
    event_data: TupleFrom1[EventData]


class NotifyEventResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class VariableMonitoring(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64
    transaction: bool
    value: float
    type: MonitorEnum
    severity: Int64


class MonitoringData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    component: Component
    variable: Variable
    variable_monitoring: TupleFrom1[VariableMonitoring]


class NotifyMonitoringReportRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    monitor: TupleFrom1[MonitoringData] | UnsetType = UNSET
    request_id: Int64
    tbc: bool | UnsetType = UNSET
    seq_no: Int64
    generated_at: str


class NotifyMonitoringReportResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class VariableAttribute(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    type: AttributeEnum | UnsetType = UNSET
    value: StrTo2500 | UnsetType = UNSET
    mutability: MutabilityEnum | UnsetType = UNSET
    persistent: bool | UnsetType = UNSET
    constant: bool | UnsetType = UNSET


class VariableCharacteristics(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    unit: StrTo16 | UnsetType = UNSET
    data_type: DataEnum
    min_limit: float | UnsetType = UNSET
    max_limit: float | UnsetType = UNSET
    values_list: StrTo1000 | UnsetType = UNSET
    supports_monitoring: bool


class ReportData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    component: Component
    variable: Variable
    variable_attribute: TupleFrom1To4[VariableAttribute]
    variable_characteristics: VariableCharacteristics | UnsetType = UNSET


class NotifyReportRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    request_id: Int64
    generated_at: str
    report_data: TupleFrom1[ReportData] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET
    seq_no: Int64


class NotifyReportResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class PublishFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    location: StrTo512
    retries: Int64 | UnsetType = UNSET
    checksum: StrTo32
    request_id: Int64
    retry_interval: Int64 | UnsetType = UNSET


class PublishFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class PublishFirmwareStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: PublishFirmwareStatusEnum
    location: TupleFrom1[StrTo512] | UnsetType = UNSET
    request_id: Int64 | UnsetType = UNSET


class PublishFirmwareStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ChargingProfile(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64
    stack_level: Int64
    charging_profile_purpose: ChargingProfilePurposeEnum
    charging_profile_kind: ChargingProfileKindEnum
    recurrency_kind: RecurrencyKindEnum | UnsetType = UNSET
    valid_from: str | UnsetType = UNSET
    valid_to: str | UnsetType = UNSET
    charging_schedule: TupleFrom1To3[ChargingSchedule]
    transaction_id: StrTo36 | UnsetType = UNSET


class ReportChargingProfilesRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    request_id: Int64
    charging_limit_source: ChargingLimitSourceEnum
    charging_profile: TupleFrom1[ChargingProfile]
    tbc: bool | UnsetType = UNSET
    evse_id: Int64


class ReportChargingProfilesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class RequestStartTransactionRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse_id: Int64 | UnsetType = UNSET
    group_id_token: IdToken | UnsetType = UNSET
    id_token: IdToken
    remote_start_id: Int64
    charging_profile: ChargingProfile | UnsetType = UNSET


class RequestStartTransactionResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: RequestStartStopStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET


class RequestStopTransactionRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    transaction_id: StrTo36


class RequestStopTransactionResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: RequestStartStopStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class ReservationStatusUpdateRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    reservation_id: Int64
    reservation_update_status: ReservationUpdateStatusEnum


class ReservationStatusUpdateResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ReserveNowRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64
    expiry_date_time: str
    connector_type: ConnectorEnum | UnsetType = UNSET
    id_token: IdToken
    evse_id: Int64 | UnsetType = UNSET
    group_id_token: IdToken | UnsetType = UNSET


class ReserveNowResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ReserveNowStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class ResetRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    type: ResetEnum
    evse_id: Int64 | UnsetType = UNSET


class ResetResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ResetStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class SecurityEventNotificationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    type: StrTo50
    timestamp: str
    tech_info: StrTo255 | UnsetType = UNSET


class SecurityEventNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class AuthorizationData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id_token: IdToken
    id_token_info: IdTokenInfo | UnsetType = UNSET


class SendLocalListRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    local_authorization_list: TupleFrom1[AuthorizationData] | UnsetType = UNSET
    version_number: Int64
    update_type: UpdateEnum


class SendLocalListResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: SendLocalListStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class SetChargingProfileRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse_id: Int64
    charging_profile: ChargingProfile


class SetChargingProfileResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: ChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class SetDisplayMessageRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    message: MessageInfo


class SetDisplayMessageResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: DisplayMessageStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class SetMonitoringBaseRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    monitoring_base: MonitoringBaseEnum


class SetMonitoringBaseResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class SetMonitoringLevelRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    severity: Int64


class SetMonitoringLevelResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class APN(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    apn: StrTo512
    apn_user_name: StrTo20 | UnsetType = UNSET
    apn_password: StrTo20 | UnsetType = UNSET
    sim_pin: Int64 | UnsetType = UNSET
    preferred_network: StrTo6 | UnsetType = UNSET
    use_only_preferred_network: bool | UnsetType = UNSET
    apn_authentication: APNAuthenticationEnum


class VPN(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    server: StrTo512
    user: StrTo20
    group: StrTo20 | UnsetType = UNSET
    password: StrTo20
    key: StrTo255
    type: VPNEnum


class NetworkConnectionProfile(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    apn: APN | UnsetType = UNSET
    ocpp_version: OCPPVersionEnum
    ocpp_transport: OCPPTransportEnum
    ocpp_csms_url: StrTo512
    message_timeout: Int64
    security_profile: Int64
    ocpp_interface: OCPPInterfaceEnum
    vpn: VPN | UnsetType = UNSET


class SetNetworkProfileRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    configuration_slot: Int64
    connection_data: NetworkConnectionProfile


class SetNetworkProfileResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: SetNetworkProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class SetMonitoringData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64 | UnsetType = UNSET
    transaction: bool | UnsetType = UNSET
    value: float
    type: MonitorEnum
    severity: Int64
    component: Component
    variable: Variable


class SetVariableMonitoringRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    set_monitoring_data: TupleFrom1[SetMonitoringData]


class SetMonitoringResult(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    id: Int64 | UnsetType = UNSET
    status_info: StatusInfo | UnsetType = UNSET
    status: SetMonitoringStatusEnum
    type: MonitorEnum
    component: Component
    variable: Variable
    severity: Int64


class SetVariableMonitoringResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    set_monitoring_result: TupleFrom1[SetMonitoringResult]


class SetVariableData(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    attribute_type: AttributeEnum | UnsetType = UNSET
    attribute_value: StrTo1000
    component: Component
    variable: Variable


class SetVariablesRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    set_variable_data: TupleFrom1[SetVariableData]


class SetVariableResult(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    attribute_type: AttributeEnum | UnsetType = UNSET
    attribute_status: SetVariableStatusEnum
    attribute_status_info: StatusInfo | UnsetType = UNSET
    component: Component
    variable: Variable


class SetVariablesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    set_variable_result: TupleFrom1[SetVariableResult]


class SignCertificateRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    csr: StrTo5500
    certificate_type: CertificateSigningUseEnum | UnsetType = UNSET


class SignCertificateResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class StatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    timestamp: str
    connector_status: ConnectorStatusEnum
    evse_id: Int64
    connector_id: Int64


class StatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class Transaction(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    transaction_id: StrTo36
    charging_state: ChargingStateEnum | UnsetType = UNSET
    time_spent_charging: Int64 | UnsetType = UNSET
    stopped_reason: ReasonEnum | UnsetType = UNSET
    remote_start_id: Int64 | UnsetType = UNSET


class TransactionEventRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    event_type: TransactionEventEnum
    meter_value: TupleFrom1[MeterValue] | UnsetType = UNSET
    timestamp: str
    trigger_reason: TriggerReasonEnum
    seq_no: Int64
    offline: bool | UnsetType = UNSET
    number_of_phases_used: Int64 | UnsetType = UNSET
    cable_max_current: Int64 | UnsetType = UNSET
    reservation_id: Int64 | UnsetType = UNSET
    transaction_info: Transaction
    evse: EVSE | UnsetType = UNSET
    id_token: IdToken | UnsetType = UNSET


class TransactionEventResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    total_cost: float | UnsetType = UNSET
    charging_priority: Int64 | UnsetType = UNSET
    id_token_info: IdTokenInfo | UnsetType = UNSET
    updated_personal_message: MessageContent | UnsetType = UNSET


class TriggerMessageRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse: EVSE | UnsetType = UNSET
    requested_message: MessageTriggerEnum


class TriggerMessageResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: TriggerMessageStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class UnlockConnectorRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    evse_id: Int64
    connector_id: Int64


class UnlockConnectorResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: UnlockStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


class UnpublishFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    checksum: StrTo32


class UnpublishFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: UnpublishFirmwareStatusEnum


class Firmware(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    location: StrTo512
    retrieve_date_time: str
    install_date_time: str | UnsetType = UNSET
    signing_certificate: StrTo5500 | UnsetType = UNSET
    signature: StrTo800 | UnsetType = UNSET


class UpdateFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    retries: Int64 | UnsetType = UNSET
    retry_interval: Int64 | UnsetType = UNSET
    request_id: Int64
    firmware: Firmware


class UpdateFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET
    status: UpdateFirmwareStatusEnum
    status_info: StatusInfo | UnsetType = UNSET


ACTIONS: Mapping[str, tuple[type[Struct], type[Struct]]] = {
    "Authorize": (AuthorizeRequest, AuthorizeResponse),
    "BootNotification": (BootNotificationRequest, BootNotificationResponse),
    "CancelReservation": (CancelReservationRequest, CancelReservationResponse),
    "CertificateSigned": (CertificateSignedRequest, CertificateSignedResponse),
    "ChangeAvailability": (ChangeAvailabilityRequest, ChangeAvailabilityResponse),
    "ClearCache": (ClearCacheRequest, ClearCacheResponse),
    "ClearChargingProfile": (ClearChargingProfileRequest, ClearChargingProfileResponse),
    "ClearDisplayMessage": (ClearDisplayMessageRequest, ClearDisplayMessageResponse),
    "ClearVariableMonitoring": (ClearVariableMonitoringRequest, ClearVariableMonitoringResponse),
    "ClearedChargingLimit": (ClearedChargingLimitRequest, ClearedChargingLimitResponse),
    "CostUpdated": (CostUpdatedRequest, CostUpdatedResponse),
    "CustomerInformation": (CustomerInformationRequest, CustomerInformationResponse),
    "DataTransfer": (DataTransferRequest, DataTransferResponse),
    "DeleteCertificate": (DeleteCertificateRequest, DeleteCertificateResponse),
    "FirmwareStatusNotification": (FirmwareStatusNotificationRequest, FirmwareStatusNotificationResponse),
    "Get15118EVCertificate": (Get15118EVCertificateRequest, Get15118EVCertificateResponse),
    "GetBaseReport": (GetBaseReportRequest, GetBaseReportResponse),
    "GetCertificateStatus": (GetCertificateStatusRequest, GetCertificateStatusResponse),
    "GetChargingProfiles": (GetChargingProfilesRequest, GetChargingProfilesResponse),
    "GetCompositeSchedule": (GetCompositeScheduleRequest, GetCompositeScheduleResponse),
    "GetDisplayMessages": (GetDisplayMessagesRequest, GetDisplayMessagesResponse),
    "GetInstalledCertificateIds": (GetInstalledCertificateIdsRequest, GetInstalledCertificateIdsResponse),
    "GetLocalListVersion": (GetLocalListVersionRequest, GetLocalListVersionResponse),
    "GetLog": (GetLogRequest, GetLogResponse),
    "GetMonitoringReport": (GetMonitoringReportRequest, GetMonitoringReportResponse),
    "GetReport": (GetReportRequest, GetReportResponse),
    "GetTransactionStatus": (GetTransactionStatusRequest, GetTransactionStatusResponse),
    "GetVariables": (GetVariablesRequest, GetVariablesResponse),
    "Heartbeat": (HeartbeatRequest, HeartbeatResponse),
    "InstallCertificate": (InstallCertificateRequest, InstallCertificateResponse),
    "LogStatusNotification": (LogStatusNotificationRequest, LogStatusNotificationResponse),
    "MeterValues": (MeterValuesRequest, MeterValuesResponse),
    "NotifyChargingLimit": (NotifyChargingLimitRequest, NotifyChargingLimitResponse),
    "NotifyCustomerInformation": (NotifyCustomerInformationRequest, NotifyCustomerInformationResponse),
    "NotifyDisplayMessages": (NotifyDisplayMessagesRequest, NotifyDisplayMessagesResponse),
    "NotifyEVChargingNeeds": (NotifyEVChargingNeedsRequest, NotifyEVChargingNeedsResponse),
    "NotifyEVChargingSchedule": (NotifyEVChargingScheduleRequest, NotifyEVChargingScheduleResponse),
    "NotifyEvent": (NotifyEventRequest, NotifyEventResponse),
    "NotifyMonitoringReport": (NotifyMonitoringReportRequest, NotifyMonitoringReportResponse),
    "NotifyReport": (NotifyReportRequest, NotifyReportResponse),
    "PublishFirmware": (PublishFirmwareRequest, PublishFirmwareResponse),
    "PublishFirmwareStatusNotification": (PublishFirmwareStatusNotificationRequest, PublishFirmwareStatusNotificationResponse),
    "ReportChargingProfiles": (ReportChargingProfilesRequest, ReportChargingProfilesResponse),
    "RequestStartTransaction": (RequestStartTransactionRequest, RequestStartTransactionResponse),
    "RequestStopTransaction": (RequestStopTransactionRequest, RequestStopTransactionResponse),
    "ReservationStatusUpdate": (ReservationStatusUpdateRequest, ReservationStatusUpdateResponse),
    "ReserveNow": (ReserveNowRequest, ReserveNowResponse),
    "Reset": (ResetRequest, ResetResponse),
    "SecurityEventNotification": (SecurityEventNotificationRequest, SecurityEventNotificationResponse),
    "SendLocalList": (SendLocalListRequest, SendLocalListResponse),
    "SetChargingProfile": (SetChargingProfileRequest, SetChargingProfileResponse),
    "SetDisplayMessage": (SetDisplayMessageRequest, SetDisplayMessageResponse),
    "SetMonitoringBase": (SetMonitoringBaseRequest, SetMonitoringBaseResponse),
    "SetMonitoringLevel": (SetMonitoringLevelRequest, SetMonitoringLevelResponse),
    "SetNetworkProfile": (SetNetworkProfileRequest, SetNetworkProfileResponse),
    "SetVariableMonitoring": (SetVariableMonitoringRequest, SetVariableMonitoringResponse),
    "SetVariables": (SetVariablesRequest, SetVariablesResponse),
    "SignCertificate": (SignCertificateRequest, SignCertificateResponse),
    "StatusNotification": (StatusNotificationRequest, StatusNotificationResponse),
    "TransactionEvent": (TransactionEventRequest, TransactionEventResponse),
    "TriggerMessage": (TriggerMessageRequest, TriggerMessageResponse),
    "UnlockConnector": (UnlockConnectorRequest, UnlockConnectorResponse),
    "UnpublishFirmware": (UnpublishFirmwareRequest, UnpublishFirmwareResponse),
    "UpdateFirmware": (UpdateFirmwareRequest, UpdateFirmwareResponse),
}

SENDS: Mapping[str, type[Struct]] = {
}
