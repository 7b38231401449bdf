"""OCPP 2.0.1 provisioning: boot, reset, variables, reports of the device model, network profiles."""

from msgspec import UNSET, UnsetType

from protocol.blocks.provisioning.messages import (
    AccessPoint,
    BootNotification,
    BootReason,
    BootReply,
    ComponentCriterion,
    GetBaseReport,
    GetReport,
    GetVariables,
    NetworkProfile,
    NotifyReport,
    ReportBase,
    Reset,
    ResetKind,
    SetNetworkProfile,
    SetVariableResult,
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
    VariableResult,
    VariablesReply,
    VariableStatus,
    Vpn,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v201 import (
    answer_writer,
    read_answer,
    read_component_variables,
    read_is_last,
    read_reason,
    read_status_info,
    read_variable_name,
    write_attribute,
    write_component,
    write_component_variables,
    write_reason,
    write_status_info,
    write_to_be_continued,
    write_variable,
)
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_number,
    read_timestamp,
    sent,
    spelled,
)
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.device_model import (
    AttributeType,
    Mutability,
    ReportedVariable,
    VariableAttribute,
    VariableCharacteristics,
)
from protocol.domain.routes import Direction, Route
from protocol.domain.status import RegistrationStatus
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v21, v201

_VALUE_LENGTH = 1000  # OCPP 2.0.1 §2 SetVariableDataType.attributeValue
_INTERFACES = frozenset(f"{kind}{number}" for kind in ("Wired", "Wireless") for number in range(4))
_VERSIONS = frozenset(("OCPP12", "OCPP15", "OCPP16", "OCPP20"))


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


def decode_reset(request: v201.ResetRequest | v21.ResetRequest) -> Reset:
    """Source: OCPP 2.0.1 B11, B12."""
    return Reset(kind=ResetKind(request.type), evse=read_optional_number(request.evse_id, "$.evseId", bits=32))


def encode_reset(message: Reset) -> v201.ResetRequest:
    """Raises NotExpressible for a reset after which transactions go on. Source: OCPP 2.0.1 B11, B12."""
    if message.kind is ResetKind.IMMEDIATE_AND_RESUME:
        raise NotExpressible(OcppVersion.V201, "a reset after which transactions go on")
    return v201.ResetRequest(type=spelled(message.kind), evse_id=UNSET if message.evse is None else message.evse)


def decode_reset_reply(response: v201.ResetResponse) -> CommandReply:
    """Accepted, Rejected or Scheduled."""
    return read_status_info(response.status, response.status_info)


def encode_reset_reply(reply: CommandReply) -> v201.ResetResponse:
    """Accepted, Rejected or Scheduled."""
    return v201.ResetResponse(status=spelled(reply.status), status_info=write_status_info(reply) or UNSET)


def decode_get_variables(request: v201.GetVariablesRequest) -> GetVariables:
    """The attribute is Actual unless said (B06)."""
    return GetVariables(
        names=tuple(
            read_variable_name(item.component, item.variable, item.attribute_type) for item in request.get_variable_data
        )
    )


def encode_get_variables(message: GetVariables) -> v201.GetVariablesRequest:
    """Raises NotExpressible for no name at all (B06: at least one) and for a name without a component."""
    if not message.names:
        raise NotExpressible(OcppVersion.V201, "GetVariables of every variable")
    return v201.GetVariablesRequest(
        get_variable_data=tuple(
            v201.GetVariableData(
                attribute_type=write_attribute(name), component=write_component(name), variable=write_variable(name)
            )
            for name in message.names
        )
    )


def decode_variables(response: v201.GetVariablesResponse) -> VariablesReply:
    """One result a name."""
    return VariablesReply(
        results=tuple(
            VariableResult(
                name=read_variable_name(item.component, item.variable, item.attribute_type),
                status=VariableStatus(item.attribute_status),
                value=given(item.attribute_value),
                reason=read_reason(item.attribute_status_info),
            )
            for item in response.get_variable_result
        )
    )


def encode_variables(reply: VariablesReply) -> v201.GetVariablesResponse:
    """One result a name."""
    return v201.GetVariablesResponse(
        get_variable_result=tuple(
            v201.GetVariableResult(
                attribute_status=spelled(result.status),
                attribute_status_info=write_reason(result.reason),
                attribute_type=write_attribute(result.name),
                attribute_value=sent(result.value),
                component=write_component(result.name),
                variable=write_variable(result.name),
            )
            for result in reply.results
        )
    )


