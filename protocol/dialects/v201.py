"""OCPP 2.0.1 words that several blocks share."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from msgspec import UNSET, UnsetType

from protocol.dialects.words import (
    THOUSANDFOLD,
    given,
    in_base_unit,
    read_number,
    read_optional_number,
    read_timestamp,
    sent,
    spelled,
)
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import AttributeType, VariableName
from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.metering import ENERGY_IMPORT_REGISTER, MeterReading, MeterValue
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v21, v201
from protocol.wire.structs import WireStruct

_ResponseT = TypeVar("_ResponseT", bound=WireStruct)
_NONE: Mapping[str, str] = MappingProxyType({})

_TOKEN_TYPES = {str(kind): kind for kind in IdTokenType}
_PLAIN_LENGTH = 17  # a float in full; what is longer, or has an exponent, is read or refused as other units are
_SAMPLE: Callable[..., v201.SampledValue] = v201.SampledValue  # Literals to it, and a reading's words are the wire's
_ID_TOKEN_LENGTH = 36  # OCPP 2.0.1 §2 IdTokenType.idToken


def read_id_token(token: v201.IdToken | v21.IdToken) -> IdToken:
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
    # Lists on the way to tuples: a generator would cost a switch of frames for every sample.
    return tuple(
        [
            MeterValue(
                read_timestamp(value.timestamp, "$.meterValue.timestamp"),
                tuple([_read_sample(sample) for sample in value.sampled_value]),
            )
            for value in values
        ]
    )


def write_meter_values(values: Iterable[MeterValue]) -> tuple[v201.MeterValue, ...]:
    """Readings as 2.0.1 samples."""
    return tuple(
        v201.MeterValue(
            timestamp=format_timestamp(value.measured_at),
            sampled_value=tuple([_write_sample(reading) for reading in value.readings]),
        )
        for value in values
    )


def read_status_info(status: str, info: v201.StatusInfo | v21.StatusInfo | UnsetType) -> CommandReply:
    """An answer's status with its reason, where one was given (OCPP 2.0.1 §2 StatusInfoType)."""
    return CommandReply(status=status, reason=read_reason(info))


def read_reason(info: v201.StatusInfo | v21.StatusInfo | UnsetType) -> str:
    """The reason in one text; empty where none was given."""
    if isinstance(info, UnsetType):
        return ""
    more = given(info.additional_info)
    return info.reason_code if more is None else f"{info.reason_code}: {more}"


def write_status_info(reply: CommandReply) -> v201.StatusInfo | None:
    """The reason of an answer, cut to its 20 characters; None where there is none."""
    return given(write_reason(reply.reason))


def write_reason(reason: str) -> v201.StatusInfo | UnsetType:
    """A reason as it is sent, cut to its 20 characters, or not."""
    return v201.StatusInfo(reason_code=reason[:20]) if reason else UNSET


def read_variable_name(
    component: v201.Component, variable: v201.Variable | UnsetType, attribute: str | UnsetType = UNSET
) -> VariableName:
    """A variable with its component; without a variable, every one of the component. Actual is meant unless said."""
    evse = given(component.evse)
    return VariableName(
        variable="" if isinstance(variable, UnsetType) else variable.name,
        component=component.name,
        evse=None if evse is None else read_number(evse.id, "$.component.evse.id", bits=32),
        connector=None
        if evse is None
        else read_optional_number(evse.connector_id, "$.component.evse.connectorId", bits=32),
        component_instance=given(component.instance),
        instance=None if isinstance(variable, UnsetType) else given(variable.instance),
        attribute=AttributeType(given(attribute) or AttributeType.ACTUAL),
    )


def write_component(name: VariableName) -> v201.Component:
    """Raises NotExpressible for a name without a component, as only 1.6 has, and a connector without its EVSE."""
    if not name.component:
        raise NotExpressible(OcppVersion.V201, f"the variable {name.variable!r} without a component")
    if name.evse is None and name.connector is not None:
        raise NotExpressible(OcppVersion.V201, f"connector {name.connector} of no EVSE")
    evse = UNSET if name.evse is None else v201.EVSE(id=name.evse, connector_id=sent(name.connector))
    return v201.Component(name=name.component, instance=sent(name.component_instance), evse=evse)


def write_variable(name: VariableName) -> v201.Variable:
    """The variable of the component."""
    return v201.Variable(name=name.variable, instance=sent(name.instance))


