"""OCPP 2.1 smart charging: profiles with more to say, dynamic ones, priority charging, and vehicles that can give."""

from msgspec import UNSET, structs

from protocol.blocks.smart_charging import v201 as older
from protocol.blocks.smart_charging.messages import (
    ChargingNeeds,
    ClearChargingProfile,
    CompositeScheduleReply,
    GetChargingProfiles,
    NotifyAllowedEnergyTransfer,
    NotifyChargingLimit,
    NotifyChargingNeeds,
    NotifyChargingSchedule,
    NotifyPriorityCharging,
    PullScheduleUpdate,
    ReportChargingProfiles,
    ScheduleUpdateReply,
    SetChargingProfile,
    UpdateDynamicSchedule,
    UsePriorityCharging,
    V2xParameters,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v21 import extended
from protocol.dialects.v21_charging import (
    read_period,
    read_profile,
    read_schedule,
    write_optional_rate,
    write_period,
    write_profile,
    write_schedule,
)
from protocol.dialects.v201 import answer_writer, read_answer
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_number,
    read_optional_rate,
    read_timestamp,
    sent,
    spelled,
    write_optional_timestamp,
)
from protocol.domain.charging_profile import ChargingSchedule, ProfilePurpose, RateUnit, ScheduleUpdate
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v21


def decode_set(request: v21.SetChargingProfileRequest) -> SetChargingProfile:
    """EVSE 0 is the station. Source: OCPP 2.1 K01."""
    return SetChargingProfile(
        profile=read_profile(request.charging_profile), evse=read_number(request.evse_id, "$.evseId", bits=32) or None
    )


def encode_set(message: SetChargingProfile) -> v21.SetChargingProfileRequest:
    """Raises NotExpressible for an external constraint, which a CSMS never sets (OCPP 2.1 K01)."""
    if message.profile.purpose is ProfilePurpose.EXTERNAL:
        raise NotExpressible(OcppVersion.V21, "an external constraint that the CSMS sets")
    return v21.SetChargingProfileRequest(evse_id=message.evse or 0, charging_profile=write_profile(message.profile))


def decode_composite(response: v21.GetCompositeScheduleResponse) -> CompositeScheduleReply:
    """With the setpoints. Source: OCPP 2.1 K08."""
    reply, schedule = read_answer(response), given(response.schedule)
    if schedule is None:
        return CompositeScheduleReply(status=reply.status, reason=reply.reason)
    return CompositeScheduleReply(
        status=reply.status,
        evse=read_number(schedule.evse_id, "$.schedule.evseId", bits=32) or None,
        starts_at=read_timestamp(schedule.schedule_start, "$.schedule.scheduleStart"),
        schedule=ChargingSchedule(
            unit=RateUnit(schedule.charging_rate_unit),
            periods=tuple(read_period(period) for period in schedule.charging_schedule_period),
            duration_s=schedule.duration,
        ),
        reason=reply.reason,
    )


def encode_composite(reply: CompositeScheduleReply) -> v21.GetCompositeScheduleResponse:
    """With the setpoints. Raises NotExpressible for a schedule without its beginning or its length."""
    answer = _write_composite_status(CommandReply(reply.status, reply.reason))
    if reply.schedule is None:
        return answer
    starts_at = reply.starts_at or reply.schedule.starts_at
    if starts_at is None or reply.schedule.duration_s is None:
        raise NotExpressible(OcppVersion.V21, "a composite schedule without its beginning or its length")
    schedule = v21.CompositeSchedule(
        charging_schedule_period=tuple(write_period(period) for period in reply.schedule.periods),
        evse_id=reply.evse or 0,
        duration=reply.schedule.duration_s,
        schedule_start=format_timestamp(starts_at),
        charging_rate_unit=spelled(reply.schedule.unit),
    )
    return structs.replace(answer, schedule=schedule)


def decode_clear(request: v21.ClearChargingProfileRequest) -> ClearChargingProfile:
    """Source: OCPP 2.1 K10."""
    criteria = given(request.charging_profile_criteria)
    if criteria is None:
        return ClearChargingProfile(profile_id=given(request.charging_profile_id))
    purpose = given(criteria.charging_profile_purpose)
    return ClearChargingProfile(
        profile_id=given(request.charging_profile_id),
        evse=read_optional_number(criteria.evse_id, "$.evseId", bits=32),
        purpose=None if purpose is None else ProfilePurpose(purpose),
        stack_level=read_optional_number(criteria.stack_level, "$.stackLevel", bits=32),
    )