def decode_set_variables(request: v201.SetVariablesRequest) -> SetVariables:
    """The attribute is Actual unless said (B05)."""
    return SetVariables(
        assignments=tuple(
            VariableAssignment(
                read_variable_name(item.component, item.variable, item.attribute_type), item.attribute_value
            )
            for item in request.set_variable_data
        )
    )


def encode_set_variables(message: SetVariables) -> v201.SetVariablesRequest:
    """Raises NotExpressible for nothing to set, a name without a component, and a value that 2.0.1 has no room for."""
    if not message.assignments:
        raise NotExpressible(OcppVersion.V201, "SetVariables of no variable")
    return v201.SetVariablesRequest(set_variable_data=tuple(_write_assignment(one) for one in message.assignments))


def decode_set_results(response: v201.SetVariablesResponse) -> SetVariablesReply:
    """One result an assignment."""
    return SetVariablesReply(
        results=tuple(
            SetVariableResult(
                status=SetVariableStatus(item.attribute_status),
                name=read_variable_name(item.component, item.variable, item.attribute_type),
                reason=read_reason(item.attribute_status_info),
            )
            for item in response.set_variable_result
        )
    )


def encode_set_results(reply: SetVariablesReply) -> v201.SetVariablesResponse:
    """One result an assignment. Raises NotExpressible for one that does not say of which."""
    return v201.SetVariablesResponse(set_variable_result=tuple(_write_set_result(one) for one in reply.results))


def decode_base_report(request: v201.GetBaseReportRequest) -> GetBaseReport:
    """Source: OCPP 2.0.1 B07."""
    return GetBaseReport(
        request_id=read_number(request.request_id, "$.requestId"), base=ReportBase(request.report_base)
    )


def encode_base_report(message: GetBaseReport) -> v201.GetBaseReportRequest:
    """Source: OCPP 2.0.1 B07."""
    return v201.GetBaseReportRequest(request_id=message.request_id, report_base=spelled(message.base))


def decode_report_order(request: v201.GetReportRequest) -> GetReport:
    """Source: OCPP 2.0.1 B08."""
    return GetReport(
        request_id=read_number(request.request_id, "$.requestId"),
        criteria=tuple(ComponentCriterion(word) for word in given(request.component_criteria) or ()),
        variables=read_component_variables(request.component_variable),
    )


def encode_report_order(message: GetReport) -> v201.GetReportRequest:
    """Source: OCPP 2.0.1 B08."""
    return v201.GetReportRequest(
        request_id=message.request_id,
        component_criteria=tuple(spelled(word) for word in message.criteria) or UNSET,
        component_variable=write_component_variables(message.variables),
    )


def decode_report(request: v201.NotifyReportRequest) -> NotifyReport:
    """Source: OCPP 2.0.1 B07, B08."""
    return NotifyReport(
        request_id=read_number(request.request_id, "$.requestId"),
        seq_no=read_number(request.seq_no, "$.seqNo"),
        is_last=read_is_last(request.tbc),
        generated_at=read_timestamp(request.generated_at, "$.generatedAt"),
        variables=tuple(_read_reported(item) for item in given(request.report_data) or ()),
    )


def encode_report(message: NotifyReport) -> v201.NotifyReportRequest:
    """Raises NotExpressible for a part without a number or a time."""
    if message.seq_no is None or message.generated_at is None:
        raise NotExpressible(OcppVersion.V201, "a part of a report without a number or a time")
    return v201.NotifyReportRequest(
        request_id=message.request_id,
        generated_at=format_timestamp(message.generated_at),
        report_data=tuple(_write_reported(one) for one in message.variables) or UNSET,
        tbc=write_to_be_continued(message.is_last),
        seq_no=message.seq_no,
    )


