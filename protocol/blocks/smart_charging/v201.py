"""OCPP 2.0.1 smart charging: what the CSMS sets, removes and asks for, the limits of others, and vehicles' needs."""

from msgspec import UNSET, UnsetType

from protocol.blocks.smart_charging.messages import (
    AcParameters,
    ChargingNeeds,
    ClearChargingProfile,
    ClearedChargingLimit,
    CompositeScheduleReply,
    DcParameters,
    GetChargingProfiles,
    GetCompositeSchedule,
    NotifyChargingLimit,
    NotifyChargingNeeds,
    NotifyChargingSchedule,
    ReportChargingProfiles,
    SetChargingProfile,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v201 import answer_writer, read_answer, write_status_info
from protocol.dialects.v201_charging import (
    read_periods,
    read_profile,
    read_schedule,
    write_periods,
    write_profile,
    write_purpose,
    write_schedule,
)
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_number,
    read_optional_rate,
    read_optional_timestamp,
    read_rate,
    read_timestamp,
    sent,
    spelled,
    write_optional_timestamp,
)
from protocol.domain.charging_profile import ChargingSchedule, ProfilePurpose, RateUnit
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201

_NEEDS = "$.chargingNeeds"
# OCPP 2.0.1 §3 NotifyEVChargingNeedsStatusEnumType: 2.1 tells apart who cannot plan from who has no plan.
_NEAREST = {"NoChargingProfile": "Rejected"}


def decode_set(request: v201.SetChargingProfileRequest) -> SetChargingProfile:
    """EVSE 0 is the station. Source: OCPP 2.0.1 K01."""
    return SetChargingProfile(
        profile=read_profile(request.charging_profile), evse=read_number(request.evse_id, "$.evseId", bits=32) or None
    )


def encode_set(message: SetChargingProfile) -> v201.SetChargingProfileRequest:
    """Raises NotExpressible for an external constraint, which a CSMS never sets (OCPP 2.0.1 K01)."""
    if message.profile.purpose is ProfilePurpose.EXTERNAL:
        raise NotExpressible(OcppVersion.V201, "an external constraint that the CSMS sets")
    return v201.SetChargingProfileRequest(evse_id=message.evse or 0, charging_profile=write_profile(message.profile))


def decode_clear(request: v201.ClearChargingProfileRequest) -> ClearChargingProfile:
    """Source: OCPP 2.0.1 K10."""
    criteria = request.charging_profile_criteria
    if isinstance(criteria, UnsetType):
        return ClearChargingProfile(profile_id=given(request.charging_profile_id))
    purpose = given(criteria.charging_profile_purpose)
    return ClearChargingProfile(
        profile_id=given(request.charging_profile_id),
        evse=read_optional_number(criteria.evse_id, "$.evseId", bits=32),
        purpose=None if purpose is None else ProfilePurpose(purpose),
        stack_level=read_optional_number(criteria.stack_level, "$.stackLevel", bits=32),
    )


def encode_clear(message: ClearChargingProfile) -> v201.ClearChargingProfileRequest:
    """Raises NotExpressible for a purpose that came later. Source: OCPP 2.0.1 K10."""
    has_criteria = any(one is not None for one in (message.evse, message.purpose, message.stack_level))
    criteria = v201.ClearChargingProfile(
        evse_id=sent(message.evse),
        charging_profile_purpose=UNSET if message.purpose is None else spelled(write_purpose(message.purpose)),
        stack_level=sent(message.stack_level),
    )
    return v201.ClearChargingProfileRequest(
        charging_profile_id=sent(message.profile_id), charging_profile_criteria=criteria if has_criteria else UNSET
    )


def decode_get_composite(request: v201.GetCompositeScheduleRequest) -> GetCompositeSchedule:
    """Source: OCPP 2.0.1 K08."""
    unit = given(request.charging_rate_unit)
    return GetCompositeSchedule(
        duration_s=request.duration,
        evse=read_number(request.evse_id, "$.evseId", bits=32) or None,
        unit=None if unit is None else RateUnit(unit),
    )


def encode_get_composite(message: GetCompositeSchedule) -> v201.GetCompositeScheduleRequest:
    """Source: OCPP 2.0.1 K08."""
    return v201.GetCompositeScheduleRequest(
        duration=message.duration_s,
        charging_rate_unit=UNSET if message.unit is None else spelled(message.unit),
        evse_id=message.evse or 0,
    )


