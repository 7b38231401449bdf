"""What generated types and attributes are called: the one place where a name of the schemas is changed.

1. A definition loses the suffix `Type`: `EVSEType` is `EVSE`, `ResetEnumType` is `ResetEnum`.
2. An attribute is the snake_case of its field, the same in every version.
3. The inline objects and enumerations of 1.6, which have no names, take theirs from `NAMELESS_16`; equal
   shapes share one name.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

# A JSON schema: any JSON object.
Schema = dict[str, Any]

# Words whose capitals do not follow camelCase.
_WORDS = {"V2X": "V2x", "EMAIDs": "Emaids"}

NAMELESS_16 = {
    "AuthorizationData": "SendLocalList.localAuthorizationList",
    "AuthorizationStatusEnum": "AuthorizeResponse.idTagInfo.status",
    "AvailabilityEnum": "ChangeAvailability.type",
    "AvailabilityStatusEnum": "ChangeAvailabilityResponse.status",
    "ChargePointErrorCodeEnum": "StatusNotification.errorCode",
    "ChargePointStatusEnum": "StatusNotification.status",
    "ChargingProfile": "SetChargingProfile.csChargingProfiles",
    "ChargingProfileKindEnum": "SetChargingProfile.csChargingProfiles.chargingProfileKind",
    "ChargingProfilePurposeEnum": "SetChargingProfile.csChargingProfiles.chargingProfilePurpose",
    "ChargingProfileStatusEnum": "SetChargingProfileResponse.status",
    "ChargingRateUnitEnum": "GetCompositeSchedule.chargingRateUnit",
    "ChargingSchedule": "SetChargingProfile.csChargingProfiles.chargingSchedule",
    "ChargingSchedulePeriod": "SetChargingProfile.csChargingProfiles.chargingSchedule.chargingSchedulePeriod",
    "ClearChargingProfileStatusEnum": "ClearChargingProfileResponse.status",
    "ConfigurationStatusEnum": "ChangeConfigurationResponse.status",
    "DataTransferStatusEnum": "DataTransferResponse.status",
    "DiagnosticsStatusEnum": "DiagnosticsStatusNotification.status",
    "FirmwareUpdateStatusEnum": "FirmwareStatusNotification.status",
    "GenericStatusEnum": "RemoteStartTransactionResponse.status",
    "IdTagInfo": "AuthorizeResponse.idTagInfo",
    "KeyValue": "GetConfigurationResponse.configurationKey",
    "LocationEnum": "MeterValues.meterValue.sampledValue.location",
    "MeasurandEnum": "MeterValues.meterValue.sampledValue.measurand",
    "MeterValue": "MeterValues.meterValue",
    "PhaseEnum": "MeterValues.meterValue.sampledValue.phase",
    "ReadingContextEnum": "MeterValues.meterValue.sampledValue.context",
    "ReasonEnum": "StopTransaction.reason",
    "RecurrencyKindEnum": "SetChargingProfile.csChargingProfiles.recurrencyKind",
    "RegistrationStatusEnum": "BootNotificationResponse.status",
    "ReservationStatusEnum": "ReserveNowResponse.status",
    "ResetEnum": "Reset.type",
    "SampledValue": "MeterValues.meterValue.sampledValue",
    "TransactionData": "StopTransaction.transactionData",
    "TransactionSampledValue": "StopTransaction.transactionData.sampledValue",
    "TransactionUnitEnum": "StopTransaction.transactionData.sampledValue.unit",
    "TriggerMessageEnum": "TriggerMessage.requestedMessage",
    "TriggerMessageStatusEnum": "TriggerMessageResponse.status",
    "UnitEnum": "MeterValues.meterValue.sampledValue.unit",
    "UnlockStatusEnum": "UnlockConnectorResponse.status",
    "UpdateEnum": "SendLocalList.updateType",
    "UpdateStatusEnum": "SendLocalListResponse.status",
    "ValueFormatEnum": "MeterValues.meterValue.sampledValue.format",
}


def message_name(file: str) -> str:
    """Name the Struct of a schema file: only the requests of 1.6 and a message without answer lack their suffix."""
    return file if file.endswith(("Request", "Response")) else f"{file}Request"


def type_name(definition: str) -> str:
    """Name the type that stands for a schema's definition."""
    return definition.removesuffix("Type")


def attribute_name(field: str) -> str:
    """Name the attribute that stands for a field: `evseId` is `evse_id`, `responderURL` is `responder_url`."""
    for word, spelled in _WORDS.items():
        field = field.replace(word, spelled)
    field = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", field)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", field).lower()


def camel_case(attribute: str) -> str:
    """Spell an attribute as `rename="camel"` does; a field that differs from it carries its name itself."""
    first, *rest = attribute.split("_")
    return first + "".join(word.capitalize() for word in rest)


def shape_of(schema: Schema) -> str:
    """Return what a schema accepts, as text: equal for two schemas that differ only in prose."""
    return json.dumps(schema, sort_keys=True)


def name_nameless_shapes(schemas: Mapping[str, Schema]) -> dict[str, str]:
    """Return shape -> name for the rows of `NAMELESS_16`, read from the schemas by file name."""
    return {shape_of(_find(schemas, place)): name for name, place in NAMELESS_16.items()}


def _find(schemas: Mapping[str, Schema], place: str) -> Schema:
    file, *fields = place.split(".")
    schema = schemas[file]
    for field in fields:
        schema = schema["properties"][field]
        schema = schema.get("items", schema)
    return schema