def decode_network_profile(request: v201.SetNetworkProfileRequest) -> SetNetworkProfile:
    """Source: OCPP 2.0.1 B09. 2.1 need not say an OCPP version."""
    data = request.connection_data
    profile = NetworkProfile(
        csms_url=data.ocpp_csms_url,
        security_profile=data.security_profile,
        interface=data.ocpp_interface,
        message_timeout_s=data.message_timeout,
        ocpp_version=given(data.ocpp_version) or "OCPP20",
        transport=data.ocpp_transport,
        apn=_read_access_point(data.apn),
        vpn=_read_vpn(data.vpn),
    )
    return SetNetworkProfile(slot=read_number(request.configuration_slot, "$.configurationSlot"), profile=profile)


def encode_network_profile(message: SetNetworkProfile) -> v201.SetNetworkProfileRequest:
    """Source: OCPP 2.0.1 B09. Raises NotExpressible for words that 2.0.1 does not have, and texts that are too long."""
    profile = message.profile
    if profile.interface not in _INTERFACES or profile.ocpp_version not in _VERSIONS:
        raise NotExpressible(OcppVersion.V201, f"a network profile of {profile.interface} and {profile.ocpp_version}")
    _require_room("the CSMS's address", profile.csms_url, 512)
    return v201.SetNetworkProfileRequest(
        configuration_slot=message.slot,
        connection_data=v201.NetworkConnectionProfile(
            apn=_write_access_point(profile.apn),
            ocpp_version=spelled(profile.ocpp_version),
            ocpp_transport=spelled(profile.transport),
            ocpp_csms_url=profile.csms_url,
            message_timeout=profile.message_timeout_s,
            security_profile=profile.security_profile,
            ocpp_interface=spelled(profile.interface),
            vpn=_write_vpn(profile.vpn),
        ),
    )


def _write_assignment(assignment: VariableAssignment) -> v201.SetVariableData:
    _require_room(f"a value for {assignment.name.variable!r}", assignment.value, _VALUE_LENGTH)
    return v201.SetVariableData(
        attribute_type=write_attribute(assignment.name),
        attribute_value=assignment.value,
        component=write_component(assignment.name),
        variable=write_variable(assignment.name),
    )


def _write_set_result(result: SetVariableResult) -> v201.SetVariableResult:
    if result.name is None:
        raise NotExpressible(OcppVersion.V201, "the result of an assignment without its variable")
    return v201.SetVariableResult(
        attribute_type=write_attribute(result.name),
        attribute_status=spelled(result.status),
        attribute_status_info=write_reason(result.reason),
        component=write_component(result.name),
        variable=write_variable(result.name),
    )


def _read_reported(item: v201.ReportData) -> ReportedVariable:
    return ReportedVariable(
        name=read_variable_name(item.component, item.variable),
        attributes=tuple(_read_attribute(one) for one in item.variable_attribute),
        characteristics=_read_characteristics(item.variable_characteristics),
    )


def _write_reported(variable: ReportedVariable) -> v201.ReportData:
    return v201.ReportData(
        component=write_component(variable.name),
        variable=write_variable(variable.name),
        variable_attribute=tuple(_write_attribute(one) for one in variable.attributes),
        variable_characteristics=_write_characteristics(variable.characteristics),
    )


def _read_attribute(attribute: v201.VariableAttribute) -> VariableAttribute:
    mutability = given(attribute.mutability)
    return VariableAttribute(
        type=AttributeType(given(attribute.type) or AttributeType.ACTUAL),
        value=given(attribute.value),
        mutability=None if mutability is None else Mutability(mutability),
        is_persistent=given(attribute.persistent),
        is_constant=given(attribute.constant),
    )


def _write_attribute(attribute: VariableAttribute) -> v201.VariableAttribute:
    return v201.VariableAttribute(
        type=UNSET if attribute.type is AttributeType.ACTUAL else spelled(attribute.type),
        value=sent(attribute.value),
        mutability=UNSET if attribute.mutability is None else spelled(attribute.mutability),
        persistent=sent(attribute.is_persistent),
        constant=sent(attribute.is_constant),
    )


def _read_characteristics(said: v201.VariableCharacteristics | UnsetType) -> VariableCharacteristics | None:
    if isinstance(said, UnsetType):
        return None
    return VariableCharacteristics(
        data_type=said.data_type,
        supports_monitoring=said.supports_monitoring,
        unit=given(said.unit),
        min_limit=given(said.min_limit),
        max_limit=given(said.max_limit),
        values_list=given(said.values_list),
    )