def decode_composite(response: v201.GetCompositeScheduleResponse) -> CompositeScheduleReply:
    """Source: OCPP 2.0.1 K08."""
    reply, schedule = read_answer(response), response.schedule
    if isinstance(schedule, UnsetType):
        return CompositeScheduleReply(status=reply.status, reason=reply.reason)
    return CompositeScheduleReply(
        status=reply.status,
        evse=read_number(schedule.evse_id, "$.schedule.evseId", bits=32) or None,
        starts_at=read_timestamp(schedule.schedule_start, "$.schedule.scheduleStart"),
        schedule=ChargingSchedule(
            unit=RateUnit(schedule.charging_rate_unit),
            periods=read_periods(schedule.charging_schedule_period),
            duration_s=schedule.duration,
        ),
        reason=reply.reason,
    )


def encode_composite(reply: CompositeScheduleReply) -> v201.GetCompositeScheduleResponse:
    """Raises NotExpressible for a schedule that does not say when it begins or how long it lasts."""
    status = CommandReply(status=reply.status, reason=reply.reason)
    return v201.GetCompositeScheduleResponse(
        status=spelled(reply.status),
        status_info=write_status_info(status) or UNSET,
        schedule=UNSET if reply.schedule is None else _write_composite(reply, reply.schedule),
    )


def decode_get_profiles(request: v201.GetChargingProfilesRequest) -> GetChargingProfiles:
    """Source: OCPP 2.0.1 K09."""
    criterion = request.charging_profile
    purpose = given(criterion.charging_profile_purpose)
    return GetChargingProfiles(
        request_id=request.request_id,
        evse=read_optional_number(request.evse_id, "$.evseId", bits=32),
        purpose=None if purpose is None else ProfilePurpose(purpose),
        stack_level=read_optional_number(criterion.stack_level, "$.stackLevel", bits=32),
        profile_ids=given(criterion.charging_profile_id) or (),
        sources=given(criterion.charging_limit_source) or (),
    )


def encode_get_profiles(message: GetChargingProfiles) -> v201.GetChargingProfilesRequest:
    """Raises NotExpressible for a purpose that came later. Source: OCPP 2.0.1 K09."""
    return v201.GetChargingProfilesRequest(
        request_id=message.request_id,
        evse_id=sent(message.evse),
        charging_profile=v201.ChargingProfileCriterion(
            charging_profile_purpose=UNSET if message.purpose is None else spelled(write_purpose(message.purpose)),
            stack_level=sent(message.stack_level),
            charging_profile_id=message.profile_ids or UNSET,
            charging_limit_source=tuple(spelled(source) for source in message.sources) or UNSET,
        ),
    )


def decode_report(request: v201.ReportChargingProfilesRequest) -> ReportChargingProfiles:
    """Source: OCPP 2.0.1 K09."""
    return ReportChargingProfiles(
        request_id=request.request_id,
        source=request.charging_limit_source,
        profiles=tuple(read_profile(profile) for profile in request.charging_profile),
        evse=read_number(request.evse_id, "$.evseId", bits=32) or None,
        has_more=bool(given(request.tbc)),
    )


def encode_report(message: ReportChargingProfiles) -> v201.ReportChargingProfilesRequest:
    """Source: OCPP 2.0.1 K09."""
    return v201.ReportChargingProfilesRequest(
        request_id=message.request_id,
        charging_limit_source=spelled(message.source),
        charging_profile=tuple(write_profile(profile) for profile in message.profiles),
        tbc=message.has_more or UNSET,
        evse_id=message.evse or 0,
    )


def decode_limit(request: v201.NotifyChargingLimitRequest) -> NotifyChargingLimit:
    """Source: OCPP 2.0.1 K12."""
    return NotifyChargingLimit(
        source=request.charging_limit.charging_limit_source,
        schedules=tuple(read_schedule(schedule) for schedule in given(request.charging_schedule) or ()),
        evse=read_optional_number(request.evse_id, "$.evseId", bits=32) or None,
        is_grid_critical=given(request.charging_limit.is_grid_critical),
    )


def encode_limit(message: NotifyChargingLimit) -> v201.NotifyChargingLimitRequest:
    """Source: OCPP 2.0.1 K12."""
    return v201.NotifyChargingLimitRequest(
        charging_schedule=tuple(write_schedule(schedule) for schedule in message.schedules) or UNSET,
        evse_id=sent(message.evse),
        charging_limit=v201.ChargingLimit(
            charging_limit_source=spelled(message.source), is_grid_critical=sent(message.is_grid_critical)
        ),
    )


def decode_cleared(request: v201.ClearedChargingLimitRequest) -> ClearedChargingLimit:
    """Source: OCPP 2.0.1 K13."""
    return ClearedChargingLimit(
        source=request.charging_limit_source, evse=read_optional_number(request.evse_id, "$.evseId", bits=32) or None
    )


def encode_cleared(message: ClearedChargingLimit) -> v201.ClearedChargingLimitRequest:
    """Source: OCPP 2.0.1 K13."""
    return v201.ClearedChargingLimitRequest(charging_limit_source=spelled(message.source), evse_id=sent(message.evse))


