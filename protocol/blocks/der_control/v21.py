"""OCPP 2.1 DER control: NotifyDERAlarm, NotifyDERStartStop, ReportDERControl. The CSMS's own commands are raw."""

import msgspec

from protocol.blocks.der_control.messages import DerAlarm, DerReport, DerSwitch
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.words import given, read_timestamp, sent, spelled
from protocol.domain.commands import Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.wire import codec, v21

_CONTROLS = (
    "curve",
    "enter_service",
    "fixed_pf_absorb",
    "fixed_pf_inject",
    "fixed_var",
    "freq_droop",
    "gradient",
    "limit_max_discharge",
)


def decode_alarm(request: v21.NotifyDERAlarmRequest) -> DerAlarm:
    """Source: OCPP 2.1 R04."""
    return DerAlarm(
        control=request.control_type,
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
        fault=given(request.grid_event_fault),
        has_ended=bool(given(request.alarm_ended)),
        info=given(request.extra_info),
    )


def encode_alarm(message: DerAlarm) -> v21.NotifyDERAlarmRequest:
    """Source: OCPP 2.1 R04."""
    return v21.NotifyDERAlarmRequest(
        control_type=spelled(message.control),
        timestamp=format_timestamp(message.occurred_at),
        grid_event_fault=sent(None if message.fault is None else spelled(message.fault)),
        alarm_ended=sent(message.has_ended or None),
        extra_info=sent(message.info),
    )


def decode_switch(request: v21.NotifyDERStartStopRequest) -> DerSwitch:
    """Source: OCPP 2.1 R03."""
    return DerSwitch(
        control_id=request.control_id,
        is_on=request.started,
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
        superseded=given(request.superseded_ids) or (),
    )


def encode_switch(message: DerSwitch) -> v21.NotifyDERStartStopRequest:
    """Source: OCPP 2.1 R03."""
    return v21.NotifyDERStartStopRequest(
        control_id=message.control_id,
        started=message.is_on,
        timestamp=format_timestamp(message.occurred_at),
        superseded_ids=sent(message.superseded or None),
    )


def decode_report(request: v21.ReportDERControlRequest) -> DerReport:
    """Source: OCPP 2.1 R02."""
    controls = {name: value for name in _CONTROLS if (value := given(getattr(request, name))) is not None}
    return DerReport(
        request_id=request.request_id,
        controls=msgspec.Raw(codec.encode(v21.ReportDERControlRequest(request_id=request.request_id, **controls))),
        is_last=not given(request.tbc),
    )


def encode_report(message: DerReport) -> v21.ReportDERControlRequest:
    """Source: OCPP 2.1 R02."""
    report = codec.decode(bytes(message.controls), v21.ReportDERControlRequest)
    return msgspec.structs.replace(report, request_id=message.request_id, tbc=sent(not message.is_last or None))


ROUTES = (
    Route(
        action="NotifyDERAlarm",
        direction=Direction.FROM_STATION,
        messages=(DerAlarm,),
        reply=Heard,
        request=v21.NotifyDERAlarmRequest,
        response=v21.NotifyDERAlarmResponse,
        decode_request=decode_alarm,
        encode_request=encode_alarm,
        decode_response=read_heard,
        encode_response=heard_writer(v21.NotifyDERAlarmResponse),
    ),
    Route(
        action="NotifyDERStartStop",
        direction=Direction.FROM_STATION,
        messages=(DerSwitch,),
        reply=Heard,
        request=v21.NotifyDERStartStopRequest,
        response=v21.NotifyDERStartStopResponse,
        decode_request=decode_switch,
        encode_request=encode_switch,
        decode_response=read_heard,
        encode_response=heard_writer(v21.NotifyDERStartStopResponse),
    ),
    Route(
        action="ReportDERControl",
        direction=Direction.FROM_STATION,
        messages=(DerReport,),
        reply=Heard,
        request=v21.ReportDERControlRequest,
        response=v21.ReportDERControlResponse,
        decode_request=decode_report,
        encode_request=encode_report,
        decode_response=read_heard,
        encode_response=heard_writer(v21.ReportDERControlResponse),
    ),
)
