"""OCPP 1.6 provisioning: BootNotification, Reset, GetConfiguration, ChangeConfiguration."""

from collections.abc import Mapping

from msgspec import UNSET

from protocol.blocks.provisioning.messages import (
    PASSWORD_VARIABLE,
    BootNotification,
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
from protocol.dialects.words import given, read_timestamp, spelled
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.status import RegistrationStatus
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

# OCPP 1.6 §7.22 has one word for what it cannot set; 2.x tells why.
_SET_STATUSES: Mapping[str, SetVariableStatus] = {
    "Accepted": SetVariableStatus.ACCEPTED,
    "Rejected": SetVariableStatus.REJECTED,
    "RebootRequired": SetVariableStatus.REBOOT_REQUIRED,
    "NotSupported": SetVariableStatus.UNKNOWN_VARIABLE,
}
_KEY_LENGTH, _VALUE_LENGTH = 50, 500
_AUTHORIZATION_KEY = "AuthorizationKey"  # OCPP 1.6 Security whitepaper A01: bytes, written in hex
_SET_WORDS: Mapping[SetVariableStatus, str] = {
    **{status: word for word, status in _SET_STATUSES.items()},
    SetVariableStatus.UNKNOWN_COMPONENT: "NotSupported",
    SetVariableStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE: "NotSupported",
}


def decode_boot(request: v16.BootNotificationRequest) -> BootNotification:
    """1.6 gives no reason. Some stations put their serial number in the deprecated chargeBoxSerialNumber.

    An empty serial number is none.
    """
    return BootNotification(
        vendor=request.charge_point_vendor,
        model=request.charge_point_model,
        serial_number=given(request.charge_point_serial_number) or given(request.charge_box_serial_number) or None,
        firmware_version=given(request.firmware_version),
    )


def encode_boot(message: BootNotification) -> v16.BootNotificationRequest:
    """The reason is lost."""
    return v16.BootNotificationRequest(
        charge_point_vendor=message.vendor,
        charge_point_model=message.model,
        charge_point_serial_number=UNSET if message.serial_number is None else message.serial_number,
        firmware_version=UNSET if message.firmware_version is None else message.firmware_version,
    )


def decode_boot_reply(response: v16.BootNotificationResponse) -> BootReply:
    """What the CSMS decided."""
    return BootReply(
        status=RegistrationStatus(response.status),
        current_time=read_timestamp(response.current_time, "$.currentTime"),
        interval_s=response.interval,
    )


def encode_boot_reply(reply: BootReply) -> v16.BootNotificationResponse:
    """Source: OCPP 1.6 §6.4."""
    return v16.BootNotificationResponse(
        status=spelled(reply.status), current_time=format_timestamp(reply.current_time), interval=reply.interval_s
    )


def decode_reset(request: v16.ResetRequest) -> Reset:
    """Soft stops transactions gracefully and waits for nothing else: the nearest to OnIdle that 1.6 has."""
    return Reset(kind=ResetKind.IMMEDIATE if request.type == "Hard" else ResetKind.ON_IDLE)


def encode_reset(message: Reset) -> v16.ResetRequest:
    """Raises NotExpressible for one EVSE."""
    if message.evse is not None:
        raise NotExpressible(OcppVersion.V16, "a reset of one EVSE")
    if message.kind is ResetKind.IMMEDIATE_AND_RESUME:
        raise NotExpressible(OcppVersion.V16, "a reset after which transactions go on")
    return v16.ResetRequest(type="Hard" if message.kind is ResetKind.IMMEDIATE else "Soft")


def decode_reset_reply(response: v16.ResetResponse) -> CommandReply:
    """The status alone."""
    return CommandReply(status=response.status)


def encode_reset_reply(reply: CommandReply) -> v16.ResetResponse:
    """1.6 has no Scheduled: a station that will reset later accepts."""
    return v16.ResetResponse(status="Rejected" if reply.status == "Rejected" else "Accepted")


def decode_get_configuration(request: v16.GetConfigurationRequest) -> GetVariables:
    """A configuration key is a variable without a component."""
    return GetVariables(names=tuple(VariableName(key) for key in given(request.key) or ()))


def encode_get_configuration(message: GetVariables) -> v16.GetConfigurationRequest:
    """Approximation of GetVariables; components other than the empty one are not expressible."""
    for name in message.names:
        _require_key(name)
    return v16.GetConfigurationRequest(key=tuple(name.variable for name in message.names) or UNSET)


def decode_configuration(response: v16.GetConfigurationResponse) -> VariablesReply:
    """Known keys first, then those that the station does not know."""
    known = tuple(
        VariableResult(
            name=VariableName(item.key),
            status=VariableStatus.ACCEPTED,
            value=given(item.value),
            is_readonly=item.readonly,
        )
        for item in given(response.configuration_key) or ()
    )
    unknown = tuple(
        VariableResult(name=VariableName(key), status=VariableStatus.UNKNOWN_VARIABLE)
        for key in given(response.unknown_key) or ()
    )
    return VariablesReply(results=known + unknown)


def encode_configuration(reply: VariablesReply) -> v16.GetConfigurationResponse:
    """Every result that is not accepted is an unknown key."""
    return v16.GetConfigurationResponse(
        configuration_key=tuple(
            v16.KeyValue(
                key=result.name.variable,
                readonly=bool(result.is_readonly),
                value=UNSET if result.value is None else result.value,
            )
            for result in reply.results
            if result.status is VariableStatus.ACCEPTED
        ),
        unknown_key=tuple(
            result.name.variable for result in reply.results if result.status is not VariableStatus.ACCEPTED
        ),
    )


def decode_change_configuration(request: v16.ChangeConfigurationRequest) -> SetVariables:
    """Source: OCPP 1.6 §5.3, §6.9."""
    return SetVariables(assignments=(VariableAssignment(VariableName(request.key), request.value),))


def encode_change_configuration(message: SetVariables) -> v16.ChangeConfigurationRequest:
    """Raises NotExpressible for anything but one key, a component, or a text longer than 1.6 takes (§6.9)."""
    if len(message.assignments) != 1:
        raise NotExpressible(OcppVersion.V16, f"{len(message.assignments)} variables to be set at once")
    (assignment,) = message.assignments
    name = assignment.name
    if name == PASSWORD_VARIABLE:
        return v16.ChangeConfigurationRequest(key=_AUTHORIZATION_KEY, value=assignment.value.encode().hex().upper())
    _require_key(name)
    if len(name.variable) > _KEY_LENGTH or len(assignment.value) > _VALUE_LENGTH:
        raise NotExpressible(OcppVersion.V16, f"a value of {len(assignment.value)} characters for {name.variable!r}")
    return v16.ChangeConfigurationRequest(key=name.variable, value=assignment.value)


def decode_configuration_status(response: v16.ChangeConfigurationResponse) -> SetVariablesReply:
    """What became of the one key."""
    return SetVariablesReply(results=(SetVariableResult(status=_SET_STATUSES[response.status]),))


def encode_configuration_status(reply: SetVariablesReply) -> v16.ChangeConfigurationResponse:
    """What became of the one key."""
    (result,) = reply.results
    return v16.ChangeConfigurationResponse(status=spelled(_SET_WORDS[result.status]))


def _require_key(name: VariableName) -> None:
    if name.component or name.evse is not None:
        raise NotExpressible(OcppVersion.V16, f"the component {name.component!r}")
    if name != VariableName(name.variable):
        raise NotExpressible(OcppVersion.V16, f"an instance or the attribute {name.attribute} of {name.variable!r}")


ROUTES = (
    Route(
        action="BootNotification",
        direction=Direction.FROM_STATION,
        messages=(BootNotification,),
        reply=BootReply,
        request=v16.BootNotificationRequest,
        response=v16.BootNotificationResponse,
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
        request=v16.ResetRequest,
        response=v16.ResetResponse,
        decode_request=decode_reset,
        encode_request=encode_reset,
        decode_response=decode_reset_reply,
        encode_response=encode_reset_reply,
    ),
    Route(
        action="GetConfiguration",
        direction=Direction.FROM_CSMS,
        messages=(GetVariables,),
        reply=VariablesReply,
        request=v16.GetConfigurationRequest,
        response=v16.GetConfigurationResponse,
        decode_request=decode_get_configuration,
        encode_request=encode_get_configuration,
        decode_response=decode_configuration,
        encode_response=encode_configuration,
    ),
    Route(
        action="ChangeConfiguration",
        direction=Direction.FROM_CSMS,
        messages=(SetVariables,),
        reply=SetVariablesReply,
        request=v16.ChangeConfigurationRequest,
        response=v16.ChangeConfigurationResponse,
        decode_request=decode_change_configuration,
        encode_request=encode_change_configuration,
        decode_response=decode_configuration_status,
        encode_response=encode_configuration_status,
    ),
)