def decode_needs(request: v201.NotifyEVChargingNeedsRequest) -> NotifyChargingNeeds:
    """Source: OCPP 2.0.1 K15."""
    needs = request.charging_needs
    ac, dc = given(needs.ac_charging_parameters), given(needs.dc_charging_parameters)
    return NotifyChargingNeeds(
        evse=read_number(request.evse_id, "$.evseId", bits=32),
        needs=ChargingNeeds(
            energy_transfer=needs.requested_energy_transfer,
            departs_at=read_optional_timestamp(needs.departure_time, f"{_NEEDS}.departureTime"),
            ac=None if ac is None else read_ac(ac),
            dc=None if dc is None else read_dc(dc),
        ),
        max_periods=given(request.max_schedule_tuples),
    )


def encode_needs(message: NotifyChargingNeeds) -> v201.NotifyEVChargingNeedsRequest:
    """Amounts are whole numbers in 2.0.1. Source: OCPP 2.0.1 K15."""
    needs = message.needs
    return v201.NotifyEVChargingNeedsRequest(
        max_schedule_tuples=sent(message.max_periods),
        charging_needs=v201.ChargingNeeds(
            ac_charging_parameters=UNSET if needs.ac is None else _write_ac(needs.ac),
            dc_charging_parameters=UNSET if needs.dc is None else _write_dc(needs.dc),
            requested_energy_transfer=spelled(needs.energy_transfer),
            departure_time=write_optional_timestamp(needs.departs_at),
        ),
        evse_id=message.evse,
    )


def encode_needs_reply(reply: CommandReply) -> v201.NotifyEVChargingNeedsResponse:
    """Source: OCPP 2.0.1 K15."""
    return v201.NotifyEVChargingNeedsResponse(
        status=spelled(_NEAREST.get(reply.status, reply.status)), status_info=write_status_info(reply) or UNSET
    )


def decode_schedule(request: v201.NotifyEVChargingScheduleRequest) -> NotifyChargingSchedule:
    """Source: OCPP 2.0.1 K15, K16, K17."""
    return NotifyChargingSchedule(
        evse=read_number(request.evse_id, "$.evseId", bits=32),
        time_base=read_timestamp(request.time_base, "$.timeBase"),
        schedule=read_schedule(request.charging_schedule),
    )


def encode_schedule(message: NotifyChargingSchedule) -> v201.NotifyEVChargingScheduleRequest:
    """Source: OCPP 2.0.1 K15, K16, K17."""
    return v201.NotifyEVChargingScheduleRequest(
        time_base=format_timestamp(message.time_base),
        charging_schedule=write_schedule(message.schedule),
        evse_id=message.evse,
    )


def _write_composite(reply: CompositeScheduleReply, schedule: ChargingSchedule) -> v201.CompositeSchedule:
    starts_at = reply.starts_at or schedule.starts_at
    if starts_at is None or schedule.duration_s is None:
        raise NotExpressible(OcppVersion.V201, "a composite schedule without its beginning or its length")
    return v201.CompositeSchedule(
        charging_schedule_period=write_periods(schedule.periods),
        evse_id=reply.evse or 0,
        duration=schedule.duration_s,
        schedule_start=format_timestamp(starts_at),
        charging_rate_unit=spelled(schedule.unit),
    )


def read_ac(ac: v201.ACChargingParameters) -> AcParameters:
    """Source: OCPP 2.0.1 §2 ACChargingParametersType."""
    amounts = (ac.energy_amount, ac.ev_min_current, ac.ev_max_current, ac.ev_max_voltage)
    return AcParameters(*(_read_amount(amount) for amount in amounts))


def _write_ac(ac: AcParameters) -> v201.ACChargingParameters:
    return v201.ACChargingParameters(
        energy_amount=round(ac.energy_wh),
        ev_min_current=round(ac.min_current_a),
        ev_max_current=round(ac.max_current_a),
        ev_max_voltage=round(ac.max_voltage_v),
    )


def read_dc(dc: v201.DCChargingParameters) -> DcParameters:
    """Source: OCPP 2.0.1 §2 DCChargingParametersType."""
    return DcParameters(
        max_current_a=_read_amount(dc.ev_max_current),
        max_voltage_v=_read_amount(dc.ev_max_voltage),
        energy_wh=read_optional_amount(dc.energy_amount),
        max_power_w=read_optional_amount(dc.ev_max_power),
        state_of_charge=given(dc.state_of_charge),
        capacity_wh=read_optional_amount(dc.ev_energy_capacity),
        full_at=given(dc.full_so_c),
        bulk_at=given(dc.bulk_so_c),
    )