def encode_clear(message: ClearChargingProfile) -> v21.ClearChargingProfileRequest:
    """Source: OCPP 2.1 K10."""
    has_criteria = any(one is not None for one in (message.evse, message.purpose, message.stack_level))
    criteria = v21.ClearChargingProfile(
        evse_id=sent(message.evse),
        charging_profile_purpose=UNSET if message.purpose is None else spelled(message.purpose),
        stack_level=sent(message.stack_level),
    )
    return v21.ClearChargingProfileRequest(
        charging_profile_id=sent(message.profile_id), charging_profile_criteria=criteria if has_criteria else UNSET
    )


def decode_get_profiles(request: v21.GetChargingProfilesRequest) -> GetChargingProfiles:
    """Source: OCPP 2.1 K09."""
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


def encode_get_profiles(message: GetChargingProfiles) -> v21.GetChargingProfilesRequest:
    """Source: OCPP 2.1 K09."""
    return v21.GetChargingProfilesRequest(
        request_id=message.request_id,
        evse_id=sent(message.evse),
        charging_profile=v21.ChargingProfileCriterion(
            charging_profile_purpose=UNSET if message.purpose is None else spelled(message.purpose),
            stack_level=sent(message.stack_level),
            charging_profile_id=message.profile_ids or UNSET,
            charging_limit_source=message.sources or UNSET,
        ),
    )


def decode_report(request: v21.ReportChargingProfilesRequest) -> ReportChargingProfiles:
    """Source: OCPP 2.1 K09."""
    return ReportChargingProfiles(
        request_id=request.request_id,
        source=request.charging_limit_source,
        profiles=tuple(read_profile(profile) for profile in request.charging_profile),
        evse=read_number(request.evse_id, "$.evseId", bits=32) or None,
        has_more=bool(given(request.tbc)),
    )


def encode_report(message: ReportChargingProfiles) -> v21.ReportChargingProfilesRequest:
    """Source: OCPP 2.1 K09."""
    return v21.ReportChargingProfilesRequest(
        request_id=message.request_id,
        charging_limit_source=message.source,
        charging_profile=tuple(write_profile(profile) for profile in message.profiles),
        tbc=message.has_more or UNSET,
        evse_id=message.evse or 0,
    )


def decode_limit(request: v21.NotifyChargingLimitRequest) -> NotifyChargingLimit:
    """Source: OCPP 2.1 K12."""
    return NotifyChargingLimit(
        source=request.charging_limit.charging_limit_source,
        schedules=tuple(read_schedule(schedule) for schedule in given(request.charging_schedule) or ()),
        evse=read_optional_number(request.evse_id, "$.evseId", bits=32) or None,
        is_grid_critical=given(request.charging_limit.is_grid_critical),
    )


def encode_limit(message: NotifyChargingLimit) -> v21.NotifyChargingLimitRequest:
    """Source: OCPP 2.1 K12."""
    return v21.NotifyChargingLimitRequest(
        charging_schedule=tuple(write_schedule(schedule) for schedule in message.schedules) or UNSET,
        evse_id=sent(message.evse),
        charging_limit=v21.ChargingLimit(
            charging_limit_source=message.source, is_grid_critical=sent(message.is_grid_critical)
        ),
    )


def decode_needs(request: v21.NotifyEVChargingNeedsRequest) -> NotifyChargingNeeds:
    """Source: OCPP 2.1 K15, K18, K19."""
    message = older.decode_needs(request)  # type: ignore[arg-type]  # 2.1 has the same attributes, and more
    v2x = given(request.charging_needs.v2x_charging_parameters)
    needs: ChargingNeeds = structs.replace(
        message.needs,
        v2x=None if v2x is None else _read_v2x(v2x),
        control_mode=given(request.charging_needs.control_mode),
    )
    return structs.replace(message, needs=needs)