def _write_characteristics(known: VariableCharacteristics | None) -> v201.VariableCharacteristics | UnsetType:
    if known is None:
        return UNSET
    return v201.VariableCharacteristics(
        unit=sent(known.unit),
        data_type=spelled(known.data_type),
        min_limit=sent(known.min_limit),
        max_limit=sent(known.max_limit),
        values_list=sent(known.values_list),
        supports_monitoring=known.supports_monitoring,
    )


def _read_access_point(apn: v201.APN | UnsetType) -> AccessPoint | None:
    if isinstance(apn, UnsetType):
        return None
    return AccessPoint(
        apn=apn.apn,
        authentication=apn.apn_authentication,
        user_name=given(apn.apn_user_name),
        apn_password=given(apn.apn_password),
        sim_pin=given(apn.sim_pin),
        preferred_network=given(apn.preferred_network),
        use_only_preferred_network=given(apn.use_only_preferred_network),
    )


def _write_access_point(apn: AccessPoint | None) -> v201.APN | UnsetType:
    if apn is None:
        return UNSET
    _require_room("the access point's user", apn.user_name or "", 20)
    _require_room("the access point's password", apn.apn_password or "", 20)
    return v201.APN(
        apn=apn.apn,
        apn_user_name=sent(apn.user_name),
        apn_password=sent(apn.apn_password),
        sim_pin=sent(apn.sim_pin),
        preferred_network=sent(apn.preferred_network),
        use_only_preferred_network=sent(apn.use_only_preferred_network),
        apn_authentication=spelled(apn.authentication),
    )


def _read_vpn(vpn: v201.VPN | UnsetType) -> Vpn | None:
    if isinstance(vpn, UnsetType):
        return None
    return Vpn(
        server=vpn.server,
        user=vpn.user,
        password=vpn.password,
        key=vpn.key,
        type=vpn.type,
        group=given(vpn.group),
    )


def _write_vpn(vpn: Vpn | None) -> v201.VPN | UnsetType:
    if vpn is None:
        return UNSET
    for what, text in (("user", vpn.user), ("password", vpn.password), ("group", vpn.group or "")):
        _require_room(f"the VPN's {what}", text, 20)
    return v201.VPN(
        server=vpn.server,
        user=vpn.user,
        group=sent(vpn.group),
        password=vpn.password,
        key=vpn.key,
        type=spelled(vpn.type),
    )


def _require_room(what: str, text: str, length: int) -> None:
    if len(text) > length:
        raise NotExpressible(OcppVersion.V201, f"{len(text)} characters for {what}, where {length} have room")


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
        decode_response=decode_set_results,
        encode_response=encode_set_results,
    ),
    Route(
        action="GetBaseReport",
        direction=Direction.FROM_CSMS,
        messages=(GetBaseReport,),
        reply=CommandReply,
        request=v201.GetBaseReportRequest,
        response=v201.GetBaseReportResponse,
        decode_request=decode_base_report,
        encode_request=encode_base_report,
        decode_response=read_answer,
        encode_response=answer_writer(v201.GetBaseReportResponse),
    ),
    Route(
        action="GetReport",
        direction=Direction.FROM_CSMS,
        messages=(GetReport,),
        reply=CommandReply,
        request=v201.GetReportRequest,
        response=v201.GetReportResponse,
        decode_request=decode_report_order,
        encode_request=encode_report_order,
        decode_response=read_answer,
        encode_response=answer_writer(v201.GetReportResponse),
    ),
    Route(
        action="NotifyReport",
        direction=Direction.FROM_STATION,
        messages=(NotifyReport,),
        reply=Heard,
        request=v201.NotifyReportRequest,
        response=v201.NotifyReportResponse,
        decode_request=decode_report,
        encode_request=encode_report,
        decode_response=read_heard,
        encode_response=heard_writer(v201.NotifyReportResponse),
    ),
    Route(
        action="SetNetworkProfile",
        direction=Direction.FROM_CSMS,
        messages=(SetNetworkProfile,),
        reply=CommandReply,
        request=v201.SetNetworkProfileRequest,
        response=v201.SetNetworkProfileResponse,
        decode_request=decode_network_profile,
        encode_request=encode_network_profile,
        decode_response=read_answer,
        encode_response=answer_writer(v201.SetNetworkProfileResponse),
    ),
)