def _write_dc(dc: DcParameters) -> v201.DCChargingParameters:
    return v201.DCChargingParameters(
        ev_max_current=round(dc.max_current_a),
        ev_max_voltage=round(dc.max_voltage_v),
        energy_amount=UNSET if dc.energy_wh is None else round(dc.energy_wh),
        ev_max_power=UNSET if dc.max_power_w is None else round(dc.max_power_w),
        state_of_charge=sent(dc.state_of_charge),
        ev_energy_capacity=UNSET if dc.capacity_wh is None else round(dc.capacity_wh),
        full_so_c=sent(dc.full_at),
        bulk_so_c=sent(dc.bulk_at),
    )


def _read_amount(amount: float) -> float:
    return float(read_rate(amount, _NEEDS))


def read_optional_amount(amount: float | UnsetType) -> float | None:
    """An amount of a vehicle's needs; None where it was not sent."""
    rate = read_optional_rate(amount, _NEEDS)
    return None if rate is None else float(rate)


ROUTES = (
    Route(
        action="SetChargingProfile",
        direction=Direction.FROM_CSMS,
        messages=(SetChargingProfile,),
        reply=CommandReply,
        request=v201.SetChargingProfileRequest,
        response=v201.SetChargingProfileResponse,
        decode_request=decode_set,
        encode_request=encode_set,
        decode_response=read_answer,
        encode_response=answer_writer(v201.SetChargingProfileResponse),
    ),
    Route(
        action="ClearChargingProfile",
        direction=Direction.FROM_CSMS,
        messages=(ClearChargingProfile,),
        reply=CommandReply,
        request=v201.ClearChargingProfileRequest,
        response=v201.ClearChargingProfileResponse,
        decode_request=decode_clear,
        encode_request=encode_clear,
        decode_response=read_answer,
        encode_response=answer_writer(v201.ClearChargingProfileResponse),
    ),
    Route(
        action="GetCompositeSchedule",
        direction=Direction.FROM_CSMS,
        messages=(GetCompositeSchedule,),
        reply=CompositeScheduleReply,
        request=v201.GetCompositeScheduleRequest,
        response=v201.GetCompositeScheduleResponse,
        decode_request=decode_get_composite,
        encode_request=encode_get_composite,
        decode_response=decode_composite,
        encode_response=encode_composite,
    ),
    Route(
        action="GetChargingProfiles",
        direction=Direction.FROM_CSMS,
        messages=(GetChargingProfiles,),
        reply=CommandReply,
        request=v201.GetChargingProfilesRequest,
        response=v201.GetChargingProfilesResponse,
        decode_request=decode_get_profiles,
        encode_request=encode_get_profiles,
        decode_response=read_answer,
        encode_response=answer_writer(v201.GetChargingProfilesResponse),
    ),
    Route(
        action="ReportChargingProfiles",
        direction=Direction.FROM_STATION,
        messages=(ReportChargingProfiles,),
        reply=Heard,
        request=v201.ReportChargingProfilesRequest,
        response=v201.ReportChargingProfilesResponse,
        decode_request=decode_report,
        encode_request=encode_report,
        decode_response=read_heard,
        encode_response=heard_writer(v201.ReportChargingProfilesResponse),
    ),
    Route(
        action="NotifyChargingLimit",
        direction=Direction.FROM_STATION,
        messages=(NotifyChargingLimit,),
        reply=Heard,
        request=v201.NotifyChargingLimitRequest,
        response=v201.NotifyChargingLimitResponse,
        decode_request=decode_limit,
        encode_request=encode_limit,
        decode_response=read_heard,
        encode_response=heard_writer(v201.NotifyChargingLimitResponse),
    ),
    Route(
        action="ClearedChargingLimit",
        direction=Direction.FROM_STATION,
        messages=(ClearedChargingLimit,),
        reply=Heard,
        request=v201.ClearedChargingLimitRequest,
        response=v201.ClearedChargingLimitResponse,
        decode_request=decode_cleared,
        encode_request=encode_cleared,
        decode_response=read_heard,
        encode_response=heard_writer(v201.ClearedChargingLimitResponse),
    ),
    Route(
        action="NotifyEVChargingNeeds",
        direction=Direction.FROM_STATION,
        messages=(NotifyChargingNeeds,),
        reply=CommandReply,
        request=v201.NotifyEVChargingNeedsRequest,
        response=v201.NotifyEVChargingNeedsResponse,
        decode_request=decode_needs,
        encode_request=encode_needs,
        decode_response=read_answer,
        encode_response=encode_needs_reply,
    ),
    Route(
        action="NotifyEVChargingSchedule",
        direction=Direction.FROM_STATION,
        messages=(NotifyChargingSchedule,),
        reply=CommandReply,
        request=v201.NotifyEVChargingScheduleRequest,
        response=v201.NotifyEVChargingScheduleResponse,
        decode_request=decode_schedule,
        encode_request=encode_schedule,
        decode_response=read_answer,
        encode_response=answer_writer(v201.NotifyEVChargingScheduleResponse),
    ),
)