def encode_needs(message: NotifyChargingNeeds) -> v21.NotifyEVChargingNeedsRequest:
    """Source: OCPP 2.1 K15, K18, K19."""
    needs = message.needs
    ac, dc, v2x = needs.ac, needs.dc, needs.v2x
    return v21.NotifyEVChargingNeedsRequest(
        evse_id=message.evse,
        max_schedule_tuples=sent(message.max_periods),
        charging_needs=v21.ChargingNeeds(
            requested_energy_transfer=spelled(needs.energy_transfer),
            departure_time=write_optional_timestamp(needs.departs_at),
            control_mode=UNSET if needs.control_mode is None else spelled(needs.control_mode),
            ac_charging_parameters=UNSET
            if ac is None
            else v21.ACChargingParameters(
                energy_amount=ac.energy_wh,
                ev_min_current=ac.min_current_a,
                ev_max_current=ac.max_current_a,
                ev_max_voltage=ac.max_voltage_v,
            ),
            dc_charging_parameters=UNSET
            if dc is None
            else v21.DCChargingParameters(
                ev_max_current=dc.max_current_a,
                ev_max_voltage=dc.max_voltage_v,
                energy_amount=sent(dc.energy_wh),
                ev_max_power=sent(dc.max_power_w),
                state_of_charge=sent(dc.state_of_charge),
                ev_energy_capacity=sent(dc.capacity_wh),
                full_so_c=sent(dc.full_at),
                bulk_so_c=sent(dc.bulk_at),
            ),
            v2x_charging_parameters=UNSET
            if v2x is None
            else v21.V2XChargingParameters(
                max_charge_power=sent(v2x.max_charge_w),
                max_discharge_power=sent(v2x.max_discharge_w),
                ev_target_energy_request=sent(v2x.target_wh),
            ),
        ),
    )


def decode_schedule(request: v21.NotifyEVChargingScheduleRequest) -> NotifyChargingSchedule:
    """Source: OCPP 2.1 K15 to K19."""
    return NotifyChargingSchedule(
        evse=read_number(request.evse_id, "$.evseId", bits=32),
        time_base=read_timestamp(request.time_base, "$.timeBase"),
        schedule=read_schedule(request.charging_schedule),
    )


def encode_schedule(message: NotifyChargingSchedule) -> v21.NotifyEVChargingScheduleRequest:
    """Source: OCPP 2.1 K15 to K19."""
    return v21.NotifyEVChargingScheduleRequest(
        time_base=format_timestamp(message.time_base),
        charging_schedule=write_schedule(message.schedule),
        evse_id=message.evse,
    )


def decode_update(request: v21.UpdateDynamicScheduleRequest) -> UpdateDynamicSchedule:
    """Source: OCPP 2.1 K28."""
    return UpdateDynamicSchedule(request.charging_profile_id, _read_update(request.schedule_update))


def encode_update(message: UpdateDynamicSchedule) -> v21.UpdateDynamicScheduleRequest:
    """Source: OCPP 2.1 K28."""
    return v21.UpdateDynamicScheduleRequest(
        charging_profile_id=message.profile_id, schedule_update=_write_update(message.update)
    )


def decode_pull(request: v21.PullDynamicScheduleUpdateRequest) -> PullScheduleUpdate:
    """Source: OCPP 2.1 K28."""
    return PullScheduleUpdate(request.charging_profile_id)


def encode_pull(message: PullScheduleUpdate) -> v21.PullDynamicScheduleUpdateRequest:
    """Source: OCPP 2.1 K28."""
    return v21.PullDynamicScheduleUpdateRequest(charging_profile_id=message.profile_id)


def decode_pulled(response: v21.PullDynamicScheduleUpdateResponse) -> ScheduleUpdateReply:
    """Source: OCPP 2.1 K28."""
    reply, update = read_answer(response), given(response.schedule_update)
    return ScheduleUpdateReply(reply.status, None if update is None else _read_update(update), reply.reason)


def encode_pulled(reply: ScheduleUpdateReply) -> v21.PullDynamicScheduleUpdateResponse:
    """Source: OCPP 2.1 K28."""
    written = _write_status(CommandReply(reply.status, reply.reason))
    return structs.replace(written, schedule_update=UNSET if reply.update is None else _write_update(reply.update))


