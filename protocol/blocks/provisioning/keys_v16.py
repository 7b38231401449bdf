"""OCPP 1.6's standard configuration keys and what their values are (OCPP 1.6 §9; Security whitepaper §2).

A station may have keys of its own, about which nothing is known here. Names are compared without regard to case.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class KeyKind(StrEnum):
    """What a value is, as text."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    LIST = "list"
    TEXT = "text"


class StandardKey(NamedTuple):
    """A key. `unit` as in names of ours (s, Wh, %); `is_readonly` where the standard leaves no choice."""

    kind: KeyKind
    unit: str = ""
    is_readonly: bool = False


def _keys(kind: KeyKind, *names: str, unit: str = "", is_readonly: bool = False) -> dict[str, StandardKey]:
    return {name.lower(): StandardKey(kind, unit, is_readonly) for name in names}


_KEYS: Mapping[str, StandardKey] = {
    **_keys(
        KeyKind.BOOLEAN,
        *("AllowOfflineTxForUnknownId", "AuthorizationCacheEnabled", "AuthorizeRemoteTxRequests"),
        *("LocalAuthorizeOffline", "LocalPreAuthorize", "LocalAuthListEnabled", "StopTransactionOnEVSideDisconnect"),
        *("StopTransactionOnInvalidId", "UnlockConnectorOnEVSideDisconnect"),
    ),
    **_keys(
        KeyKind.BOOLEAN,
        *("AdditionalRootCertificateCheck", "ConnectorSwitch3to1PhaseSupported", "ReserveConnectorZeroSupported"),
        is_readonly=True,
    ),
    **_keys(KeyKind.INTEGER, "BlinkRepeat", "ResetRetries", "SecurityProfile", "TransactionMessageAttempts"),
    **_keys(
        KeyKind.INTEGER,
        *("ClockAlignedDataInterval", "ConnectionTimeOut", "HeartbeatInterval", "MeterValueSampleInterval"),
        *("MinimumStatusDuration", "TransactionMessageRetryInterval", "WebSocketPingInterval"),
        unit="s",
    ),
    **_keys(KeyKind.INTEGER, "LightIntensity", unit="%"),
    **_keys(KeyKind.INTEGER, "MaxEnergyOnInvalidId", unit="Wh"),
    **_keys(
        KeyKind.INTEGER,
        *("CertificateSignedMaxChainSize", "CertificateStoreMaxLength", "ChargeProfileMaxStackLevel"),
        *("ChargingScheduleMaxPeriods", "ConnectorPhaseRotationMaxLength", "GetConfigurationMaxKeys"),
        *("LocalAuthListMaxLength", "MaxChargingProfilesInstalled", "MeterValuesAlignedDataMaxLength"),
        *("MeterValuesSampledDataMaxLength", "NumberOfConnectors", "SendLocalListMaxLength"),
        *("StopTxnAlignedDataMaxLength", "StopTxnSampledDataMaxLength", "SupportedFeatureProfilesMaxLength"),
        is_readonly=True,
    ),
    **_keys(
        KeyKind.LIST,
        *("ConnectorPhaseRotation", "MeterValuesAlignedData", "MeterValuesSampledData"),
        *("StopTxnAlignedData", "StopTxnSampledData"),
    ),
    **_keys(KeyKind.LIST, "ChargingScheduleAllowedChargingRateUnit", "SupportedFeatureProfiles", is_readonly=True),
    **_keys(KeyKind.TEXT, "AuthorizationKey", "CpoName"),
}


def find_standard_key(name: str) -> StandardKey | None:
    """What the standard says of a key; None for one that it does not have."""
    return _KEYS.get(name.lower())


def find_flaw(name: str, value: str) -> str | None:
    """Why a standard key cannot have this value, in a few words; None where it can, or nobody knows."""
    key = find_standard_key(name)
    if key is None:
        return None
    if key.kind is KeyKind.BOOLEAN and value.lower() not in ("true", "false"):
        return "is true or false"
    if key.kind is KeyKind.INTEGER and not (value.isascii() and value.isdigit()):
        return "is a whole number, 0 or more"
    if key.kind is KeyKind.LIST and value and any(not part.strip() for part in value.split(",")):
        return "is a list with commas, no part of it empty"
    return None
