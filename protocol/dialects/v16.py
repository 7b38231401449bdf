"""OCPP 1.6 words that several blocks share."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from msgspec import UNSET, UnsetType

from protocol.dialects.words import (
    given,
    in_base_unit,
    read_number,
    read_timestamp,
    spelled,
)
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import IdToken
from protocol.domain.metering import ENERGY_IMPORT_REGISTER, MeterReading, MeterValue
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

_SampleT = TypeVar("_SampleT")

ID_TAG_LENGTH = 20  # OCPP 1.6 §7.27 IdToken is a CiString20Type

# OCPP 1.6 §7.2 has five verdicts; the other five of 2.x are approximated by these rows.
_VERDICTS: Mapping[AuthorizationStatus, str] = {
    AuthorizationStatus.ACCEPTED: "Accepted",
    AuthorizationStatus.BLOCKED: "Blocked",
    AuthorizationStatus.CONCURRENT_TX: "ConcurrentTx",
    AuthorizationStatus.EXPIRED: "Expired",
    AuthorizationStatus.INVALID: "Invalid",
    AuthorizationStatus.NO_CREDIT: "Blocked",
    AuthorizationStatus.NOT_ALLOWED_TYPE_EVSE: "Blocked",
    AuthorizationStatus.NOT_AT_THIS_LOCATION: "Blocked",
    AuthorizationStatus.NOT_AT_THIS_TIME: "Blocked",
    AuthorizationStatus.UNKNOWN: "Invalid",
}

# OCPP 1.6 §7.43: without a unit an energy is in Wh; the other measurands have one unit that makes sense.
_DEFAULT_UNITS: tuple[tuple[str, str], ...] = (
    ("Energy.Reactive", "varh"),
    ("Energy", "Wh"),
    ("Power.Reactive", "var"),
    ("Power.Factor", ""),
    ("Power", "W"),
    ("Current", "A"),
    ("Voltage", "V"),
    ("Frequency", "Hz"),
    ("SoC", "Percent"),
    ("Temperature", "Celsius"),
    ("RPM", ""),
)
_UNITS = frozenset(("Wh", "varh", "W", "VA", "var", "A", "V", "K", "Celsius", "Fahrenheit", "Percent"))


def read_evse(connector_id: int) -> int | None:
    """A connector is an EVSE of its own; connector 0 is the station itself (OCPP 1.6 §3.8)."""
    return read_number(connector_id, "$.connectorId", bits=32) or None


def read_id_tag(id_tag: str) -> IdToken:
    """1.6 says nothing of a token's type."""
    return IdToken(value=id_tag)


def write_id_tag(token: IdToken) -> str:
    """Raises NotExpressible for a token of more than 20 characters."""
    if len(token.value) > ID_TAG_LENGTH:
        raise NotExpressible(OcppVersion.V16, f"an IdToken of {len(token.value)} characters")
    return token.value


def read_parent(parent_id_tag: str | UnsetType) -> IdToken | None:
    """A token's group."""
    return None if isinstance(parent_id_tag, UnsetType) else read_id_tag(parent_id_tag)


def read_id_tag_info(info: v16.IdTagInfo) -> IdTokenInfo:
    """The verdict that a station heard."""
    expiry = given(info.expiry_date)
    return IdTokenInfo(
        status=AuthorizationStatus(info.status),
        cache_until=None if expiry is None else read_timestamp(expiry, "$.idTagInfo.expiryDate"),
        group=read_parent(info.parent_id_tag),
    )


def write_id_tag_info(info: IdTokenInfo) -> v16.IdTagInfo:
    """The verdict in 1.6's five words."""
    return v16.IdTagInfo(
        status=spelled(_VERDICTS[info.status]),
        expiry_date=UNSET if info.cache_until is None else format_timestamp(info.cache_until),
        # A verdict must not be lost to its group: one that does not fit is left out, and such tokens stand alone.
        parent_id_tag=info.group.value if info.group and len(info.group.value) <= ID_TAG_LENGTH else UNSET,
    )


def read_meter_values(
    values: Iterable[v16.MeterValue] | Iterable[v16.TransactionData],
) -> tuple[MeterValue, ...]:
    """Sampled values in base units. Signed data is no number: it stays in the message log and makes no reading."""
    return tuple([_read_meter_value(value) for value in values])


def write_meter_values(values: Iterable[MeterValue]) -> tuple[v16.MeterValue, ...]:
    """Readings as 1.6 samples; a unit that 1.6 does not know (Hz) is left out."""
    return tuple(
        v16.MeterValue(
            timestamp=format_timestamp(value.measured_at),
            sampled_value=_write_samples(v16.SampledValue, value.readings),
        )
        for value in values
    )


def write_transaction_data(values: Iterable[MeterValue]) -> tuple[v16.TransactionData, ...]:
    """The same as StopTransaction carries it (OCPP 1.6 §6.49)."""
    return tuple(
        v16.TransactionData(
            timestamp=format_timestamp(value.measured_at),
            sampled_value=_write_samples(v16.TransactionSampledValue, value.readings),
        )
        for value in values
    )


def _read_meter_value(value: v16.MeterValue | v16.TransactionData) -> MeterValue:
    # Lists on the way to tuples: a generator would cost a switch of frames for every sample.
    return MeterValue(
        read_timestamp(value.timestamp, "$.meterValue.timestamp"),
        tuple([_read_sample(sample) for sample in value.sampled_value if sample.format != "SignedData"]),
    )


def _read_sample(sample: v16.SampledValue | v16.TransactionSampledValue) -> MeterReading:
    # The hottest lines of the gateway: no call but the one that calculates.
    measurand = ENERGY_IMPORT_REGISTER if sample.measurand is UNSET else sample.measurand
    unit = _default_unit(measurand) if sample.unit is UNSET else sample.unit
    value, unit = in_base_unit(sample.value, "Celsius" if unit == "Celcius" else unit)
    return MeterReading(
        value,
        unit,
        measurand,
        "Sample.Periodic" if sample.context is UNSET else sample.context,
        None if sample.phase is UNSET else sample.phase,
        "Outlet" if sample.location is UNSET else sample.location,
    )


def _write_samples(sample: Callable[..., _SampleT], readings: Iterable[MeterReading]) -> tuple[_SampleT, ...]:
    return tuple(
        [
            sample(
                value=reading.value,
                context=reading.context,
                measurand=reading.measurand,
                phase=UNSET if reading.phase is None else reading.phase,
                location=reading.location,
                unit=reading.unit if reading.unit in _UNITS else UNSET,
            )
            for reading in readings
        ]
    )


def _default_unit(measurand: str) -> str:
    return next((unit for prefix, unit in _DEFAULT_UNITS if measurand.startswith(prefix)), "")
