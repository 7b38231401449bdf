"""OCPP 2.0.1 provisioning: BootNotification, Reset, GetVariables, SetVariables."""

from msgspec import UNSET

from protocol.blocks.provisioning.messages import (
    BootNotification,
    BootReason,
    BootReply,
    GetVariables,
    Reset,
    ResetKind,
    SetVariableResult,
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
    VariableName,
    VariableResult,
    VariablesReply,
    VariableStatus,
)
from protocol.dialects.v201 import read_status_info, write_status_info
from protocol.dialects.words import given, read_timestamp, spelled
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.status import RegistrationStatus
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201


def decode_boot(request: v201.BootNotificationRequest) -> BootNotification:
    """Source: OCPP 2.0.1 B01."""
    station = request.charging_station
    return BootNotification(
        vendor=station.vendor_name,
        model=station.model,
        serial_number=given(station.serial_number),
        firmware_version=given(station.firmware_version),
        reason=BootReason(request.reason),
    )


def encode_boot(message: BootNotification) -> v201.BootNotificationRequest:
    """Source: OCPP 2.0.1 B01."""
    return v201.BootNotificationRequest(
        charging_station=v201.ChargingStation(
            vendor_name=message.vendor,
            model=message.model,
            serial_number=UNSET if message.serial_number is None else message.serial_number,
            firmware_version=UNSET if message.firmware_version is None else message.firmware_version,
        ),
        reason=spelled(message.reason),
    )


def decode_boot_reply(response: v201.BootNotificationResponse) -> BootReply:
    """What the CSMS decided."""
    return BootReply(
        status=RegistrationStatus(response.status),
        current_time=read_timestamp(response.current_time, "$.currentTime"),
        interval_s=response.interval,
    )


def encode_boot_reply(reply: BootReply) -> v201.BootNotificationResponse:
    """Source: OCPP 2.0.1 B01, B02, B03."""
    return v201.BootNotificationResponse(
        status=spelled(reply.status), current_time=format_timestamp(reply.current_time), interval=reply.interval_s
    )


def decode_reset(request: v201.ResetRequest) -> Reset:
    """Source: OCPP 2.0.1 B11, B12."""
    return Reset(kind=ResetKind(request.type), evse=given(request.evse_id))


def encode_reset(message: Reset) -> v201.ResetRequest:
    """Source: OCPP 2.0.1 B11, B12."""
    return v201.ResetRequest(type=spelled(message.kind), evse_id=UNSET if message.evse is None else message.evse)


def decode_reset_reply(response: v201.ResetResponse) -> CommandReply:
    """Accepted, Rejected or Scheduled."""
    return read_status_info(response.status, response.status_info)


def encode_reset_reply(reply: CommandReply) -> v201.ResetResponse:
    """Accepted, Rejected or Scheduled."""
    return v201.ResetResponse(status=spelled(reply.status), status_info=write_status_info(reply) or UNSET)


def decode_get_variables(request: v201.GetVariablesRequest) -> GetVariables:
    """The attribute type is Actual unless said (B06); others are a later matter and read as Actual."""
    return GetVariables(names=tuple(_read_name(item.component, item.variable) for item in request.get_variable_data))


def encode_get_variables(message: GetVariables) -> v201.GetVariablesRequest:
    """Raises NotExpressible for no name at all (B06: at least one) and for a name without a component."""
    if not message.names:
        raise NotExpressible(OcppVersion.V201, "GetVariables of every variable")
    return v201.GetVariablesRequest(
        get_variable_data=tuple(
            v201.GetVariableData(component=_write_component(name), variable=v201.Variable(name=name.variable))
            for name in message.names
        )
    )


def decode_variables(response: v201.GetVariablesResponse) -> VariablesReply:
    """One result a name."""
    return VariablesReply(
        results=tuple(
            VariableResult(
                name=_read_name(item.component, item.variable),
                status=VariableStatus(item.attribute_status),
                value=given(item.attribute_value),
            )
            for item in response.get_variable_result
        )
    )


