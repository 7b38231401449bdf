"""OCPP 1.6 smart charging: SetChargingProfile, ClearChargingProfile, GetCompositeSchedule."""

from msgspec import UNSET

from protocol.blocks.smart_charging.messages import (
    ClearChargingProfile,
    CompositeScheduleReply,
    GetCompositeSchedule,
    SetChargingProfile,
)
from protocol.dialects.answers import read_status, status_writer
from protocol.dialects.v16 import read_evse
from protocol.dialects.v16_charging import (
    PURPOSE_OF,
    read_profile,
    read_schedule,
    write_profile,
    write_purpose,
    write_schedule,
)
from protocol.dialects.words import (
    given,
    read_optional_number,
    read_optional_timestamp,
    sent,
    spelled,
    write_optional_timestamp,
)
from protocol.domain.charging_profile import RateUnit
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.wire import v16


def decode_set(request: v16.SetChargingProfileRequest) -> SetChargingProfile:
    """Source: OCPP 1.6 §5.16, §6.43."""
    return SetChargingProfile(profile=read_profile(request.cs_charging_profiles), evse=read_evse(request.connector_id))


def encode_set(message: SetChargingProfile) -> v16.SetChargingProfileRequest:
    """Source: OCPP 1.6 §6.43."""
    return v16.SetChargingProfileRequest(
        connector_id=message.evse or 0, cs_charging_profiles=write_profile(message.profile)
    )


def decode_clear(request: v16.ClearChargingProfileRequest) -> ClearChargingProfile:
    """Source: OCPP 1.6 §5.5, §6.13."""
    purpose = given(request.charging_profile_purpose)
    return ClearChargingProfile(
        profile_id=given(request.id),
        evse=read_optional_number(request.connector_id, "$.connectorId", bits=32),
        purpose=None if purpose is None else PURPOSE_OF[purpose],
        stack_level=read_optional_number(request.stack_level, "$.stackLevel", bits=32),
    )


def encode_clear(message: ClearChargingProfile) -> v16.ClearChargingProfileRequest:
    """Source: OCPP 1.6 §6.13."""
    return v16.ClearChargingProfileRequest(
        id=sent(message.profile_id),
        connector_id=sent(message.evse),
        charging_profile_purpose=UNSET if message.purpose is None else write_purpose(message.purpose),
        stack_level=sent(message.stack_level),
    )


def decode_get_composite(request: v16.GetCompositeScheduleRequest) -> GetCompositeSchedule:
    """Source: OCPP 1.6 §5.7, §6.21."""
    unit = given(request.charging_rate_unit)
    return GetCompositeSchedule(
        duration_s=request.duration,
        evse=read_evse(request.connector_id),
        unit=None if unit is None else RateUnit(unit),
    )


def encode_get_composite(message: GetCompositeSchedule) -> v16.GetCompositeScheduleRequest:
    """Source: OCPP 1.6 §6.21."""
    return v16.GetCompositeScheduleRequest(
        connector_id=message.evse or 0,
        duration=message.duration_s,
        charging_rate_unit=UNSET if message.unit is None else spelled(message.unit),
    )


def decode_composite(response: v16.GetCompositeScheduleResponse) -> CompositeScheduleReply:
    """Source: OCPP 1.6 §6.22."""
    schedule = given(response.charging_schedule)
    return CompositeScheduleReply(
        status=response.status,
        evse=read_optional_number(response.connector_id, "$.connectorId", bits=32) or None,
        starts_at=read_optional_timestamp(response.schedule_start, "$.scheduleStart"),
        schedule=None if schedule is None else read_schedule(schedule),
    )


def encode_composite(reply: CompositeScheduleReply) -> v16.GetCompositeScheduleResponse:
    """The reason is lost. Source: OCPP 1.6 §6.22."""
    return v16.GetCompositeScheduleResponse(
        status=spelled(reply.status),
        connector_id=UNSET if reply.schedule is None and reply.evse is None else reply.evse or 0,
        schedule_start=write_optional_timestamp(reply.starts_at),
        charging_schedule=UNSET if reply.schedule is None else write_schedule(reply.schedule),
    )


ROUTES = (
    Route(
        action="SetChargingProfile",
        direction=Direction.FROM_CSMS,
        messages=(SetChargingProfile,),
        reply=CommandReply,
        request=v16.SetChargingProfileRequest,
        response=v16.SetChargingProfileResponse,
        decode_request=decode_set,
        encode_request=encode_set,
        decode_response=read_status,
        encode_response=status_writer(v16.SetChargingProfileResponse),
    ),
    Route(
        action="ClearChargingProfile",
        direction=Direction.FROM_CSMS,
        messages=(ClearChargingProfile,),
        reply=CommandReply,
        request=v16.ClearChargingProfileRequest,
        response=v16.ClearChargingProfileResponse,
        decode_request=decode_clear,
        encode_request=encode_clear,
        decode_response=read_status,
        encode_response=status_writer(v16.ClearChargingProfileResponse),
    ),
    Route(
        action="GetCompositeSchedule",
        direction=Direction.FROM_CSMS,
        messages=(GetCompositeSchedule,),
        reply=CompositeScheduleReply,
        request=v16.GetCompositeScheduleRequest,
        response=v16.GetCompositeScheduleResponse,
        decode_request=decode_get_composite,
        encode_request=encode_get_composite,
        decode_response=decode_composite,
        encode_response=encode_composite,
    ),
)