def write_attribute(name: VariableName) -> Any:  # Any: a Literal of the wire or UNSET
    """The attribute that is meant; Actual is not said."""
    return UNSET if name.attribute is AttributeType.ACTUAL else spelled(name.attribute)


def read_component_variables(items: Iterable[v201.ComponentVariable] | UnsetType) -> tuple[VariableName, ...]:
    """What a report is ordered of."""
    return (
        () if isinstance(items, UnsetType) else tuple(read_variable_name(one.component, one.variable) for one in items)
    )


def write_component_variables(names: Iterable[VariableName]) -> tuple[v201.ComponentVariable, ...] | UnsetType:
    """What a report is ordered of; nothing named is nothing sent."""
    items = tuple(
        v201.ComponentVariable(
            component=write_component(name),
            variable=UNSET if name.variable == "" and name.instance is None else write_variable(name),
        )
        for name in names
    )
    return items or UNSET


def read_is_last(tbc: bool | UnsetType) -> bool:
    """Whether a part is the last one: unless it is said to be continued."""
    return not given(tbc)


def write_to_be_continued(is_last: bool) -> bool | UnsetType:
    """Said only of a part that another follows."""
    return UNSET if is_last else True


class HasStatusInfo(Protocol):
    """A response of the wire with a status and perhaps its reason."""

    @property
    def status(self) -> str:
        """The version's own word."""

    @property
    def status_info(self) -> v201.StatusInfo | v21.StatusInfo | UnsetType:
        """Why."""


def read_answer(response: HasStatusInfo) -> CommandReply:
    """The status with its reason: all that most answers say."""
    return read_status_info(response.status, response.status_info)


def answer_writer(
    response: Callable[..., _ResponseT], *, nearest: Mapping[str, str] = _NONE
) -> Callable[[CommandReply], _ResponseT]:
    """What writes a reply's status and reason; `nearest` is the word for each status that the version lacks."""

    def write_answer(reply: CommandReply) -> _ResponseT:
        status = nearest.get(reply.status, reply.status)
        return response(status=status, status_info=write_status_info(reply) or UNSET)

    return write_answer


def read_evse(evse: v201.EVSE | UnsetType) -> tuple[int | None, int | None]:
    """The EVSE and its connector, each None where it was not said; EVSE 0 is the station itself."""
    if isinstance(evse, UnsetType):
        return None, None
    return (
        read_number(evse.id, "$.evse.id", bits=32) or None,
        read_optional_number(evse.connector_id, "$.evse.connectorId", bits=32),
    )


def write_evse(evse: int | None, connector: int | None = None) -> v201.EVSE | UnsetType:
    """The place, or the station as a whole."""
    return UNSET if evse is None else v201.EVSE(id=evse, connector_id=UNSET if connector is None else connector)


def _read_sample(sample: v201.SampledValue) -> MeterReading:
    # The hottest lines of a 2.x transaction: no call but those that calculate.
    measure, number = sample.unit_of_measure, sample.value
    value = str(int(number)) if number.is_integer() else repr(number)
    unit, power = "Wh", 0  # OCPP 2.0.1 §2 UnitOfMeasureType: Wh, and ten to the power of 0
    if measure is not UNSET:
        unit = unit if measure.unit is UNSET else measure.unit or unit
        power = 0 if measure.multiplier is UNSET else measure.multiplier
    if power or unit in THOUSANDFOLD or len(value) > _PLAIN_LENGTH or "e" in value:
        value, unit = in_base_unit(value, unit, power_of_ten=power)
    return MeterReading(
        value,
        unit,
        ENERGY_IMPORT_REGISTER if sample.measurand is UNSET else sample.measurand,
        "Sample.Periodic" if sample.context is UNSET else sample.context,
        None if sample.phase is UNSET else sample.phase,
        "Outlet" if sample.location is UNSET else sample.location,
    )


def _write_sample(reading: MeterReading) -> v201.SampledValue:
    return _SAMPLE(
        value=float(reading.value),
        context=reading.context,
        measurand=reading.measurand,
        phase=UNSET if reading.phase is None else reading.phase,
        location=reading.location,
        unit_of_measure=_unit_of_measure(reading.unit),
    )


@lru_cache(maxsize=64)
def _unit_of_measure(unit: str) -> v201.UnitOfMeasure:
    return v201.UnitOfMeasure(unit=unit)