def encode_variables(reply: VariablesReply) -> v201.GetVariablesResponse:
    """One result a name."""
    return v201.GetVariablesResponse(
        get_variable_result=tuple(
            v201.GetVariableResult(
                component=_write_component(result.name),
                variable=v201.Variable(name=result.name.variable),
                attribute_status=spelled(result.status),
                attribute_value=UNSET if result.value is None else result.value,
            )
            for result in reply.results
        )
    )


def decode_set_variables(request: v201.SetVariablesRequest) -> SetVariables:
    """Source: OCPP 2.0.1 B05. The attribute type is Actual unless said; others are a later matter."""
    return SetVariables(
        assignments=tuple(
            VariableAssignment(_read_name(item.component, item.variable), item.attribute_value)
            for item in request.set_variable_data
        )
    )


def encode_set_variables(message: SetVariables) -> v201.SetVariablesRequest:
    """Raises NotExpressible for no assignment at all, and for a name without a component."""
    if not message.assignments:
        raise NotExpressible(OcppVersion.V201, "SetVariables of no variable")
    return v201.SetVariablesRequest(
        set_variable_data=tuple(
            v201.SetVariableData(
                attribute_value=one.value,
                component=_write_component(one.name),
                variable=v201.Variable(name=one.name.variable),
            )
            for one in message.assignments
        )
    )


def decode_variables_set(response: v201.SetVariablesResponse) -> SetVariablesReply:
    """One result an assignment."""
    return SetVariablesReply(
        results=tuple(
            SetVariableResult(
                status=SetVariableStatus(item.attribute_status), name=_read_name(item.component, item.variable)
            )
            for item in response.set_variable_result
        )
    )


def encode_variables_set(reply: SetVariablesReply) -> v201.SetVariablesResponse:
    """Raises NotExpressible for a result that does not say of which variable."""
    return v201.SetVariablesResponse(set_variable_result=tuple(_write_set_result(one) for one in reply.results))


def _write_set_result(result: SetVariableResult) -> v201.SetVariableResult:
    if result.name is None:
        raise NotExpressible(OcppVersion.V201, "a result of no variable")
    return v201.SetVariableResult(
        attribute_status=spelled(result.status),
        component=_write_component(result.name),
        variable=v201.Variable(name=result.name.variable),
    )


def _read_name(component: v201.Component, variable: v201.Variable) -> VariableName:
    evse = given(component.evse)
    return VariableName(variable=variable.name, component=component.name, evse=None if evse is None else evse.id)


def _write_component(name: VariableName) -> v201.Component:
    if not name.component:
        raise NotExpressible(OcppVersion.V201, f"the variable {name.variable!r} without a component")
    return v201.Component(name=name.component, evse=UNSET if name.evse is None else v201.EVSE(id=name.evse))


ROUTES = (
    Route(
        action="BootNotification",
        direction=Direction.FROM_STATION,
        messages=(BootNotification,),
        reply=BootReply,
        request=v201.BootNotificationRequest,
        response=v201.BootNotificationResponse,
        decode_request=decode_boot,
        encode_request=encode_boot,
        decode_response=decode_boot_reply,
        encode_response=encode_boot_reply,
    ),
    Route(
        action="Reset",
        direction=Direction.FROM_CSMS,
        messages=(Reset,),
        reply=CommandReply,
        request=v201.ResetRequest,
        response=v201.ResetResponse,
        decode_request=decode_reset,
        encode_request=encode_reset,
        decode_response=decode_reset_reply,
        encode_response=encode_reset_reply,
    ),
    Route(
        action="GetVariables",
        direction=Direction.FROM_CSMS,
        messages=(GetVariables,),
        reply=VariablesReply,
        request=v201.GetVariablesRequest,
        response=v201.GetVariablesResponse,
        decode_request=decode_get_variables,
        encode_request=encode_get_variables,
        decode_response=decode_variables,
        encode_response=encode_variables,
    ),
    Route(
        action="SetVariables",
        direction=Direction.FROM_CSMS,
        messages=(SetVariables,),
        reply=SetVariablesReply,
        request=v201.SetVariablesRequest,
        response=v201.SetVariablesResponse,
        decode_request=decode_set_variables,
        encode_request=encode_set_variables,
        decode_response=decode_variables_set,
        encode_response=encode_variables_set,
    ),
)
