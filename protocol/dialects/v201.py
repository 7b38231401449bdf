"""OCPP 2.0.1 words that several blocks share."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from msgspec import UNSET, UnsetType

from protocol.dialects.words import given, in_base_unit, read_timestamp, spelled
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.metering import ENERGY_IMPORT_REGISTER, MeterReading, MeterValue
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201
from protocol.wire.structs import WireStruct

_ResponseT = TypeVar("_ResponseT", bound=WireStruct)

_TOKEN_TYPES = {str(kind): kind for kind in IdTokenType}
_ID_TOKEN_LENGTH = 36  # OCPP 2.0.1 §2 IdTokenType.idToken


def read_id_token(token: v201.IdToken) -> IdToken:
    """A token with its type. 2.1 leaves the types open: one that we do not know says as little as none."""
    return IdToken(value=token.id_token, type=_TOKEN_TYPES.get(token.type, IdTokenType.UNSPECIFIED))


def write_id_token(token: IdToken) -> v201.IdToken:
    """A token of a type that 2.0.1 has. UNSPECIFIED, which only 1.6 says, becomes Central (a row of ours).

    Raises NotExpressible for a type that came later, or a value of more than 36 characters.
    """
    if token.type in {IdTokenType.DIRECT_PAYMENT, IdTokenType.EVCCID, IdTokenType.VIN}:
        raise NotExpressible(OcppVersion.V201, f"an IdToken of type {token.type}")
    if len(token.value) > _ID_TOKEN_LENGTH:
        raise NotExpressible(OcppVersion.V201, f"an IdToken of {len(token.value)} characters")
    kind = IdTokenType.CENTRAL if token.type is IdTokenType.UNSPECIFIED else token.type
    return v201.IdToken(id_token=token.value, type=spelled(kind))


def read_id_token_info(info: v201.IdTokenInfo) -> IdTokenInfo:
    """The verdict that a station heard."""
    expiry = given(info.cache_expiry_date_time)
    return IdTokenInfo(
        status=AuthorizationStatus(info.status),
        cache_until=None if expiry is None else read_timestamp(expiry, "$.idTokenInfo.cacheExpiryDateTime"),
        group=None if isinstance(info.group_id_token, UnsetType) else read_id_token(info.group_id_token),
    )


def write_id_token_info(info: IdTokenInfo) -> v201.IdTokenInfo:
    """The verdict; ours are 2.x words already."""
    return v201.IdTokenInfo(
        status=spelled(info.status),
        cache_expiry_date_time=UNSET if info.cache_until is None else format_timestamp(info.cache_until),
        group_id_token=UNSET if info.group is None else write_id_token(info.group),
    )


def read_meter_values(values: Iterable[v201.MeterValue]) -> tuple[MeterValue, ...]:
    """Sampled values in base units, their multiplier applied."""
    return tuple(
        MeterValue(
            measured_at=read_timestamp(value.timestamp, "$.meterValue.timestamp"),
            readings=tuple(_read_sample(sample) for sample in value.sampled_value),
        )
        for value in values
    )


def write_meter_values(values: Iterable[MeterValue]) -> tuple[v201.MeterValue, ...]:
    """Readings as 2.0.1 samples."""
    return tuple(
        v201.MeterValue(
            timestamp=format_timestamp(value.measured_at),
            sampled_value=tuple(_write_sample(reading) for reading in value.readings),
        )
        for value in values
    )


def read_status_info(status: str, info: v201.StatusInfo | UnsetType) -> CommandReply:
    """An answer's status with its reason, where one was given (OCPP 2.0.1 §2 StatusInfoType)."""
    if isinstance(info, UnsetType):
        return CommandReply(status=status)
    more = given(info.additional_info)
    return CommandReply(status=status, reason=info.reason_code if more is None else f"{info.reason_code}: {more}")


def write_status_info(reply: CommandReply) -> v201.StatusInfo | None:
    """The reason of an answer, cut to its 20 characters; None where there is none."""
    return v201.StatusInfo(reason_code=reply.reason[:20]) if reply.reason else None


class HasStatusInfo(Protocol):
    """A response of the wire with a status and, where the station says so, a reason."""

    @property
    def status(self) -> str:
        """The version's own word."""

    @property
    def status_info(self) -> v201.StatusInfo | UnsetType:
        """Why."""


def read_reply(response: HasStatusInfo) -> CommandReply:
    """The status, and its reason where one was given."""
    return read_status_info(response.status, response.status_info)


def reply_writer(response: Callable[..., _ResponseT]) -> Callable[[CommandReply], _ResponseT]:
    """What writes a reply's status with its reason."""

    def write_reply(reply: CommandReply) -> _ResponseT:
        return response(status=reply.status, status_info=write_status_info(reply) or UNSET)

    return write_reply


def _read_sample(sample: v201.SampledValue) -> MeterReading:
    measure = given(sample.unit_of_measure)
    unit, power = "Wh", 0  # OCPP 2.0.1 §2 UnitOfMeasureType: Wh, and ten to the power of 0
    if measure is not None:
        unit, power = given(measure.unit) or "Wh", given(measure.multiplier) or 0
    value = str(int(sample.value)) if sample.value.is_integer() else repr(sample.value)
    value, unit = in_base_unit(value, unit, power_of_ten=power)
    return MeterReading(
        value=value,
        unit=unit,
        measurand=given(sample.measurand) or ENERGY_IMPORT_REGISTER,
        context=given(sample.context) or "Sample.Periodic",
        phase=given(sample.phase),
        location=given(sample.location) or "Outlet",
    )


def _write_sample(reading: MeterReading) -> v201.SampledValue:
    return v201.SampledValue(
        value=float(reading.value),
        context=spelled(reading.context),
        measurand=spelled(reading.measurand),
        phase=UNSET if reading.phase is None else spelled(reading.phase),
        location=spelled(reading.location),
        unit_of_measure=v201.UnitOfMeasure(unit=reading.unit),
    )