def decode_use_priority(request: v21.UsePriorityChargingRequest) -> UsePriorityCharging:
    """Source: OCPP 2.1 K21."""
    return UsePriorityCharging(TransactionId(request.transaction_id), request.activate)


def encode_use_priority(message: UsePriorityCharging) -> v21.UsePriorityChargingRequest:
    """Source: OCPP 2.1 K21."""
    return v21.UsePriorityChargingRequest(transaction_id=message.transaction_id, activate=message.is_active)


def decode_priority(request: v21.NotifyPriorityChargingRequest) -> NotifyPriorityCharging:
    """Source: OCPP 2.1 K22."""
    return NotifyPriorityCharging(TransactionId(request.transaction_id), request.activated)


def encode_priority(message: NotifyPriorityCharging) -> v21.NotifyPriorityChargingRequest:
    """Source: OCPP 2.1 K22."""
    return v21.NotifyPriorityChargingRequest(transaction_id=message.transaction_id, activated=message.is_active)


def decode_allowed(request: v21.NotifyAllowedEnergyTransferRequest) -> NotifyAllowedEnergyTransfer:
    """Source: OCPP 2.1 Q02."""
    return NotifyAllowedEnergyTransfer(TransactionId(request.transaction_id), request.allowed_energy_transfer)


def encode_allowed(message: NotifyAllowedEnergyTransfer) -> v21.NotifyAllowedEnergyTransferRequest:
    """Source: OCPP 2.1 Q02."""
    return v21.NotifyAllowedEnergyTransferRequest(
        transaction_id=message.transaction_id, allowed_energy_transfer=tuple(spelled(kind) for kind in message.kinds)
    )


_write_status = answer_writer(v21.PullDynamicScheduleUpdateResponse)
_write_composite_status = answer_writer(v21.GetCompositeScheduleResponse)


def _read_update(update: v21.ChargingScheduleUpdate) -> ScheduleUpdate:
    """What is said of single phases and of reactive power is not read."""
    return ScheduleUpdate(
        limit=read_optional_rate(update.limit),
        setpoint=read_optional_rate(update.setpoint),
        discharge_limit=read_optional_rate(update.discharge_limit),
    )


def _write_update(update: ScheduleUpdate) -> v21.ChargingScheduleUpdate:
    return v21.ChargingScheduleUpdate(
        limit=write_optional_rate(update.limit),
        setpoint=write_optional_rate(update.setpoint),
        discharge_limit=write_optional_rate(update.discharge_limit),
    )


def _read_v2x(v2x: v21.V2XChargingParameters) -> V2xParameters:
    return V2xParameters(
        max_charge_w=older.read_optional_amount(v2x.max_charge_power),
        max_discharge_w=older.read_optional_amount(v2x.max_discharge_power),
        target_wh=older.read_optional_amount(v2x.ev_target_energy_request),
    )


