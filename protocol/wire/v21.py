"""The messages of OCPP 2.1, made by `protocol.wire.generate` from their JSON schemas: do not edit."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from protocol.wire.structs import CustomData as CustomData, Int64, WireStruct

_T = TypeVar("_T")

StrTo3 = Annotated[str, Meta(max_length=3)]
StrTo6 = Annotated[str, Meta(max_length=6)]
StrTo8 = Annotated[str, Meta(max_length=8)]
StrTo16 = Annotated[str, Meta(max_length=16)]
StrTo20 = Annotated[str, Meta(max_length=20)]
StrTo25 = Annotated[str, Meta(max_length=25)]
StrTo32 = Annotated[str, Meta(max_length=32)]
StrTo36 = Annotated[str, Meta(max_length=36)]
StrTo40 = Annotated[str, Meta(max_length=40)]
StrTo48 = Annotated[str, Meta(max_length=48)]
StrTo50 = Annotated[str, Meta(max_length=50)]
StrTo60 = Annotated[str, Meta(max_length=60)]
StrTo64 = Annotated[str, Meta(max_length=64)]
StrTo80 = Annotated[str, Meta(max_length=80)]
StrTo88 = Annotated[str, Meta(max_length=88)]
FloatTo0 = Annotated[float, Meta(le=0)]
IntFrom0 = Annotated[int, Meta(ge=0, le=2**63 - 1)]
IntFrom1 = Annotated[int, Meta(ge=1, le=2**63 - 1)]
StrTo100 = Annotated[str, Meta(max_length=100)]
StrTo128 = Annotated[str, Meta(max_length=128)]
StrTo160 = Annotated[str, Meta(max_length=160)]
StrTo200 = Annotated[str, Meta(max_length=200)]
StrTo255 = Annotated[str, Meta(max_length=255)]
StrTo256 = Annotated[str, Meta(max_length=256)]
StrTo500 = Annotated[str, Meta(max_length=500)]
StrTo512 = Annotated[str, Meta(max_length=512)]
StrTo800 = Annotated[str, Meta(max_length=800)]
StrTo1000 = Annotated[str, Meta(max_length=1000)]
StrTo1024 = Annotated[str, Meta(max_length=1024)]
StrTo2000 = Annotated[str, Meta(max_length=2000)]
StrTo2500 = Annotated[str, Meta(max_length=2500)]
StrTo5500 = Annotated[str, Meta(max_length=5500)]
StrTo10000 = Annotated[str, Meta(max_length=10000)]
StrTo11000 = Annotated[str, Meta(max_length=11000)]
StrTo17000 = Annotated[str, Meta(max_length=17000)]
StrTo18000 = Annotated[str, Meta(max_length=18000)]
StrTo32768 = Annotated[str, Meta(max_length=32768)]
TupleFrom1 = Annotated[tuple[_T, ...], Meta(min_length=1)]
IntFrom0To3 = Annotated[int, Meta(ge=0, le=3)]
IntFrom0To100 = Annotated[int, Meta(ge=0, le=100)]
TupleFrom1To3 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=3)]
TupleFrom1To4 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=4)]
TupleFrom1To5 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=5)]
TupleFrom1To7 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=7)]
TupleFrom1To8 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=8)]
TupleFrom1To10 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=10)]
TupleFrom1To20 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=20)]
TupleFrom1To24 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=24)]
FloatFrom0To100 = Annotated[float, Meta(ge=0, le=100)]
TupleFrom1To100 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=100)]
TupleFrom1To1024 = Annotated[tuple[_T, ...], Meta(min_length=1, max_length=1024)]

GenericStatusEnum = Literal["Accepted", "Rejected"]
HashAlgorithmEnum = Literal["SHA256", "SHA384", "SHA512"]
AuthorizationStatusEnum = Literal[
    "Accepted", "Blocked", "ConcurrentTx", "Expired", "Invalid", "NoCredit", "NotAllowedTypeEVSE", "NotAtThisLocation",
    "NotAtThisTime", "Unknown",
]
MessageFormatEnum = Literal["ASCII", "HTML", "URI", "UTF8", "QRCODE"]
AuthorizeCertificateStatusEnum = Literal[
    "Accepted", "SignatureError", "CertificateExpired", "CertificateRevoked", "NoCertificateAvailable",
    "CertChainError", "ContractCancelled",
]
EnergyTransferModeEnum = Literal[
    "AC_single_phase", "AC_two_phase", "AC_three_phase", "DC", "AC_BPT", "AC_BPT_DER", "AC_DER", "DC_BPT", "DC_ACDP",
    "DC_ACDP_BPT", "WPT",
]
DayOfWeekEnum = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
EvseKindEnum = Literal["AC", "DC"]
BatterySwapEventEnum = Literal["BatteryIn", "BatteryOut", "BatteryOutTimeout"]
BootReasonEnum = Literal[
    "ApplicationReset", "FirmwareUpdate", "LocalReset", "PowerUp", "RemoteReset", "ScheduledReset", "Triggered",
    "Unknown", "Watchdog",
]
RegistrationStatusEnum = Literal["Accepted", "Pending", "Rejected"]
CancelReservationStatusEnum = Literal["Accepted", "Rejected"]
CertificateSigningUseEnum = Literal["ChargingStationCertificate", "V2GCertificate", "V2G20Certificate"]
CertificateSignedStatusEnum = Literal["Accepted", "Rejected"]
OperationalStatusEnum = Literal["Inoperative", "Operative"]
ChangeAvailabilityStatusEnum = Literal["Accepted", "Rejected", "Scheduled"]
TariffChangeStatusEnum = Literal[
    "Accepted", "Rejected", "TooManyElements", "ConditionNotSupported", "TxNotFound", "NoCurrencyChange",
]
ClearCacheStatusEnum = Literal["Accepted", "Rejected"]
ChargingProfilePurposeEnum = Literal[
    "ChargingStationExternalConstraints", "ChargingStationMaxProfile", "TxDefaultProfile", "TxProfile",
    "PriorityCharging", "LocalGeneration",
]
ClearChargingProfileStatusEnum = Literal["Accepted", "Unknown"]
DERControlEnum = Literal[
    "EnterService", "FreqDroop", "FreqWatt", "FixedPFAbsorb", "FixedPFInject", "FixedVar", "Gradients", "HFMustTrip",
    "HFMayTrip", "HVMustTrip", "HVMomCess", "HVMayTrip", "LimitMaxDischarge", "LFMustTrip", "LVMustTrip", "LVMomCess",
    "LVMayTrip", "PowerMonitoringMustTrip", "VoltVar", "VoltWatt", "WattPF", "WattVar",
]
DERControlStatusEnum = Literal["Accepted", "Rejected", "NotSupported", "NotFound"]
ClearMessageStatusEnum = Literal["Accepted", "Unknown", "Rejected"]
TariffClearStatusEnum = Literal["Accepted", "Rejected", "NoTariff"]
ClearMonitoringStatusEnum = Literal["Accepted", "Rejected", "NotFound"]
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
CertificateStatusSourceEnum = Literal["CRL", "OCSP"]
CertificateStatusEnum = Literal["Good", "Revoked", "Unknown", "Failed"]
GetCertificateStatusEnum = Literal["Accepted", "Failed"]
GetChargingProfileStatusEnum = Literal["Accepted", "NoProfiles"]
ChargingRateUnitEnum = Literal["W", "A"]
OperationModeEnum = Literal[
    "Idle", "ChargingOnly", "CentralSetpoint", "ExternalSetpoint", "ExternalLimits", "CentralFrequency",
    "LocalFrequency", "LocalLoadBalancing",
]
MessagePriorityEnum = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageStateEnum = Literal["Charging", "Faulted", "Idle", "Unavailable", "Suspended", "Discharging"]
GetDisplayMessagesStatusEnum = Literal["Accepted", "Unknown"]
GetCertificateIdUseEnum = Literal[
    "V2GRootCertificate", "MORootCertificate", "CSMSRootCertificate", "V2GCertificateChain",
    "ManufacturerRootCertificate", "OEMRootCertificate",
]
GetInstalledCertificateStatusEnum = Literal["Accepted", "NotFound"]
LogEnum = Literal["DiagnosticsLog", "SecurityLog", "DataCollectorLog"]
LogStatusEnum = Literal["Accepted", "Rejected", "AcceptedCanceled"]
MonitoringCriterionEnum = Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]
ComponentCriterionEnum = Literal["Active", "Available", "Enabled", "Problem"]
TariffGetStatusEnum = Literal["Accepted", "Rejected", "NoTariff"]
TariffKindEnum = Literal["DefaultTariff", "DriverTariff"]
AttributeEnum = Literal["Actual", "Target", "MinSet", "MaxSet"]
GetVariableStatusEnum = Literal[
    "Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType",
]
InstallCertificateUseEnum = Literal[
    "V2GRootCertificate", "MORootCertificate", "ManufacturerRootCertificate", "CSMSRootCertificate",
    "OEMRootCertificate",
]
InstallCertificateStatusEnum = Literal["Accepted", "Rejected", "Failed"]
UploadLogStatusEnum = Literal[
    "BadMessage", "Idle", "NotSupportedOperation", "PermissionDenied", "Uploaded", "UploadFailure", "Uploading",
    "AcceptedCanceled",
]
MeasurandEnum = Literal[
    "Current.Export", "Current.Export.Offered", "Current.Export.Minimum", "Current.Import", "Current.Import.Offered",
    "Current.Import.Minimum", "Current.Offered", "Display.PresentSOC", "Display.MinimumSOC", "Display.TargetSOC",
    "Display.MaximumSOC", "Display.RemainingTimeToMinimumSOC", "Display.RemainingTimeToTargetSOC",
    "Display.RemainingTimeToMaximumSOC", "Display.ChargingComplete", "Display.BatteryEnergyCapacity",
    "Display.InletHot", "Energy.Active.Export.Interval", "Energy.Active.Export.Register",
    "Energy.Active.Import.Interval", "Energy.Active.Import.Register", "Energy.Active.Import.CableLoss",
    "Energy.Active.Import.LocalGeneration.Register", "Energy.Active.Net", "Energy.Active.Setpoint.Interval",
    "Energy.Apparent.Export", "Energy.Apparent.Import", "Energy.Apparent.Net", "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Interval", "Energy.Reactive.Import.Register",
    "Energy.Reactive.Net", "EnergyRequest.Target", "EnergyRequest.Minimum", "EnergyRequest.Maximum",
    "EnergyRequest.Minimum.V2X", "EnergyRequest.Maximum.V2X", "EnergyRequest.Bulk", "Frequency", "Power.Active.Export",
    "Power.Active.Import", "Power.Active.Setpoint", "Power.Active.Residual", "Power.Export.Minimum",
    "Power.Export.Offered", "Power.Factor", "Power.Import.Offered", "Power.Import.Minimum", "Power.Offered",
    "Power.Reactive.Export", "Power.Reactive.Import", "SoC", "Voltage", "Voltage.Minimum", "Voltage.Maximum",
]
ReadingContextEnum = Literal[
    "Interruption.Begin", "Interruption.End", "Other", "Sample.Clock", "Sample.Periodic", "Transaction.Begin",
    "Transaction.End", "Trigger",
]
PhaseEnum = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
LocationEnum = Literal["Body", "Cable", "EV", "Inlet", "Outlet", "Upstream"]
NotifyAllowedEnergyTransferStatusEnum = Literal["Accepted", "Rejected"]
CostKindEnum = Literal["CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"]
GridEventFaultEnum = Literal[
    "CurrentImbalance", "LocalEmergency", "LowInputPower", "OverCurrent", "OverFrequency", "OverVoltage",
    "PhaseRotation", "RemoteEmergency", "UnderFrequency", "UnderVoltage", "VoltageImbalance",
]
IslandingDetectionEnum = Literal[
    "NoAntiIslandingSupport", "RoCoF", "UVP_OVP", "UFP_OFP", "VoltageVectorShift", "ZeroCrossingDetection",
    "OtherPassive", "ImpedanceMeasurement", "ImpedanceAtFrequency", "SlipModeFrequencyShift", "SandiaFrequencyShift",
    "SandiaVoltageShift", "FrequencyJump", "RCLQFactor", "OtherActive",
]
ControlModeEnum = Literal["ScheduledControl", "DynamicControl"]
MobilityNeedsModeEnum = Literal["EVCC", "EVCC_SECC"]
NotifyEVChargingNeedsStatusEnum = Literal["Accepted", "Rejected", "Processing", "NoChargingProfile"]
EventTriggerEnum = Literal["Alerting", "Delta", "Periodic"]
EventNotificationEnum = Literal["HardWiredNotification", "HardWiredMonitor", "PreconfiguredMonitor", "CustomMonitor"]
MonitorEnum = Literal[
    "UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned", "TargetDelta",
    "TargetDeltaRelative",
]
MutabilityEnum = Literal["ReadOnly", "WriteOnly", "ReadWrite"]
DataEnum = Literal["string", "decimal", "integer", "dateTime", "boolean", "OptionList", "SequenceList", "MemberList"]
PaymentStatusEnum = Literal["Settled", "Canceled", "Rejected", "Failed"]
PublishFirmwareStatusEnum = Literal[
    "Idle", "DownloadScheduled", "Downloading", "Downloaded", "Published", "DownloadFailed", "DownloadPaused",
    "InvalidChecksum", "ChecksumVerified", "PublishFailed",
]
ChargingProfileStatusEnum = Literal["Accepted", "Rejected"]
ChargingProfileKindEnum = Literal["Absolute", "Recurring", "Relative", "Dynamic"]
RecurrencyKindEnum = Literal["Daily", "Weekly"]
PowerDuringCessationEnum = Literal["Active", "Reactive"]
DERUnitEnum = Literal["Not_Applicable", "PctMaxW", "PctMaxVar", "PctWAvail", "PctVarAvail", "PctEffectiveV"]
RequestStartStopStatusEnum = Literal["Accepted", "Rejected"]
ReservationUpdateStatusEnum = Literal["Expired", "Removed", "NoTransaction"]
ReserveNowStatusEnum = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetEnum = Literal["Immediate", "OnIdle", "ImmediateAndResume"]
ResetStatusEnum = Literal["Accepted", "Rejected", "Scheduled"]
UpdateEnum = Literal["Differential", "Full"]
SendLocalListStatusEnum = Literal["Accepted", "Failed", "VersionMismatch"]
TariffSetStatusEnum = Literal["Accepted", "Rejected", "TooManyElements", "ConditionNotSupported", "DuplicateTariffId"]
DisplayMessageStatusEnum = Literal[
    "Accepted", "NotSupportedMessageFormat", "Rejected", "NotSupportedPriority", "NotSupportedState",
    "UnknownTransaction", "LanguageNotSupported",
]
MonitoringBaseEnum = Literal["All", "FactoryDefault", "HardWiredOnly"]
APNAuthenticationEnum = Literal["PAP", "CHAP", "NONE", "AUTO"]
OCPPVersionEnum = Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20", "OCPP201", "OCPP21"]
OCPPInterfaceEnum = Literal[
    "Wired0", "Wired1", "Wired2", "Wired3", "Wireless0", "Wireless1", "Wireless2", "Wireless3", "Any",
]
OCPPTransportEnum = Literal["SOAP", "JSON"]
VPNEnum = Literal["IKEv2", "IPSec", "L2TP", "PPTP"]
SetNetworkProfileStatusEnum = Literal["Accepted", "Rejected", "Failed"]
SetMonitoringStatusEnum = Literal[
    "Accepted", "UnknownComponent", "UnknownVariable", "UnsupportedMonitorType", "Rejected", "Duplicate",
]
SetVariableStatusEnum = Literal[
    "Accepted", "Rejected", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType", "RebootRequired",
]
ConnectorStatusEnum = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
CostDimensionEnum = Literal["Energy", "MaxCurrent", "MinCurrent", "MaxPower", "MinPower", "IdleTIme", "ChargingTime"]
TariffCostEnum = Literal["NormalCost", "MinCost", "MaxCost"]
TransactionEventEnum = Literal["Ended", "Started", "Updated"]
TriggerReasonEnum = Literal[
    "AbnormalCondition", "Authorized", "CablePluggedIn", "ChargingRateChanged", "ChargingStateChanged",
    "CostLimitReached", "Deauthorized", "EnergyLimitReached", "EVCommunicationLost", "EVConnectTimeout", "EVDeparted",
    "EVDetected", "LimitSet", "MeterValueClock", "MeterValuePeriodic", "OperationModeChanged", "RemoteStart",
    "RemoteStop", "ResetCommand", "RunningCost", "SignedDataReceived", "SoCLimitReached", "StopAuthorized",
    "TariffChanged", "TariffNotAccepted", "TimeLimitReached", "Trigger", "TxResumed", "UnlockCommand",
]
PreconditioningStatusEnum = Literal["Unknown", "Ready", "NotReady", "Preconditioning"]
ChargingStateEnum = Literal["EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE", "Idle"]
ReasonEnum = Literal[
    "DeAuthorized", "EmergencyStop", "EnergyLimitReached", "EVDisconnected", "GroundFault", "ImmediateReset",
    "MasterPass", "Local", "LocalOutOfCredit", "Other", "OvercurrentFault", "PowerLoss", "PowerQuality", "Reboot",
    "Remote", "SOCLimitReached", "StoppedByEV", "TimeLimitReached", "Timeout", "ReqEnergyTransferRejected",
]
MessageTriggerEnum = Literal[
    "BootNotification", "LogStatusNotification", "FirmwareStatusNotification", "Heartbeat", "MeterValues",
    "SignChargingStationCertificate", "SignV2GCertificate", "SignV2G20Certificate", "StatusNotification",
    "TransactionEvent", "SignCombinedCertificate", "PublishFirmwareStatusNotification", "CustomTrigger",
]
TriggerMessageStatusEnum = Literal["Accepted", "Rejected", "NotImplemented"]
UnlockStatusEnum = Literal["Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"]
UnpublishFirmwareStatusEnum = Literal["DownloadOngoing", "NoFirmware", "Unpublished"]
UpdateFirmwareStatusEnum = Literal[
    "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate",
]
PriorityChargingStatusEnum = Literal["Accepted", "Rejected", "NoProfile"]


class AFRRSignalRequest(WireStruct, frozen=True, kw_only=True):
    timestamp: str
    signal: Int64
    custom_data: CustomData | UnsetType = UNSET


class StatusInfo(WireStruct, frozen=True, kw_only=True):
    reason_code: StrTo20
    additional_info: StrTo1024 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class AFRRSignalResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class PeriodicEventStreamParams(WireStruct, frozen=True, kw_only=True):
    interval: IntFrom0 | UnsetType = UNSET
    values: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class AdjustPeriodicEventStreamRequest(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    params: PeriodicEventStreamParams
    custom_data: CustomData | UnsetType = UNSET


class AdjustPeriodicEventStreamResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class AdditionalInfo(WireStruct, frozen=True, kw_only=True):
    additional_id_token: StrTo255
    type: StrTo50
    custom_data: CustomData | UnsetType = UNSET


class IdToken(WireStruct, frozen=True, kw_only=True):
    additional_info: TupleFrom1[AdditionalInfo] | UnsetType = UNSET
    id_token: StrTo255
    type: StrTo20
    custom_data: CustomData | UnsetType = UNSET


class OCSPRequestData(WireStruct, frozen=True, kw_only=True):
    hash_algorithm: HashAlgorithmEnum
    issuer_name_hash: StrTo128
    issuer_key_hash: StrTo128
    serial_number: StrTo40
    responder_url: StrTo2000 = field(name="responderURL")
    custom_data: CustomData | UnsetType = UNSET


class AuthorizeRequest(WireStruct, frozen=True, kw_only=True):
    id_token: IdToken
    certificate: StrTo10000 | UnsetType = UNSET
    iso15118_certificate_hash_data: TupleFrom1To4[OCSPRequestData] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class MessageContent(WireStruct, frozen=True, kw_only=True):
    format: MessageFormatEnum
    language: StrTo8 | UnsetType = UNSET
    content: StrTo1024
    custom_data: CustomData | UnsetType = UNSET


class IdTokenInfo(WireStruct, frozen=True, kw_only=True):
    status: AuthorizationStatusEnum
    cache_expiry_date_time: str | UnsetType = UNSET
    charging_priority: Int64 | UnsetType = UNSET
    group_id_token: IdToken | UnsetType = UNSET
    language1: StrTo8 | UnsetType = UNSET
    language2: StrTo8 | UnsetType = UNSET
    evse_id: TupleFrom1[IntFrom0] | UnsetType = UNSET
    personal_message: MessageContent | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TariffConditions(WireStruct, frozen=True, kw_only=True):
    start_time_of_day: str | UnsetType = UNSET
    end_time_of_day: str | UnsetType = UNSET
    day_of_week: TupleFrom1To7[DayOfWeekEnum] | UnsetType = UNSET
    valid_from_date: str | UnsetType = UNSET
    valid_to_date: str | UnsetType = UNSET
    evse_kind: EvseKindEnum | UnsetType = UNSET
    min_energy: float | UnsetType = UNSET
    max_energy: float | UnsetType = UNSET
    min_current: float | UnsetType = UNSET
    max_current: float | UnsetType = UNSET
    min_power: float | UnsetType = UNSET
    max_power: float | UnsetType = UNSET
    min_time: Int64 | UnsetType = UNSET
    max_time: Int64 | UnsetType = UNSET
    min_charging_time: Int64 | UnsetType = UNSET
    max_charging_time: Int64 | UnsetType = UNSET
    min_idle_time: Int64 | UnsetType = UNSET
    max_idle_time: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TariffEnergyPrice(WireStruct, frozen=True, kw_only=True):
    price_kwh: float
    conditions: TariffConditions | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TaxRate(WireStruct, frozen=True, kw_only=True):
    type: StrTo20
    tax: float
    stack: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TariffEnergy(WireStruct, frozen=True, kw_only=True):
    prices: TupleFrom1[TariffEnergyPrice]
    tax_rates: TupleFrom1To5[TaxRate] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TariffTimePrice(WireStruct, frozen=True, kw_only=True):
    price_minute: float
    conditions: TariffConditions | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TariffTime(WireStruct, frozen=True, kw_only=True):
    prices: TupleFrom1[TariffTimePrice]
    tax_rates: TupleFrom1To5[TaxRate] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TariffConditionsFixed(WireStruct, frozen=True, kw_only=True):
    start_time_of_day: str | UnsetType = UNSET
    end_time_of_day: str | UnsetType = UNSET
    day_of_week: TupleFrom1To7[DayOfWeekEnum] | UnsetType = UNSET
    valid_from_date: str | UnsetType = UNSET
    valid_to_date: str | UnsetType = UNSET
    evse_kind: EvseKindEnum | UnsetType = UNSET
    payment_brand: StrTo20 | UnsetType = UNSET
    payment_recognition: StrTo20 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TariffFixedPrice(WireStruct, frozen=True, kw_only=True):
    conditions: TariffConditionsFixed | UnsetType = UNSET
    price_fixed: float
    custom_data: CustomData | UnsetType = UNSET


class TariffFixed(WireStruct, frozen=True, kw_only=True):
    prices: TupleFrom1[TariffFixedPrice]
    tax_rates: TupleFrom1To5[TaxRate] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class Price(WireStruct, frozen=True, kw_only=True):
    excl_tax: float | UnsetType = UNSET
    incl_tax: float | UnsetType = UNSET
    tax_rates: TupleFrom1To5[TaxRate] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class Tariff(WireStruct, frozen=True, kw_only=True):
    tariff_id: StrTo60
    description: TupleFrom1To10[MessageContent] | UnsetType = UNSET
    currency: StrTo3
    energy: TariffEnergy | UnsetType = UNSET
    valid_from: str | UnsetType = UNSET
    charging_time: TariffTime | UnsetType = UNSET
    idle_time: TariffTime | UnsetType = UNSET
    fixed_fee: TariffFixed | UnsetType = UNSET
    reservation_time: TariffTime | UnsetType = UNSET
    reservation_fixed: TariffFixed | UnsetType = UNSET
    min_cost: Price | UnsetType = UNSET
    max_cost: Price | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class AuthorizeResponse(WireStruct, frozen=True, kw_only=True):
    id_token_info: IdTokenInfo
    certificate_status: AuthorizeCertificateStatusEnum | UnsetType = UNSET
    allowed_energy_transfer: TupleFrom1[EnergyTransferModeEnum] | UnsetType = UNSET
    tariff: Tariff | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class BatteryData(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    serial_number: StrTo50
    so_c: FloatFrom0To100
    so_h: FloatFrom0To100
    production_date: str | UnsetType = UNSET
    vendor_info: StrTo500 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class BatterySwapRequest(WireStruct, frozen=True, kw_only=True):
    battery_data: TupleFrom1[BatteryData]
    event_type: BatterySwapEventEnum
    id_token: IdToken
    request_id: Int64
    custom_data: CustomData | UnsetType = UNSET


class BatterySwapResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class Modem(WireStruct, frozen=True, kw_only=True):
    iccid: StrTo20 | UnsetType = UNSET
    imsi: StrTo20 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ChargingStation(WireStruct, frozen=True, kw_only=True):
    serial_number: StrTo25 | UnsetType = UNSET
    model: StrTo20
    modem: Modem | UnsetType = UNSET
    vendor_name: StrTo50
    firmware_version: StrTo50 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class BootNotificationRequest(WireStruct, frozen=True, kw_only=True):
    charging_station: ChargingStation
    reason: BootReasonEnum
    custom_data: CustomData | UnsetType = UNSET


class BootNotificationResponse(WireStruct, frozen=True, kw_only=True):
    current_time: str
    interval: Int64
    status: RegistrationStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CancelReservationRequest(WireStruct, frozen=True, kw_only=True):
    reservation_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class CancelReservationResponse(WireStruct, frozen=True, kw_only=True):
    status: CancelReservationStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CertificateSignedRequest(WireStruct, frozen=True, kw_only=True):
    certificate_chain: StrTo10000
    certificate_type: CertificateSigningUseEnum | UnsetType = UNSET
    request_id: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CertificateSignedResponse(WireStruct, frozen=True, kw_only=True):
    status: CertificateSignedStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class EVSE(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    connector_id: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ChangeAvailabilityRequest(WireStruct, frozen=True, kw_only=True):
    evse: EVSE | UnsetType = UNSET
    operational_status: OperationalStatusEnum
    custom_data: CustomData | UnsetType = UNSET


class ChangeAvailabilityResponse(WireStruct, frozen=True, kw_only=True):
    status: ChangeAvailabilityStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ChangeTransactionTariffRequest(WireStruct, frozen=True, kw_only=True):
    tariff: Tariff
    transaction_id: StrTo36
    custom_data: CustomData | UnsetType = UNSET


class ChangeTransactionTariffResponse(WireStruct, frozen=True, kw_only=True):
    status: TariffChangeStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearCacheRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ClearCacheResponse(WireStruct, frozen=True, kw_only=True):
    status: ClearCacheStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearChargingProfile(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0 | UnsetType = UNSET
    charging_profile_purpose: ChargingProfilePurposeEnum | UnsetType = UNSET
    stack_level: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearChargingProfileRequest(WireStruct, frozen=True, kw_only=True):
    charging_profile_id: Int64 | UnsetType = UNSET
    charging_profile_criteria: ClearChargingProfile | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearChargingProfileResponse(WireStruct, frozen=True, kw_only=True):
    status: ClearChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearDERControlRequest(WireStruct, frozen=True, kw_only=True):
    is_default: bool
    control_type: DERControlEnum | UnsetType = UNSET
    control_id: StrTo36 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearDERControlResponse(WireStruct, frozen=True, kw_only=True):
    status: DERControlStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearDisplayMessageRequest(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class ClearDisplayMessageResponse(WireStruct, frozen=True, kw_only=True):
    status: ClearMessageStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearTariffsRequest(WireStruct, frozen=True, kw_only=True):
    tariff_ids: TupleFrom1[StrTo60] | UnsetType = UNSET
    evse_id: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearTariffsResult(WireStruct, frozen=True, kw_only=True):
    status_info: StatusInfo | UnsetType = UNSET
    tariff_id: StrTo60 | UnsetType = UNSET
    status: TariffClearStatusEnum
    custom_data: CustomData | UnsetType = UNSET


class ClearTariffsResponse(WireStruct, frozen=True, kw_only=True):
    clear_tariffs_result: TupleFrom1[ClearTariffsResult]
    custom_data: CustomData | UnsetType = UNSET


class ClearVariableMonitoringRequest(WireStruct, frozen=True, kw_only=True):
    id: TupleFrom1[IntFrom0]
    custom_data: CustomData | UnsetType = UNSET


class ClearMonitoringResult(WireStruct, frozen=True, kw_only=True):
    status: ClearMonitoringStatusEnum
    id: IntFrom0
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearVariableMonitoringResponse(WireStruct, frozen=True, kw_only=True):
    clear_monitoring_result: TupleFrom1[ClearMonitoringResult]
    custom_data: CustomData | UnsetType = UNSET


class ClearedChargingLimitRequest(WireStruct, frozen=True, kw_only=True):
    charging_limit_source: StrTo20
    evse_id: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ClearedChargingLimitResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ClosePeriodicEventStreamRequest(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class ClosePeriodicEventStreamResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class CostUpdatedRequest(WireStruct, frozen=True, kw_only=True):
    total_cost: float
    transaction_id: StrTo36
    custom_data: CustomData | UnsetType = UNSET


class CostUpdatedResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class CertificateHashData(WireStruct, frozen=True, kw_only=True):
    hash_algorithm: HashAlgorithmEnum
    issuer_name_hash: StrTo128
    issuer_key_hash: StrTo128
    serial_number: StrTo40
    custom_data: CustomData | UnsetType = UNSET


class CustomerInformationRequest(WireStruct, frozen=True, kw_only=True):
    customer_certificate: CertificateHashData | UnsetType = UNSET
    id_token: IdToken | UnsetType = UNSET
    request_id: IntFrom0
    report: bool
    clear: bool
    customer_identifier: StrTo64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CustomerInformationResponse(WireStruct, frozen=True, kw_only=True):
    status: CustomerInformationStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class DataTransferRequest(WireStruct, frozen=True, kw_only=True):
    message_id: StrTo50 | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    vendor_id: StrTo255
    custom_data: CustomData | UnsetType = UNSET


class DataTransferResponse(WireStruct, frozen=True, kw_only=True):
    status: DataTransferStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class DeleteCertificateRequest(WireStruct, frozen=True, kw_only=True):
    certificate_hash_data: CertificateHashData
    custom_data: CustomData | UnsetType = UNSET


class DeleteCertificateResponse(WireStruct, frozen=True, kw_only=True):
    status: DeleteCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class FirmwareStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    status: FirmwareStatusEnum
    request_id: Int64 | UnsetType = UNSET
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class FirmwareStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class Get15118EVCertificateRequest(WireStruct, frozen=True, kw_only=True):
    iso15118_schema_version: StrTo50
    action: CertificateActionEnum
    exi_request: StrTo11000
    maximum_contract_certificate_chains: IntFrom0 | UnsetType = UNSET
    prioritized_emaids: TupleFrom1To8[StrTo255] | UnsetType = field(name="prioritizedEMAIDs", default=UNSET)
    custom_data: CustomData | UnsetType = UNSET


class Get15118EVCertificateResponse(WireStruct, frozen=True, kw_only=True):
    status: Iso15118EVCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    exi_response: StrTo17000
    remaining_contracts: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetBaseReportRequest(WireStruct, frozen=True, kw_only=True):
    request_id: Int64
    report_base: ReportBaseEnum
    custom_data: CustomData | UnsetType = UNSET


class GetBaseReportResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CertificateStatusRequestInfo(WireStruct, frozen=True, kw_only=True):
    certificate_hash_data: CertificateHashData
    source: CertificateStatusSourceEnum
    urls: TupleFrom1To5[StrTo2000]
    custom_data: CustomData | UnsetType = UNSET


class GetCertificateChainStatusRequest(WireStruct, frozen=True, kw_only=True):
    certificate_status_requests: TupleFrom1To4[CertificateStatusRequestInfo]
    custom_data: CustomData | UnsetType = UNSET


class CertificateStatus(WireStruct, frozen=True, kw_only=True):
    certificate_hash_data: CertificateHashData
    source: CertificateStatusSourceEnum
    status: CertificateStatusEnum
    next_update: str
    custom_data: CustomData | UnsetType = UNSET


class GetCertificateChainStatusResponse(WireStruct, frozen=True, kw_only=True):
    certificate_status: TupleFrom1To4[CertificateStatus]
    custom_data: CustomData | UnsetType = UNSET


class GetCertificateStatusRequest(WireStruct, frozen=True, kw_only=True):
    ocsp_request_data: OCSPRequestData
    custom_data: CustomData | UnsetType = UNSET


class GetCertificateStatusResponse(WireStruct, frozen=True, kw_only=True):
    status: GetCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    ocsp_result: StrTo18000 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ChargingProfileCriterion(WireStruct, frozen=True, kw_only=True):
    charging_profile_purpose: ChargingProfilePurposeEnum | UnsetType = UNSET
    stack_level: IntFrom0 | UnsetType = UNSET
    charging_profile_id: TupleFrom1[Int64] | UnsetType = UNSET
    charging_limit_source: TupleFrom1To4[StrTo20] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetChargingProfilesRequest(WireStruct, frozen=True, kw_only=True):
    request_id: Int64
    evse_id: IntFrom0 | UnsetType = UNSET
    charging_profile: ChargingProfileCriterion
    custom_data: CustomData | UnsetType = UNSET


class GetChargingProfilesResponse(WireStruct, frozen=True, kw_only=True):
    status: GetChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetCompositeScheduleRequest(WireStruct, frozen=True, kw_only=True):
    duration: Int64
    charging_rate_unit: ChargingRateUnitEnum | UnsetType = UNSET
    evse_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class V2XFreqWattPoint(WireStruct, frozen=True, kw_only=True):
    frequency: float
    power: float
    custom_data: CustomData | UnsetType = UNSET


class V2XSignalWattPoint(WireStruct, frozen=True, kw_only=True):
    signal: Int64
    power: float
    custom_data: CustomData | UnsetType = UNSET


class ChargingSchedulePeriod(WireStruct, frozen=True, kw_only=True):
    start_period: Int64
    limit: float | UnsetType = UNSET
    limit_l2: float | UnsetType = field(name="limit_L2", default=UNSET)
    limit_l3: float | UnsetType = field(name="limit_L3", default=UNSET)
    number_phases: IntFrom0To3 | UnsetType = UNSET
    phase_to_use: IntFrom0To3 | UnsetType = UNSET
    discharge_limit: FloatTo0 | UnsetType = UNSET
    discharge_limit_l2: FloatTo0 | UnsetType = field(name="dischargeLimit_L2", default=UNSET)
    discharge_limit_l3: FloatTo0 | UnsetType = field(name="dischargeLimit_L3", default=UNSET)
    setpoint: float | UnsetType = UNSET
    setpoint_l2: float | UnsetType = field(name="setpoint_L2", default=UNSET)
    setpoint_l3: float | UnsetType = field(name="setpoint_L3", default=UNSET)
    setpoint_reactive: float | UnsetType = UNSET
    setpoint_reactive_l2: float | UnsetType = field(name="setpointReactive_L2", default=UNSET)
    setpoint_reactive_l3: float | UnsetType = field(name="setpointReactive_L3", default=UNSET)
    preconditioning_request: bool | UnsetType = UNSET
    evse_sleep: bool | UnsetType = UNSET
    v2x_baseline: float | UnsetType = UNSET
    operation_mode: OperationModeEnum | UnsetType = UNSET
    v2x_freq_watt_curve: TupleFrom1To20[V2XFreqWattPoint] | UnsetType = UNSET
    v2x_signal_watt_curve: TupleFrom1To20[V2XSignalWattPoint] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CompositeSchedule(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    duration: Int64
    schedule_start: str
    charging_rate_unit: ChargingRateUnitEnum
    charging_schedule_period: TupleFrom1[ChargingSchedulePeriod]
    custom_data: CustomData | UnsetType = UNSET


class GetCompositeScheduleResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    schedule: CompositeSchedule | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetDERControlRequest(WireStruct, frozen=True, kw_only=True):
    request_id: Int64
    is_default: bool | UnsetType = UNSET
    control_type: DERControlEnum | UnsetType = UNSET
    control_id: StrTo36 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetDERControlResponse(WireStruct, frozen=True, kw_only=True):
    status: DERControlStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetDisplayMessagesRequest(WireStruct, frozen=True, kw_only=True):
    id: TupleFrom1[IntFrom0] | UnsetType = UNSET
    request_id: Int64
    priority: MessagePriorityEnum | UnsetType = UNSET
    state: MessageStateEnum | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetDisplayMessagesResponse(WireStruct, frozen=True, kw_only=True):
    status: GetDisplayMessagesStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetInstalledCertificateIdsRequest(WireStruct, frozen=True, kw_only=True):
    certificate_type: TupleFrom1[GetCertificateIdUseEnum] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CertificateHashDataChain(WireStruct, frozen=True, kw_only=True):
    certificate_hash_data: CertificateHashData
    certificate_type: GetCertificateIdUseEnum
    child_certificate_hash_data: TupleFrom1To4[CertificateHashData] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetInstalledCertificateIdsResponse(WireStruct, frozen=True, kw_only=True):
    status: GetInstalledCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    certificate_hash_data_chain: TupleFrom1[CertificateHashDataChain] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetLocalListVersionRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class GetLocalListVersionResponse(WireStruct, frozen=True, kw_only=True):
    version_number: Int64
    custom_data: CustomData | UnsetType = UNSET


class LogParameters(WireStruct, frozen=True, kw_only=True):
    remote_location: StrTo2000
    oldest_timestamp: str | UnsetType = UNSET
    latest_timestamp: str | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetLogRequest(WireStruct, frozen=True, kw_only=True):
    log: LogParameters
    log_type: LogEnum
    request_id: Int64
    retries: IntFrom0 | UnsetType = UNSET
    retry_interval: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetLogResponse(WireStruct, frozen=True, kw_only=True):
    status: LogStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    filename: StrTo255 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class Component(WireStruct, frozen=True, kw_only=True):
    evse: EVSE | UnsetType = UNSET
    name: StrTo50
    instance: StrTo50 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class Variable(WireStruct, frozen=True, kw_only=True):
    name: StrTo50
    instance: StrTo50 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ComponentVariable(WireStruct, frozen=True, kw_only=True):
    component: Component
    variable: Variable | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetMonitoringReportRequest(WireStruct, frozen=True, kw_only=True):
    component_variable: TupleFrom1[ComponentVariable] | UnsetType = UNSET
    request_id: Int64
    monitoring_criteria: TupleFrom1To3[MonitoringCriterionEnum] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetMonitoringReportResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetPeriodicEventStreamRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ConstantStreamData(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    params: PeriodicEventStreamParams
    variable_monitoring_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class GetPeriodicEventStreamResponse(WireStruct, frozen=True, kw_only=True):
    constant_stream_data: TupleFrom1[ConstantStreamData] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetReportRequest(WireStruct, frozen=True, kw_only=True):
    component_variable: TupleFrom1[ComponentVariable] | UnsetType = UNSET
    request_id: Int64
    component_criteria: TupleFrom1To4[ComponentCriterionEnum] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetReportResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetTariffsRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class TariffAssignment(WireStruct, frozen=True, kw_only=True):
    tariff_id: StrTo60
    tariff_kind: TariffKindEnum
    valid_from: str | UnsetType = UNSET
    evse_ids: TupleFrom1[IntFrom0] | UnsetType = UNSET
    id_tokens: TupleFrom1[StrTo255] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetTariffsResponse(WireStruct, frozen=True, kw_only=True):
    status: TariffGetStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    tariff_assignments: TupleFrom1[TariffAssignment] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetTransactionStatusRequest(WireStruct, frozen=True, kw_only=True):
    transaction_id: StrTo36 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class GetTransactionStatusResponse(WireStruct, frozen=True, kw_only=True):
    ongoing_indicator: bool | UnsetType = UNSET
    messages_in_queue: bool
    custom_data: CustomData | UnsetType = UNSET


class GetVariableData(WireStruct, frozen=True, kw_only=True):
    attribute_type: AttributeEnum | UnsetType = UNSET
    component: Component
    variable: Variable
    custom_data: CustomData | UnsetType = UNSET


class GetVariablesRequest(WireStruct, frozen=True, kw_only=True):
    get_variable_data: TupleFrom1[GetVariableData]
    custom_data: CustomData | UnsetType = UNSET


class GetVariableResult(WireStruct, frozen=True, kw_only=True):
    attribute_status: GetVariableStatusEnum
    attribute_status_info: StatusInfo | UnsetType = UNSET
    attribute_type: AttributeEnum | UnsetType = UNSET
    attribute_value: StrTo2500 | UnsetType = UNSET
    component: Component
    variable: Variable
    custom_data: CustomData | UnsetType = UNSET


class GetVariablesResponse(WireStruct, frozen=True, kw_only=True):
    get_variable_result: TupleFrom1[GetVariableResult]
    custom_data: CustomData | UnsetType = UNSET


class HeartbeatRequest(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class HeartbeatResponse(WireStruct, frozen=True, kw_only=True):
    current_time: str
    custom_data: CustomData | UnsetType = UNSET


class InstallCertificateRequest(WireStruct, frozen=True, kw_only=True):
    certificate_type: InstallCertificateUseEnum
    certificate: StrTo10000
    custom_data: CustomData | UnsetType = UNSET


class InstallCertificateResponse(WireStruct, frozen=True, kw_only=True):
    status: InstallCertificateStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class LogStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    status: UploadLogStatusEnum
    request_id: Int64 | UnsetType = UNSET
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class LogStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class SignedMeterValue(WireStruct, frozen=True, kw_only=True):
    signed_meter_data: StrTo32768
    signing_method: StrTo50 | UnsetType = UNSET
    encoding_method: StrTo50
    public_key: StrTo2500 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class UnitOfMeasure(WireStruct, frozen=True, kw_only=True):
    unit: StrTo20 | UnsetType = UNSET
    multiplier: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SampledValue(WireStruct, frozen=True, kw_only=True):
    value: float
    measurand: MeasurandEnum | UnsetType = UNSET
    context: ReadingContextEnum | UnsetType = UNSET
    phase: PhaseEnum | UnsetType = UNSET
    location: LocationEnum | UnsetType = UNSET
    signed_meter_value: SignedMeterValue | UnsetType = UNSET
    unit_of_measure: UnitOfMeasure | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class MeterValue(WireStruct, frozen=True, kw_only=True):
    sampled_value: TupleFrom1[SampledValue]
    timestamp: str
    custom_data: CustomData | UnsetType = UNSET


class MeterValuesRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    meter_value: TupleFrom1[MeterValue]
    custom_data: CustomData | UnsetType = UNSET


class MeterValuesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class NotifyAllowedEnergyTransferRequest(WireStruct, frozen=True, kw_only=True):
    transaction_id: StrTo36
    allowed_energy_transfer: TupleFrom1[EnergyTransferModeEnum]
    custom_data: CustomData | UnsetType = UNSET


class NotifyAllowedEnergyTransferResponse(WireStruct, frozen=True, kw_only=True):
    status: NotifyAllowedEnergyTransferStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class LimitAtSoC(WireStruct, frozen=True, kw_only=True):
    soc: IntFrom0To100
    limit: float
    custom_data: CustomData | UnsetType = UNSET


class RelativeTimeInterval(WireStruct, frozen=True, kw_only=True):
    start: Int64
    duration: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class Cost(WireStruct, frozen=True, kw_only=True):
    cost_kind: CostKindEnum
    amount: Int64
    amount_multiplier: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ConsumptionCost(WireStruct, frozen=True, kw_only=True):
    start_value: float
    cost: TupleFrom1To3[Cost]
    custom_data: CustomData | UnsetType = UNSET


class SalesTariffEntry(WireStruct, frozen=True, kw_only=True):
    relative_time_interval: RelativeTimeInterval
    e_price_level: IntFrom0 | UnsetType = UNSET
    consumption_cost: TupleFrom1To3[ConsumptionCost] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SalesTariff(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    sales_tariff_description: StrTo32 | UnsetType = UNSET
    num_e_price_levels: IntFrom0 | UnsetType = UNSET
    sales_tariff_entry: TupleFrom1To1024[SalesTariffEntry]
    custom_data: CustomData | UnsetType = UNSET


class RationalNumber(WireStruct, frozen=True, kw_only=True):
    exponent: Int64
    value: Int64
    custom_data: CustomData | UnsetType = UNSET


class PriceRule(WireStruct, frozen=True, kw_only=True):
    parking_fee_period: Int64 | UnsetType = UNSET
    carbon_dioxide_emission: IntFrom0 | UnsetType = UNSET
    renewable_generation_percentage: IntFrom0To100 | UnsetType = UNSET
    energy_fee: RationalNumber
    parking_fee: RationalNumber | UnsetType = UNSET
    power_range_start: RationalNumber
    custom_data: CustomData | UnsetType = UNSET


class PriceRuleStack(WireStruct, frozen=True, kw_only=True):
    duration: Int64
    price_rule: TupleFrom1To8[PriceRule]
    custom_data: CustomData | UnsetType = UNSET


class TaxRule(WireStruct, frozen=True, kw_only=True):
    tax_rule_id: IntFrom0 = field(name="taxRuleID")
    tax_rule_name: StrTo100 | UnsetType = UNSET
    tax_included_in_price: bool | UnsetType = UNSET
    applies_to_energy_fee: bool
    applies_to_parking_fee: bool
    applies_to_overstay_fee: bool
    applies_to_minimum_maximum_cost: bool
    tax_rate: RationalNumber
    custom_data: CustomData | UnsetType = UNSET


class OverstayRule(WireStruct, frozen=True, kw_only=True):
    overstay_fee: RationalNumber
    overstay_rule_description: StrTo32 | UnsetType = UNSET
    start_time: Int64
    overstay_fee_period: Int64
    custom_data: CustomData | UnsetType = UNSET


class OverstayRuleList(WireStruct, frozen=True, kw_only=True):
    overstay_power_threshold: RationalNumber | UnsetType = UNSET
    overstay_rule: TupleFrom1To5[OverstayRule]
    overstay_time_threshold: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class AdditionalSelectedServices(WireStruct, frozen=True, kw_only=True):
    service_fee: RationalNumber
    service_name: StrTo80
    custom_data: CustomData | UnsetType = UNSET


class AbsolutePriceSchedule(WireStruct, frozen=True, kw_only=True):
    time_anchor: str
    price_schedule_id: IntFrom0 = field(name="priceScheduleID")
    price_schedule_description: StrTo160 | UnsetType = UNSET
    currency: StrTo3
    language: StrTo8
    price_algorithm: StrTo2000
    minimum_cost: RationalNumber | UnsetType = UNSET
    maximum_cost: RationalNumber | UnsetType = UNSET
    price_rule_stacks: TupleFrom1To1024[PriceRuleStack]
    tax_rules: TupleFrom1To10[TaxRule] | UnsetType = UNSET
    overstay_rule_list: OverstayRuleList | UnsetType = UNSET
    additional_selected_services: TupleFrom1To5[AdditionalSelectedServices] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class PriceLevelScheduleEntry(WireStruct, frozen=True, kw_only=True):
    duration: Int64
    price_level: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class PriceLevelSchedule(WireStruct, frozen=True, kw_only=True):
    price_level_schedule_entries: TupleFrom1To100[PriceLevelScheduleEntry]
    time_anchor: str
    price_schedule_id: IntFrom0
    price_schedule_description: StrTo32 | UnsetType = UNSET
    number_of_price_levels: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class ChargingSchedule(WireStruct, frozen=True, kw_only=True):
    id: Int64
    limit_at_so_c: LimitAtSoC | UnsetType = UNSET
    start_schedule: str | UnsetType = UNSET
    duration: Int64 | UnsetType = UNSET
    charging_rate_unit: ChargingRateUnitEnum
    min_charging_rate: float | UnsetType = UNSET
    power_tolerance: float | UnsetType = UNSET
    signature_id: IntFrom0 | UnsetType = UNSET
    digest_value: StrTo88 | UnsetType = UNSET
    use_local_time: bool | UnsetType = UNSET
    charging_schedule_period: TupleFrom1To1024[ChargingSchedulePeriod]
    randomized_delay: IntFrom0 | UnsetType = UNSET
    sales_tariff: SalesTariff | UnsetType = UNSET
    absolute_price_schedule: AbsolutePriceSchedule | UnsetType = UNSET
    price_level_schedule: PriceLevelSchedule | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ChargingLimit(WireStruct, frozen=True, kw_only=True):
    charging_limit_source: StrTo20
    is_local_generation: bool | UnsetType = UNSET
    is_grid_critical: bool | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyChargingLimitRequest(WireStruct, frozen=True, kw_only=True):
    charging_schedule: TupleFrom1[ChargingSchedule] | UnsetType = UNSET
    evse_id: IntFrom0 | UnsetType = UNSET
    charging_limit: ChargingLimit
    custom_data: CustomData | UnsetType = UNSET


class NotifyChargingLimitResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class NotifyCustomerInformationRequest(WireStruct, frozen=True, kw_only=True):
    data: StrTo512
    tbc: bool | UnsetType = UNSET
    seq_no: IntFrom0
    generated_at: str
    request_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class NotifyCustomerInformationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class NotifyDERAlarmRequest(WireStruct, frozen=True, kw_only=True):
    control_type: DERControlEnum
    grid_event_fault: GridEventFaultEnum | UnsetType = UNSET
    alarm_ended: bool | UnsetType = UNSET
    timestamp: str
    extra_info: StrTo200 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyDERAlarmResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class NotifyDERStartStopRequest(WireStruct, frozen=True, kw_only=True):
    control_id: StrTo36
    started: bool
    timestamp: str
    superseded_ids: TupleFrom1To24[StrTo36] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyDERStartStopResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class MessageInfo(WireStruct, frozen=True, kw_only=True):
    display: Component | UnsetType = UNSET
    id: IntFrom0
    priority: MessagePriorityEnum
    state: MessageStateEnum | UnsetType = UNSET
    start_date_time: str | UnsetType = UNSET
    end_date_time: str | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET
    message: MessageContent
    message_extra: TupleFrom1To4[MessageContent] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyDisplayMessagesRequest(WireStruct, frozen=True, kw_only=True):
    message_info: TupleFrom1[MessageInfo] | UnsetType = UNSET
    request_id: Int64
    tbc: bool | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyDisplayMessagesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ACChargingParameters(WireStruct, frozen=True, kw_only=True):
    energy_amount: float
    ev_min_current: float
    ev_max_current: float
    ev_max_voltage: float
    custom_data: CustomData | UnsetType = UNSET


class DERChargingParameters(WireStruct, frozen=True, kw_only=True):
    ev_supported_der_control: TupleFrom1[DERControlEnum] | UnsetType = field(name="evSupportedDERControl", default=UNSET)
    ev_over_excited_max_discharge_power: float | UnsetType = UNSET
    ev_over_excited_power_factor: float | UnsetType = UNSET
    ev_under_excited_max_discharge_power: float | UnsetType = UNSET
    ev_under_excited_power_factor: float | UnsetType = UNSET
    max_apparent_power: float | UnsetType = UNSET
    max_charge_apparent_power: float | UnsetType = UNSET
    max_charge_apparent_power_l2: float | UnsetType = field(name="maxChargeApparentPower_L2", default=UNSET)
    max_charge_apparent_power_l3: float | UnsetType = field(name="maxChargeApparentPower_L3", default=UNSET)
    max_discharge_apparent_power: float | UnsetType = UNSET
    max_discharge_apparent_power_l2: float | UnsetType = field(name="maxDischargeApparentPower_L2", default=UNSET)
    max_discharge_apparent_power_l3: float | UnsetType = field(name="maxDischargeApparentPower_L3", default=UNSET)
    max_charge_reactive_power: float | UnsetType = UNSET
    max_charge_reactive_power_l2: float | UnsetType = field(name="maxChargeReactivePower_L2", default=UNSET)
    max_charge_reactive_power_l3: float | UnsetType = field(name="maxChargeReactivePower_L3", default=UNSET)
    min_charge_reactive_power: float | UnsetType = UNSET
    min_charge_reactive_power_l2: float | UnsetType = field(name="minChargeReactivePower_L2", default=UNSET)
    min_charge_reactive_power_l3: float | UnsetType = field(name="minChargeReactivePower_L3", default=UNSET)
    max_discharge_reactive_power: float | UnsetType = UNSET
    max_discharge_reactive_power_l2: float | UnsetType = field(name="maxDischargeReactivePower_L2", default=UNSET)
    max_discharge_reactive_power_l3: float | UnsetType = field(name="maxDischargeReactivePower_L3", default=UNSET)
    min_discharge_reactive_power: float | UnsetType = UNSET
    min_discharge_reactive_power_l2: float | UnsetType = field(name="minDischargeReactivePower_L2", default=UNSET)
    min_discharge_reactive_power_l3: float | UnsetType = field(name="minDischargeReactivePower_L3", default=UNSET)
    nominal_voltage: float | UnsetType = UNSET
    nominal_voltage_offset: float | UnsetType = UNSET
    max_nominal_voltage: float | UnsetType = UNSET
    min_nominal_voltage: float | UnsetType = UNSET
    ev_inverter_manufacturer: StrTo50 | UnsetType = UNSET
    ev_inverter_model: StrTo50 | UnsetType = UNSET
    ev_inverter_serial_number: StrTo50 | UnsetType = UNSET
    ev_inverter_sw_version: StrTo50 | UnsetType = UNSET
    ev_inverter_hw_version: StrTo50 | UnsetType = UNSET
    ev_islanding_detection_method: TupleFrom1[IslandingDetectionEnum] | UnsetType = UNSET
    ev_islanding_trip_time: float | UnsetType = UNSET
    ev_maximum_level1_dc_injection: float | UnsetType = field(name="evMaximumLevel1DCInjection", default=UNSET)
    ev_duration_level1_dc_injection: float | UnsetType = field(name="evDurationLevel1DCInjection", default=UNSET)
    ev_maximum_level2_dc_injection: float | UnsetType = field(name="evMaximumLevel2DCInjection", default=UNSET)
    ev_duration_level2_dc_injection: float | UnsetType = field(name="evDurationLevel2DCInjection", default=UNSET)
    ev_reactive_susceptance: float | UnsetType = UNSET
    ev_session_total_discharge_energy_available: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class EVPriceRule(WireStruct, frozen=True, kw_only=True):
    energy_fee: float
    power_range_start: float
    custom_data: CustomData | UnsetType = UNSET


class EVAbsolutePriceScheduleEntry(WireStruct, frozen=True, kw_only=True):
    duration: Int64
    ev_price_rule: TupleFrom1To8[EVPriceRule]
    custom_data: CustomData | UnsetType = UNSET


class EVAbsolutePriceSchedule(WireStruct, frozen=True, kw_only=True):
    time_anchor: str
    currency: StrTo3
    ev_absolute_price_schedule_entries: TupleFrom1To1024[EVAbsolutePriceScheduleEntry]
    price_algorithm: StrTo2000
    custom_data: CustomData | UnsetType = UNSET


class EVPowerScheduleEntry(WireStruct, frozen=True, kw_only=True):
    duration: Int64
    power: float
    custom_data: CustomData | UnsetType = UNSET


class EVPowerSchedule(WireStruct, frozen=True, kw_only=True):
    ev_power_schedule_entries: TupleFrom1To1024[EVPowerScheduleEntry]
    time_anchor: str
    custom_data: CustomData | UnsetType = UNSET


class EVEnergyOffer(WireStruct, frozen=True, kw_only=True):
    ev_absolute_price_schedule: EVAbsolutePriceSchedule | UnsetType = UNSET
    ev_power_schedule: EVPowerSchedule
    custom_data: CustomData | UnsetType = UNSET


class DCChargingParameters(WireStruct, frozen=True, kw_only=True):
    ev_max_current: float
    ev_max_voltage: float
    ev_max_power: float | UnsetType = UNSET
    ev_energy_capacity: float | UnsetType = UNSET
    energy_amount: float | UnsetType = UNSET
    state_of_charge: IntFrom0To100 | UnsetType = UNSET
    full_so_c: IntFrom0To100 | UnsetType = UNSET
    bulk_so_c: IntFrom0To100 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class V2XChargingParameters(WireStruct, frozen=True, kw_only=True):
    min_charge_power: float | UnsetType = UNSET
    min_charge_power_l2: float | UnsetType = field(name="minChargePower_L2", default=UNSET)
    min_charge_power_l3: float | UnsetType = field(name="minChargePower_L3", default=UNSET)
    max_charge_power: float | UnsetType = UNSET
    max_charge_power_l2: float | UnsetType = field(name="maxChargePower_L2", default=UNSET)
    max_charge_power_l3: float | UnsetType = field(name="maxChargePower_L3", default=UNSET)
    min_discharge_power: float | UnsetType = UNSET
    min_discharge_power_l2: float | UnsetType = field(name="minDischargePower_L2", default=UNSET)
    min_discharge_power_l3: float | UnsetType = field(name="minDischargePower_L3", default=UNSET)
    max_discharge_power: float | UnsetType = UNSET
    max_discharge_power_l2: float | UnsetType = field(name="maxDischargePower_L2", default=UNSET)
    max_discharge_power_l3: float | UnsetType = field(name="maxDischargePower_L3", default=UNSET)
    min_charge_current: float | UnsetType = UNSET
    max_charge_current: float | UnsetType = UNSET
    min_discharge_current: float | UnsetType = UNSET
    max_discharge_current: float | UnsetType = UNSET
    min_voltage: float | UnsetType = UNSET
    max_voltage: float | UnsetType = UNSET
    ev_target_energy_request: float | UnsetType = UNSET
    ev_min_energy_request: float | UnsetType = UNSET
    ev_max_energy_request: float | UnsetType = UNSET
    ev_min_v2x_energy_request: float | UnsetType = field(name="evMinV2XEnergyRequest", default=UNSET)
    ev_max_v2x_energy_request: float | UnsetType = field(name="evMaxV2XEnergyRequest", default=UNSET)
    target_so_c: IntFrom0To100 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ChargingNeeds(WireStruct, frozen=True, kw_only=True):
    ac_charging_parameters: ACChargingParameters | UnsetType = UNSET
    der_charging_parameters: DERChargingParameters | UnsetType = UNSET
    ev_energy_offer: EVEnergyOffer | UnsetType = UNSET
    requested_energy_transfer: EnergyTransferModeEnum
    dc_charging_parameters: DCChargingParameters | UnsetType = UNSET
    v2x_charging_parameters: V2XChargingParameters | UnsetType = UNSET
    available_energy_transfer: TupleFrom1[EnergyTransferModeEnum] | UnsetType = UNSET
    control_mode: ControlModeEnum | UnsetType = UNSET
    mobility_needs_mode: MobilityNeedsModeEnum | UnsetType = UNSET
    departure_time: str | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyEVChargingNeedsRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom1
    max_schedule_tuples: IntFrom0 | UnsetType = UNSET
    charging_needs: ChargingNeeds
    timestamp: str | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyEVChargingNeedsResponse(WireStruct, frozen=True, kw_only=True):
    status: NotifyEVChargingNeedsStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyEVChargingScheduleRequest(WireStruct, frozen=True, kw_only=True):
    time_base: str
    charging_schedule: ChargingSchedule
    evse_id: IntFrom1
    selected_charging_schedule_id: IntFrom0 | UnsetType = UNSET
    power_tolerance_acceptance: bool | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyEVChargingScheduleResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class EventData(WireStruct, frozen=True, kw_only=True):
    event_id: IntFrom0
    timestamp: str
    trigger: EventTriggerEnum
    cause: IntFrom0 | UnsetType = UNSET
    actual_value: StrTo2500
    tech_code: StrTo50 | UnsetType = UNSET
    tech_info: StrTo500 | UnsetType = UNSET
    cleared: bool | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET
    component: Component
    variable_monitoring_id: IntFrom0 | UnsetType = UNSET
    event_notification_type: EventNotificationEnum
    variable: Variable
    severity: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyEventRequest(WireStruct, frozen=True, kw_only=True):
    generated_at: str
    tbc: bool | UnsetType = UNSET
    seq_no: IntFrom0
    event_data: TupleFrom1[EventData]
    custom_data: CustomData | UnsetType = UNSET


class NotifyEventResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class VariableMonitoring(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    transaction: bool
    value: float
    type: MonitorEnum
    severity: IntFrom0
    event_notification_type: EventNotificationEnum
    custom_data: CustomData | UnsetType = UNSET


class MonitoringData(WireStruct, frozen=True, kw_only=True):
    component: Component
    variable: Variable
    variable_monitoring: TupleFrom1[VariableMonitoring]
    custom_data: CustomData | UnsetType = UNSET


class NotifyMonitoringReportRequest(WireStruct, frozen=True, kw_only=True):
    monitor: TupleFrom1[MonitoringData] | UnsetType = UNSET
    request_id: Int64
    tbc: bool | UnsetType = UNSET
    seq_no: IntFrom0
    generated_at: str
    custom_data: CustomData | UnsetType = UNSET


class NotifyMonitoringReportResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class StreamDataElement(WireStruct, frozen=True, kw_only=True):
    t: float
    v: StrTo2500
    custom_data: CustomData | UnsetType = UNSET


class NotifyPeriodicEventStreamRequest(WireStruct, frozen=True, kw_only=True):
    data: TupleFrom1[StreamDataElement]
    id: IntFrom0
    pending: IntFrom0
    basetime: str
    custom_data: CustomData | UnsetType = UNSET


class NotifyPriorityChargingRequest(WireStruct, frozen=True, kw_only=True):
    transaction_id: StrTo36
    activated: bool
    custom_data: CustomData | UnsetType = UNSET


class NotifyPriorityChargingResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class VariableAttribute(WireStruct, frozen=True, kw_only=True):
    type: AttributeEnum | UnsetType = UNSET
    value: StrTo2500 | UnsetType = UNSET
    mutability: MutabilityEnum | UnsetType = UNSET
    persistent: bool | UnsetType = UNSET
    constant: bool | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class VariableCharacteristics(WireStruct, frozen=True, kw_only=True):
    unit: StrTo16 | UnsetType = UNSET
    data_type: DataEnum
    min_limit: float | UnsetType = UNSET
    max_limit: float | UnsetType = UNSET
    max_elements: IntFrom1 | UnsetType = UNSET
    values_list: StrTo1000 | UnsetType = UNSET
    supports_monitoring: bool
    custom_data: CustomData | UnsetType = UNSET


class ReportData(WireStruct, frozen=True, kw_only=True):
    component: Component
    variable: Variable
    variable_attribute: TupleFrom1To4[VariableAttribute]
    variable_characteristics: VariableCharacteristics | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyReportRequest(WireStruct, frozen=True, kw_only=True):
    request_id: Int64
    generated_at: str
    report_data: TupleFrom1[ReportData] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET
    seq_no: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class NotifyReportResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class Address(WireStruct, frozen=True, kw_only=True):
    name: StrTo50
    address1: StrTo100
    address2: StrTo100 | UnsetType = UNSET
    city: StrTo100
    postal_code: StrTo20 | UnsetType = UNSET
    country: StrTo50
    custom_data: CustomData | UnsetType = UNSET


class NotifySettlementRequest(WireStruct, frozen=True, kw_only=True):
    transaction_id: StrTo36 | UnsetType = UNSET
    psp_ref: StrTo255
    status: PaymentStatusEnum
    status_info: StrTo500 | UnsetType = UNSET
    settlement_amount: float
    settlement_time: str
    receipt_id: StrTo50 | UnsetType = UNSET
    receipt_url: StrTo2000 | UnsetType = UNSET
    vat_company: Address | UnsetType = UNSET
    vat_number: StrTo20 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifySettlementResponse(WireStruct, frozen=True, kw_only=True):
    receipt_url: StrTo2000 | UnsetType = UNSET
    receipt_id: StrTo50 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class NotifyWebPaymentStartedRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    timeout: Int64
    custom_data: CustomData | UnsetType = UNSET


class NotifyWebPaymentStartedResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class OpenPeriodicEventStreamRequest(WireStruct, frozen=True, kw_only=True):
    constant_stream_data: ConstantStreamData
    custom_data: CustomData | UnsetType = UNSET


class OpenPeriodicEventStreamResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class PublishFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    location: StrTo2000
    retries: IntFrom0 | UnsetType = UNSET
    checksum: StrTo32
    request_id: IntFrom0
    retry_interval: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class PublishFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class PublishFirmwareStatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    status: PublishFirmwareStatusEnum
    location: TupleFrom1[StrTo2000] | UnsetType = UNSET
    request_id: IntFrom0 | UnsetType = UNSET
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class PublishFirmwareStatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class PullDynamicScheduleUpdateRequest(WireStruct, frozen=True, kw_only=True):
    charging_profile_id: Int64
    custom_data: CustomData | UnsetType = UNSET


class ChargingScheduleUpdate(WireStruct, frozen=True, kw_only=True):
    limit: float | UnsetType = UNSET
    limit_l2: float | UnsetType = field(name="limit_L2", default=UNSET)
    limit_l3: float | UnsetType = field(name="limit_L3", default=UNSET)
    discharge_limit: FloatTo0 | UnsetType = UNSET
    discharge_limit_l2: FloatTo0 | UnsetType = field(name="dischargeLimit_L2", default=UNSET)
    discharge_limit_l3: FloatTo0 | UnsetType = field(name="dischargeLimit_L3", default=UNSET)
    setpoint: float | UnsetType = UNSET
    setpoint_l2: float | UnsetType = field(name="setpoint_L2", default=UNSET)
    setpoint_l3: float | UnsetType = field(name="setpoint_L3", default=UNSET)
    setpoint_reactive: float | UnsetType = UNSET
    setpoint_reactive_l2: float | UnsetType = field(name="setpointReactive_L2", default=UNSET)
    setpoint_reactive_l3: float | UnsetType = field(name="setpointReactive_L3", default=UNSET)
    custom_data: CustomData | UnsetType = UNSET


class PullDynamicScheduleUpdateResponse(WireStruct, frozen=True, kw_only=True):
    schedule_update: ChargingScheduleUpdate | UnsetType = UNSET
    status: ChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ChargingProfile(WireStruct, frozen=True, kw_only=True):
    id: Int64
    stack_level: IntFrom0
    charging_profile_purpose: ChargingProfilePurposeEnum
    charging_profile_kind: ChargingProfileKindEnum
    recurrency_kind: RecurrencyKindEnum | UnsetType = UNSET
    valid_from: str | UnsetType = UNSET
    valid_to: str | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET
    max_offline_duration: Int64 | UnsetType = UNSET
    charging_schedule: TupleFrom1To3[ChargingSchedule]
    invalid_after_offline_duration: bool | UnsetType = UNSET
    dyn_update_interval: Int64 | UnsetType = UNSET
    dyn_update_time: str | UnsetType = UNSET
    price_schedule_signature: StrTo256 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ReportChargingProfilesRequest(WireStruct, frozen=True, kw_only=True):
    request_id: Int64
    charging_limit_source: StrTo20
    charging_profile: TupleFrom1[ChargingProfile]
    tbc: bool | UnsetType = UNSET
    evse_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class ReportChargingProfilesResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class DERCurvePoints(WireStruct, frozen=True, kw_only=True):
    x: float
    y: float
    custom_data: CustomData | UnsetType = UNSET


class Hysteresis(WireStruct, frozen=True, kw_only=True):
    hysteresis_high: float | UnsetType = UNSET
    hysteresis_low: float | UnsetType = UNSET
    hysteresis_delay: float | UnsetType = UNSET
    hysteresis_gradient: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ReactivePowerParams(WireStruct, frozen=True, kw_only=True):
    v_ref: float | UnsetType = UNSET
    autonomous_v_ref_enable: bool | UnsetType = UNSET
    autonomous_v_ref_time_constant: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class VoltageParams(WireStruct, frozen=True, kw_only=True):
    hv10_min_mean_value: float | UnsetType = UNSET
    hv10_min_mean_trip_delay: float | UnsetType = UNSET
    power_during_cessation: PowerDuringCessationEnum | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class DERCurve(WireStruct, frozen=True, kw_only=True):
    curve_data: TupleFrom1To10[DERCurvePoints]
    hysteresis: Hysteresis | UnsetType = UNSET
    priority: IntFrom0
    reactive_power_params: ReactivePowerParams | UnsetType = UNSET
    voltage_params: VoltageParams | UnsetType = UNSET
    y_unit: DERUnitEnum
    response_time: float | UnsetType = UNSET
    start_time: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class DERCurveGet(WireStruct, frozen=True, kw_only=True):
    curve: DERCurve
    id: StrTo36
    curve_type: DERControlEnum
    is_default: bool
    is_superseded: bool
    custom_data: CustomData | UnsetType = UNSET


class EnterService(WireStruct, frozen=True, kw_only=True):
    priority: IntFrom0
    high_voltage: float
    low_voltage: float
    high_freq: float
    low_freq: float
    delay: float | UnsetType = UNSET
    random_delay: float | UnsetType = UNSET
    ramp_rate: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class EnterServiceGet(WireStruct, frozen=True, kw_only=True):
    enter_service: EnterService
    id: StrTo36
    custom_data: CustomData | UnsetType = UNSET


class FixedPF(WireStruct, frozen=True, kw_only=True):
    priority: IntFrom0
    displacement: float
    excitation: bool
    start_time: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class FixedPFGet(WireStruct, frozen=True, kw_only=True):
    fixed_pf: FixedPF = field(name="fixedPF")
    id: StrTo36
    is_default: bool
    is_superseded: bool
    custom_data: CustomData | UnsetType = UNSET


class FixedVar(WireStruct, frozen=True, kw_only=True):
    priority: IntFrom0
    setpoint: float
    unit: DERUnitEnum
    start_time: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class FixedVarGet(WireStruct, frozen=True, kw_only=True):
    fixed_var: FixedVar
    id: StrTo36
    is_default: bool
    is_superseded: bool
    custom_data: CustomData | UnsetType = UNSET


class FreqDroop(WireStruct, frozen=True, kw_only=True):
    priority: IntFrom0
    over_freq: float
    under_freq: float
    over_droop: float
    under_droop: float
    response_time: float
    start_time: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class FreqDroopGet(WireStruct, frozen=True, kw_only=True):
    freq_droop: FreqDroop
    id: StrTo36
    is_default: bool
    is_superseded: bool
    custom_data: CustomData | UnsetType = UNSET


class Gradient(WireStruct, frozen=True, kw_only=True):
    priority: IntFrom0
    gradient: float
    soft_gradient: float
    custom_data: CustomData | UnsetType = UNSET


class GradientGet(WireStruct, frozen=True, kw_only=True):
    gradient: Gradient
    id: StrTo36
    custom_data: CustomData | UnsetType = UNSET


class LimitMaxDischarge(WireStruct, frozen=True, kw_only=True):
    priority: IntFrom0
    pct_max_discharge_power: float | UnsetType = UNSET
    power_monitoring_must_trip: DERCurve | UnsetType = UNSET
    start_time: str | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class LimitMaxDischargeGet(WireStruct, frozen=True, kw_only=True):
    id: StrTo36
    is_default: bool
    is_superseded: bool
    limit_max_discharge: LimitMaxDischarge
    custom_data: CustomData | UnsetType = UNSET


class ReportDERControlRequest(WireStruct, frozen=True, kw_only=True):
    curve: TupleFrom1To24[DERCurveGet] | UnsetType = UNSET
    enter_service: TupleFrom1To24[EnterServiceGet] | UnsetType = UNSET
    fixed_pf_absorb: TupleFrom1To24[FixedPFGet] | UnsetType = field(name="fixedPFAbsorb", default=UNSET)
    fixed_pf_inject: TupleFrom1To24[FixedPFGet] | UnsetType = field(name="fixedPFInject", default=UNSET)
    fixed_var: TupleFrom1To24[FixedVarGet] | UnsetType = UNSET
    freq_droop: TupleFrom1To24[FreqDroopGet] | UnsetType = UNSET
    gradient: TupleFrom1To24[GradientGet] | UnsetType = UNSET
    limit_max_discharge: TupleFrom1To24[LimitMaxDischargeGet] | UnsetType = UNSET
    request_id: Int64
    tbc: bool | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ReportDERControlResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class RequestBatterySwapRequest(WireStruct, frozen=True, kw_only=True):
    id_token: IdToken
    request_id: Int64
    custom_data: CustomData | UnsetType = UNSET


class RequestBatterySwapResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class RequestStartTransactionRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom1 | UnsetType = UNSET
    group_id_token: IdToken | UnsetType = UNSET
    id_token: IdToken
    remote_start_id: Int64
    charging_profile: ChargingProfile | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class RequestStartTransactionResponse(WireStruct, frozen=True, kw_only=True):
    status: RequestStartStopStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    transaction_id: StrTo36 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class RequestStopTransactionRequest(WireStruct, frozen=True, kw_only=True):
    transaction_id: StrTo36
    custom_data: CustomData | UnsetType = UNSET


class RequestStopTransactionResponse(WireStruct, frozen=True, kw_only=True):
    status: RequestStartStopStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ReservationStatusUpdateRequest(WireStruct, frozen=True, kw_only=True):
    reservation_id: IntFrom0
    reservation_update_status: ReservationUpdateStatusEnum
    custom_data: CustomData | UnsetType = UNSET


class ReservationStatusUpdateResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class ReserveNowRequest(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0
    expiry_date_time: str
    connector_type: StrTo20 | UnsetType = UNSET
    id_token: IdToken
    evse_id: IntFrom0 | UnsetType = UNSET
    group_id_token: IdToken | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ReserveNowResponse(WireStruct, frozen=True, kw_only=True):
    status: ReserveNowStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ResetRequest(WireStruct, frozen=True, kw_only=True):
    type: ResetEnum
    evse_id: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class ResetResponse(WireStruct, frozen=True, kw_only=True):
    status: ResetStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SecurityEventNotificationRequest(WireStruct, frozen=True, kw_only=True):
    type: StrTo50
    timestamp: str
    tech_info: StrTo255 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SecurityEventNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class AuthorizationData(WireStruct, frozen=True, kw_only=True):
    id_token: IdToken
    id_token_info: IdTokenInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SendLocalListRequest(WireStruct, frozen=True, kw_only=True):
    local_authorization_list: TupleFrom1[AuthorizationData] | UnsetType = UNSET
    version_number: Int64
    update_type: UpdateEnum
    custom_data: CustomData | UnsetType = UNSET


class SendLocalListResponse(WireStruct, frozen=True, kw_only=True):
    status: SendLocalListStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetChargingProfileRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    charging_profile: ChargingProfile
    custom_data: CustomData | UnsetType = UNSET


class SetChargingProfileResponse(WireStruct, frozen=True, kw_only=True):
    status: ChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetDERControlRequest(WireStruct, frozen=True, kw_only=True):
    is_default: bool
    control_id: StrTo36
    control_type: DERControlEnum
    curve: DERCurve | UnsetType = UNSET
    enter_service: EnterService | UnsetType = UNSET
    fixed_pf_absorb: FixedPF | UnsetType = field(name="fixedPFAbsorb", default=UNSET)
    fixed_pf_inject: FixedPF | UnsetType = field(name="fixedPFInject", default=UNSET)
    fixed_var: FixedVar | UnsetType = UNSET
    freq_droop: FreqDroop | UnsetType = UNSET
    gradient: Gradient | UnsetType = UNSET
    limit_max_discharge: LimitMaxDischarge | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetDERControlResponse(WireStruct, frozen=True, kw_only=True):
    status: DERControlStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    superseded_ids: TupleFrom1To24[StrTo36] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetDefaultTariffRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    tariff: Tariff
    custom_data: CustomData | UnsetType = UNSET


class SetDefaultTariffResponse(WireStruct, frozen=True, kw_only=True):
    status: TariffSetStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetDisplayMessageRequest(WireStruct, frozen=True, kw_only=True):
    message: MessageInfo
    custom_data: CustomData | UnsetType = UNSET


class SetDisplayMessageResponse(WireStruct, frozen=True, kw_only=True):
    status: DisplayMessageStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetMonitoringBaseRequest(WireStruct, frozen=True, kw_only=True):
    monitoring_base: MonitoringBaseEnum
    custom_data: CustomData | UnsetType = UNSET


class SetMonitoringBaseResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericDeviceModelStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetMonitoringLevelRequest(WireStruct, frozen=True, kw_only=True):
    severity: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class SetMonitoringLevelResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class APN(WireStruct, frozen=True, kw_only=True):
    apn: StrTo2000
    apn_user_name: StrTo50 | UnsetType = UNSET
    apn_password: StrTo64 | UnsetType = UNSET
    sim_pin: Int64 | UnsetType = UNSET
    preferred_network: StrTo6 | UnsetType = UNSET
    use_only_preferred_network: bool | UnsetType = UNSET
    apn_authentication: APNAuthenticationEnum
    custom_data: CustomData | UnsetType = UNSET


class VPN(WireStruct, frozen=True, kw_only=True):
    server: StrTo2000
    user: StrTo50
    group: StrTo50 | UnsetType = UNSET
    password: StrTo64
    key: StrTo255
    type: VPNEnum
    custom_data: CustomData | UnsetType = UNSET


class NetworkConnectionProfile(WireStruct, frozen=True, kw_only=True):
    apn: APN | UnsetType = UNSET
    ocpp_version: OCPPVersionEnum | UnsetType = UNSET
    ocpp_interface: OCPPInterfaceEnum
    ocpp_transport: OCPPTransportEnum
    message_timeout: Int64
    ocpp_csms_url: StrTo2000
    security_profile: IntFrom0
    identity: StrTo48 | UnsetType = UNSET
    basic_auth_password: StrTo64 | UnsetType = UNSET
    vpn: VPN | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetNetworkProfileRequest(WireStruct, frozen=True, kw_only=True):
    configuration_slot: Int64
    connection_data: NetworkConnectionProfile
    custom_data: CustomData | UnsetType = UNSET


class SetNetworkProfileResponse(WireStruct, frozen=True, kw_only=True):
    status: SetNetworkProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SetMonitoringData(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0 | UnsetType = UNSET
    periodic_event_stream: PeriodicEventStreamParams | UnsetType = UNSET
    transaction: bool | UnsetType = UNSET
    value: float
    type: MonitorEnum
    severity: IntFrom0
    component: Component
    variable: Variable
    custom_data: CustomData | UnsetType = UNSET


class SetVariableMonitoringRequest(WireStruct, frozen=True, kw_only=True):
    set_monitoring_data: TupleFrom1[SetMonitoringData]
    custom_data: CustomData | UnsetType = UNSET


class SetMonitoringResult(WireStruct, frozen=True, kw_only=True):
    id: IntFrom0 | UnsetType = UNSET
    status_info: StatusInfo | UnsetType = UNSET
    status: SetMonitoringStatusEnum
    type: MonitorEnum
    component: Component
    variable: Variable
    severity: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class SetVariableMonitoringResponse(WireStruct, frozen=True, kw_only=True):
    set_monitoring_result: TupleFrom1[SetMonitoringResult]
    custom_data: CustomData | UnsetType = UNSET


class SetVariableData(WireStruct, frozen=True, kw_only=True):
    attribute_type: AttributeEnum | UnsetType = UNSET
    attribute_value: StrTo2500
    component: Component
    variable: Variable
    custom_data: CustomData | UnsetType = UNSET


class SetVariablesRequest(WireStruct, frozen=True, kw_only=True):
    set_variable_data: TupleFrom1[SetVariableData]
    custom_data: CustomData | UnsetType = UNSET


class SetVariableResult(WireStruct, frozen=True, kw_only=True):
    attribute_type: AttributeEnum | UnsetType = UNSET
    attribute_status: SetVariableStatusEnum
    attribute_status_info: StatusInfo | UnsetType = UNSET
    component: Component
    variable: Variable
    custom_data: CustomData | UnsetType = UNSET


class SetVariablesResponse(WireStruct, frozen=True, kw_only=True):
    set_variable_result: TupleFrom1[SetVariableResult]
    custom_data: CustomData | UnsetType = UNSET


class SignCertificateRequest(WireStruct, frozen=True, kw_only=True):
    csr: StrTo5500
    certificate_type: CertificateSigningUseEnum | UnsetType = UNSET
    hash_root_certificate: CertificateHashData | UnsetType = UNSET
    request_id: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class SignCertificateResponse(WireStruct, frozen=True, kw_only=True):
    status: GenericStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class StatusNotificationRequest(WireStruct, frozen=True, kw_only=True):
    timestamp: str
    connector_status: ConnectorStatusEnum
    evse_id: IntFrom0
    connector_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class StatusNotificationResponse(WireStruct, frozen=True, kw_only=True):
    custom_data: CustomData | UnsetType = UNSET


class CostDimension(WireStruct, frozen=True, kw_only=True):
    type: CostDimensionEnum
    volume: float
    custom_data: CustomData | UnsetType = UNSET


class ChargingPeriod(WireStruct, frozen=True, kw_only=True):
    dimensions: TupleFrom1[CostDimension] | UnsetType = UNSET
    tariff_id: StrTo60 | UnsetType = UNSET
    start_period: str
    custom_data: CustomData | UnsetType = UNSET


class TotalPrice(WireStruct, frozen=True, kw_only=True):
    excl_tax: float | UnsetType = UNSET
    incl_tax: float | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TotalCost(WireStruct, frozen=True, kw_only=True):
    currency: StrTo3
    type_of_cost: TariffCostEnum
    fixed: Price | UnsetType = UNSET
    energy: Price | UnsetType = UNSET
    charging_time: Price | UnsetType = UNSET
    idle_time: Price | UnsetType = UNSET
    reservation_time: Price | UnsetType = UNSET
    reservation_fixed: Price | UnsetType = UNSET
    total: TotalPrice
    custom_data: CustomData | UnsetType = UNSET


class TotalUsage(WireStruct, frozen=True, kw_only=True):
    energy: float
    charging_time: Int64
    idle_time: Int64
    reservation_time: Int64 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class CostDetails(WireStruct, frozen=True, kw_only=True):
    charging_periods: TupleFrom1[ChargingPeriod] | UnsetType = UNSET
    total_cost: TotalCost
    total_usage: TotalUsage
    failure_to_calculate: bool | UnsetType = UNSET
    failure_reason: StrTo500 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TransactionLimit(WireStruct, frozen=True, kw_only=True):
    max_cost: float | UnsetType = UNSET
    max_energy: float | UnsetType = UNSET
    max_time: Int64 | UnsetType = UNSET
    max_so_c: IntFrom0To100 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class Transaction(WireStruct, frozen=True, kw_only=True):
    transaction_id: StrTo36
    charging_state: ChargingStateEnum | UnsetType = UNSET
    time_spent_charging: Int64 | UnsetType = UNSET
    stopped_reason: ReasonEnum | UnsetType = UNSET
    remote_start_id: Int64 | UnsetType = UNSET
    operation_mode: OperationModeEnum | UnsetType = UNSET
    tariff_id: StrTo60 | UnsetType = UNSET
    transaction_limit: TransactionLimit | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TransactionEventRequest(WireStruct, frozen=True, kw_only=True):
    cost_details: CostDetails | UnsetType = UNSET
    event_type: TransactionEventEnum
    meter_value: TupleFrom1[MeterValue] | UnsetType = UNSET
    timestamp: str
    trigger_reason: TriggerReasonEnum
    seq_no: IntFrom0
    offline: bool | UnsetType = UNSET
    number_of_phases_used: IntFrom0To3 | UnsetType = UNSET
    cable_max_current: Int64 | UnsetType = UNSET
    reservation_id: IntFrom0 | UnsetType = UNSET
    preconditioning_status: PreconditioningStatusEnum | UnsetType = UNSET
    evse_sleep: bool | UnsetType = UNSET
    transaction_info: Transaction
    evse: EVSE | UnsetType = UNSET
    id_token: IdToken | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TransactionEventResponse(WireStruct, frozen=True, kw_only=True):
    total_cost: float | UnsetType = UNSET
    charging_priority: Int64 | UnsetType = UNSET
    id_token_info: IdTokenInfo | UnsetType = UNSET
    transaction_limit: TransactionLimit | UnsetType = UNSET
    updated_personal_message: MessageContent | UnsetType = UNSET
    updated_personal_message_extra: TupleFrom1To4[MessageContent] | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TriggerMessageRequest(WireStruct, frozen=True, kw_only=True):
    evse: EVSE | UnsetType = UNSET
    requested_message: MessageTriggerEnum
    custom_trigger: StrTo50 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class TriggerMessageResponse(WireStruct, frozen=True, kw_only=True):
    status: TriggerMessageStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class UnlockConnectorRequest(WireStruct, frozen=True, kw_only=True):
    evse_id: IntFrom0
    connector_id: IntFrom0
    custom_data: CustomData | UnsetType = UNSET


class UnlockConnectorResponse(WireStruct, frozen=True, kw_only=True):
    status: UnlockStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class UnpublishFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    checksum: StrTo32
    custom_data: CustomData | UnsetType = UNSET


class UnpublishFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    status: UnpublishFirmwareStatusEnum
    custom_data: CustomData | UnsetType = UNSET


class UpdateDynamicScheduleRequest(WireStruct, frozen=True, kw_only=True):
    charging_profile_id: Int64
    schedule_update: ChargingScheduleUpdate
    custom_data: CustomData | UnsetType = UNSET


class UpdateDynamicScheduleResponse(WireStruct, frozen=True, kw_only=True):
    status: ChargingProfileStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class Firmware(WireStruct, frozen=True, kw_only=True):
    location: StrTo2000
    retrieve_date_time: str
    install_date_time: str | UnsetType = UNSET
    signing_certificate: StrTo5500 | UnsetType = UNSET
    signature: StrTo800 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class UpdateFirmwareRequest(WireStruct, frozen=True, kw_only=True):
    retries: IntFrom0 | UnsetType = UNSET
    retry_interval: Int64 | UnsetType = UNSET
    request_id: Int64
    firmware: Firmware
    custom_data: CustomData | UnsetType = UNSET


class UpdateFirmwareResponse(WireStruct, frozen=True, kw_only=True):
    status: UpdateFirmwareStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class UsePriorityChargingRequest(WireStruct, frozen=True, kw_only=True):
    transaction_id: StrTo36
    activate: bool
    custom_data: CustomData | UnsetType = UNSET


class UsePriorityChargingResponse(WireStruct, frozen=True, kw_only=True):
    status: PriorityChargingStatusEnum
    status_info: StatusInfo | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class VatNumberValidationRequest(WireStruct, frozen=True, kw_only=True):
    vat_number: StrTo20
    evse_id: IntFrom0 | UnsetType = UNSET
    custom_data: CustomData | UnsetType = UNSET


class VatNumberValidationResponse(WireStruct, frozen=True, kw_only=True):
    company: Address | UnsetType = UNSET
    status_info: StatusInfo | UnsetType = UNSET
    vat_number: StrTo20
    evse_id: IntFrom0 | UnsetType = UNSET
    status: GenericStatusEnum
    custom_data: CustomData | UnsetType = UNSET


ACTIONS: Mapping[str, tuple[type[Struct], type[Struct]]] = {
    "AFRRSignal": (AFRRSignalRequest, AFRRSignalResponse),
    "AdjustPeriodicEventStream": (AdjustPeriodicEventStreamRequest, AdjustPeriodicEventStreamResponse),
    "Authorize": (AuthorizeRequest, AuthorizeResponse),
    "BatterySwap": (BatterySwapRequest, BatterySwapResponse),
    "BootNotification": (BootNotificationRequest, BootNotificationResponse),
    "CancelReservation": (CancelReservationRequest, CancelReservationResponse),
    "CertificateSigned": (CertificateSignedRequest, CertificateSignedResponse),
    "ChangeAvailability": (ChangeAvailabilityRequest, ChangeAvailabilityResponse),
    "ChangeTransactionTariff": (ChangeTransactionTariffRequest, ChangeTransactionTariffResponse),
    "ClearCache": (ClearCacheRequest, ClearCacheResponse),
    "ClearChargingProfile": (ClearChargingProfileRequest, ClearChargingProfileResponse),
    "ClearDERControl": (ClearDERControlRequest, ClearDERControlResponse),
    "ClearDisplayMessage": (ClearDisplayMessageRequest, ClearDisplayMessageResponse),
    "ClearTariffs": (ClearTariffsRequest, ClearTariffsResponse),
    "ClearVariableMonitoring": (ClearVariableMonitoringRequest, ClearVariableMonitoringResponse),
    "ClearedChargingLimit": (ClearedChargingLimitRequest, ClearedChargingLimitResponse),
    "ClosePeriodicEventStream": (ClosePeriodicEventStreamRequest, ClosePeriodicEventStreamResponse),
    "CostUpdated": (CostUpdatedRequest, CostUpdatedResponse),
    "CustomerInformation": (CustomerInformationRequest, CustomerInformationResponse),
    "DataTransfer": (DataTransferRequest, DataTransferResponse),
    "DeleteCertificate": (DeleteCertificateRequest, DeleteCertificateResponse),
    "FirmwareStatusNotification": (FirmwareStatusNotificationRequest, FirmwareStatusNotificationResponse),
    "Get15118EVCertificate": (Get15118EVCertificateRequest, Get15118EVCertificateResponse),
    "GetBaseReport": (GetBaseReportRequest, GetBaseReportResponse),
    "GetCertificateChainStatus": (GetCertificateChainStatusRequest, GetCertificateChainStatusResponse),
    "GetCertificateStatus": (GetCertificateStatusRequest, GetCertificateStatusResponse),
    "GetChargingProfiles": (GetChargingProfilesRequest, GetChargingProfilesResponse),
    "GetCompositeSchedule": (GetCompositeScheduleRequest, GetCompositeScheduleResponse),
    "GetDERControl": (GetDERControlRequest, GetDERControlResponse),
    "GetDisplayMessages": (GetDisplayMessagesRequest, GetDisplayMessagesResponse),
    "GetInstalledCertificateIds": (GetInstalledCertificateIdsRequest, GetInstalledCertificateIdsResponse),
    "GetLocalListVersion": (GetLocalListVersionRequest, GetLocalListVersionResponse),
    "GetLog": (GetLogRequest, GetLogResponse),
    "GetMonitoringReport": (GetMonitoringReportRequest, GetMonitoringReportResponse),
    "GetPeriodicEventStream": (GetPeriodicEventStreamRequest, GetPeriodicEventStreamResponse),
    "GetReport": (GetReportRequest, GetReportResponse),
    "GetTariffs": (GetTariffsRequest, GetTariffsResponse),
    "GetTransactionStatus": (GetTransactionStatusRequest, GetTransactionStatusResponse),
    "GetVariables": (GetVariablesRequest, GetVariablesResponse),
    "Heartbeat": (HeartbeatRequest, HeartbeatResponse),
    "InstallCertificate": (InstallCertificateRequest, InstallCertificateResponse),
    "LogStatusNotification": (LogStatusNotificationRequest, LogStatusNotificationResponse),
    "MeterValues": (MeterValuesRequest, MeterValuesResponse),
    "NotifyAllowedEnergyTransfer": (NotifyAllowedEnergyTransferRequest, NotifyAllowedEnergyTransferResponse),
    "NotifyChargingLimit": (NotifyChargingLimitRequest, NotifyChargingLimitResponse),
    "NotifyCustomerInformation": (NotifyCustomerInformationRequest, NotifyCustomerInformationResponse),
    "NotifyDERAlarm": (NotifyDERAlarmRequest, NotifyDERAlarmResponse),
    "NotifyDERStartStop": (NotifyDERStartStopRequest, NotifyDERStartStopResponse),
    "NotifyDisplayMessages": (NotifyDisplayMessagesRequest, NotifyDisplayMessagesResponse),
    "NotifyEVChargingNeeds": (NotifyEVChargingNeedsRequest, NotifyEVChargingNeedsResponse),
    "NotifyEVChargingSchedule": (NotifyEVChargingScheduleRequest, NotifyEVChargingScheduleResponse),
    "NotifyEvent": (NotifyEventRequest, NotifyEventResponse),
    "NotifyMonitoringReport": (NotifyMonitoringReportRequest, NotifyMonitoringReportResponse),
    "NotifyPriorityCharging": (NotifyPriorityChargingRequest, NotifyPriorityChargingResponse),
    "NotifyReport": (NotifyReportRequest, NotifyReportResponse),
    "NotifySettlement": (NotifySettlementRequest, NotifySettlementResponse),
    "NotifyWebPaymentStarted": (NotifyWebPaymentStartedRequest, NotifyWebPaymentStartedResponse),
    "OpenPeriodicEventStream": (OpenPeriodicEventStreamRequest, OpenPeriodicEventStreamResponse),
    "PublishFirmware": (PublishFirmwareRequest, PublishFirmwareResponse),
    "PublishFirmwareStatusNotification": (PublishFirmwareStatusNotificationRequest, PublishFirmwareStatusNotificationResponse),
    "PullDynamicScheduleUpdate": (PullDynamicScheduleUpdateRequest, PullDynamicScheduleUpdateResponse),
    "ReportChargingProfiles": (ReportChargingProfilesRequest, ReportChargingProfilesResponse),
    "ReportDERControl": (ReportDERControlRequest, ReportDERControlResponse),
    "RequestBatterySwap": (RequestBatterySwapRequest, RequestBatterySwapResponse),
    "RequestStartTransaction": (RequestStartTransactionRequest, RequestStartTransactionResponse),
    "RequestStopTransaction": (RequestStopTransactionRequest, RequestStopTransactionResponse),
    "ReservationStatusUpdate": (ReservationStatusUpdateRequest, ReservationStatusUpdateResponse),
    "ReserveNow": (ReserveNowRequest, ReserveNowResponse),
    "Reset": (ResetRequest, ResetResponse),
    "SecurityEventNotification": (SecurityEventNotificationRequest, SecurityEventNotificationResponse),
    "SendLocalList": (SendLocalListRequest, SendLocalListResponse),
    "SetChargingProfile": (SetChargingProfileRequest, SetChargingProfileResponse),
    "SetDERControl": (SetDERControlRequest, SetDERControlResponse),
    "SetDefaultTariff": (SetDefaultTariffRequest, SetDefaultTariffResponse),
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
    "UpdateDynamicSchedule": (UpdateDynamicScheduleRequest, UpdateDynamicScheduleResponse),
    "UpdateFirmware": (UpdateFirmwareRequest, UpdateFirmwareResponse),
    "UsePriorityCharging": (UsePriorityChargingRequest, UsePriorityChargingResponse),
    "VatNumberValidation": (VatNumberValidationRequest, VatNumberValidationResponse),
}

SENDS: Mapping[str, type[Struct]] = {
    "NotifyPeriodicEventStream": NotifyPeriodicEventStreamRequest,
}