ROUTES = (
    Route(
        action="SetChargingProfile",
        direction=Direction.FROM_CSMS,
        messages=(SetChargingProfile,),
        reply=CommandReply,
        request=v21.SetChargingProfileRequest,
        response=v21.SetChargingProfileResponse,
        decode_request=decode_set,
        encode_request=encode_set,
        decode_response=read_answer,
        encode_response=answer_writer(v21.SetChargingProfileResponse),
    ),
    extended(older.ROUTES, "GetCompositeSchedule", decode_response=decode_composite, encode_response=encode_composite),
    Route(
        action="ClearChargingProfile",
        direction=Direction.FROM_CSMS,
        messages=(ClearChargingProfile,),
        reply=CommandReply,
        request=v21.ClearChargingProfileRequest,
        response=v21.ClearChargingProfileResponse,
        decode_request=decode_clear,
        encode_request=encode_clear,
        decode_response=read_answer,
        encode_response=answer_writer(v21.ClearChargingProfileResponse),
    ),
    Route(
        action="GetChargingProfiles",
        direction=Direction.FROM_CSMS,
        messages=(GetChargingProfiles,),
        reply=CommandReply,
        request=v21.GetChargingProfilesRequest,
        response=v21.GetChargingProfilesResponse,
        decode_request=decode_get_profiles,
        encode_request=encode_get_profiles,
        decode_response=read_answer,
        encode_response=answer_writer(v21.GetChargingProfilesResponse),
    ),
    Route(
        action="ReportChargingProfiles",
        direction=Direction.FROM_STATION,
        messages=(ReportChargingProfiles,),
        reply=Heard,
        request=v21.ReportChargingProfilesRequest,
        response=v21.ReportChargingProfilesResponse,
        decode_request=decode_report,
        encode_request=encode_report,
        decode_response=read_heard,
        encode_response=heard_writer(v21.ReportChargingProfilesResponse),
    ),
    Route(
        action="NotifyChargingLimit",
        direction=Direction.FROM_STATION,
        messages=(NotifyChargingLimit,),
        reply=Heard,
        request=v21.NotifyChargingLimitRequest,
        response=v21.NotifyChargingLimitResponse,
        decode_request=decode_limit,
        encode_request=encode_limit,
        decode_response=read_heard,
        encode_response=heard_writer(v21.NotifyChargingLimitResponse),
    ),
    Route(
        action="NotifyEVChargingNeeds",
        direction=Direction.FROM_STATION,
        messages=(NotifyChargingNeeds,),
        reply=CommandReply,
        request=v21.NotifyEVChargingNeedsRequest,
        response=v21.NotifyEVChargingNeedsResponse,
        decode_request=decode_needs,
        encode_request=encode_needs,
        decode_response=read_answer,
        encode_response=answer_writer(v21.NotifyEVChargingNeedsResponse),
    ),
    Route(
        action="NotifyEVChargingSchedule",
        direction=Direction.FROM_STATION,
        messages=(NotifyChargingSchedule,),
        reply=CommandReply,
        request=v21.NotifyEVChargingScheduleRequest,
        response=v21.NotifyEVChargingScheduleResponse,
        decode_request=decode_schedule,
        encode_request=encode_schedule,
        decode_response=read_answer,
        encode_response=answer_writer(v21.NotifyEVChargingScheduleResponse),
    ),
    Route(
        action="UpdateDynamicSchedule",
        direction=Direction.FROM_CSMS,
        messages=(UpdateDynamicSchedule,),
        reply=CommandReply,
        request=v21.UpdateDynamicScheduleRequest,
        response=v21.UpdateDynamicScheduleResponse,
        decode_request=decode_update,
        encode_request=encode_update,
        decode_response=read_answer,
        encode_response=answer_writer(v21.UpdateDynamicScheduleResponse),
    ),
    Route(
        action="PullDynamicScheduleUpdate",
        direction=Direction.FROM_STATION,
        messages=(PullScheduleUpdate,),
        reply=ScheduleUpdateReply,
        request=v21.PullDynamicScheduleUpdateRequest,
        response=v21.PullDynamicScheduleUpdateResponse,
        decode_request=decode_pull,
        encode_request=encode_pull,
        decode_response=decode_pulled,
        encode_response=encode_pulled,
    ),
    Route(
        action="UsePriorityCharging",
        direction=Direction.FROM_CSMS,
        messages=(UsePriorityCharging,),
        reply=CommandReply,
        request=v21.UsePriorityChargingRequest,
        response=v21.UsePriorityChargingResponse,
        decode_request=decode_use_priority,
        encode_request=encode_use_priority,
        decode_response=read_answer,
        encode_response=answer_writer(v21.UsePriorityChargingResponse),
    ),
    Route(
        action="NotifyPriorityCharging",
        direction=Direction.FROM_STATION,
        messages=(NotifyPriorityCharging,),
        reply=Heard,
        request=v21.NotifyPriorityChargingRequest,
        response=v21.NotifyPriorityChargingResponse,
        decode_request=decode_priority,
        encode_request=encode_priority,
        decode_response=read_heard,
        encode_response=heard_writer(v21.NotifyPriorityChargingResponse),
    ),
    Route(
        action="NotifyAllowedEnergyTransfer",
        direction=Direction.FROM_CSMS,
        messages=(NotifyAllowedEnergyTransfer,),
        reply=CommandReply,
        request=v21.NotifyAllowedEnergyTransferRequest,
        response=v21.NotifyAllowedEnergyTransferResponse,
        decode_request=decode_allowed,
        encode_request=encode_allowed,
        decode_response=read_answer,
        encode_response=answer_writer(v21.NotifyAllowedEnergyTransferResponse),
    ),
)
