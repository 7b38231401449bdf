"""Logs that are asked for (OCPP 1.6 §4.4, §5.9; Security whitepaper N01; OCPP 2.0.1 N01).

What is sent is what the station knows of itself: its state, its EVSEs, and what it has yet to say. No token is in it.
"""

from collections.abc import Mapping

from protocol.blocks.diagnostics.machine import LOG_UPLOAD
from protocol.blocks.diagnostics.messages import (
    DiagnosticsStatusNotification,
    GetDiagnostics,
    GetLog,
    LogKind,
    LogOrder,
    LogReply,
    LogStatus,
    LogStatusNotification,
)
from simulator.files import FailureKind
from simulator.state import Alarm, StationState
from simulator.stores import Job

_PACK_S, _UPLOAD_S = 1.0, 10.0
_FAILURES: Mapping[FailureKind, LogStatus] = {
    FailureKind.DENIED: LogStatus.PERMISSION_DENIED,
    FailureKind.NOT_IMPLEMENTED: LogStatus.NOT_SUPPORTED_OPERATION,
    FailureKind.OTHER: LogStatus.UPLOAD_FAILURE,
}


def on_get_log(state: StationState, message: GetLog, now: float) -> LogReply:
    """The upload begins; one under way is given up for it."""
    is_canceled = _is_under_way(state)
    _order(state, message, now)
    return LogReply("AcceptedCanceled" if is_canceled else "Accepted", file_name=_file_name(state, message.kind))


def on_get_diagnostics(state: StationState, message: GetDiagnostics, now: float) -> LogReply:
    """The same, in 1.6's older words."""
    _order(state, message, now)
    return LogReply("Accepted", file_name=_file_name(state, LogKind.DIAGNOSTICS))


def on_due(state: StationState, now: float) -> None:
    """The upload begins, and later ends."""
    job = state.upload
    if job is None:
        return
    if job.status is LogStatus.IDLE:
        _move(state, job, LogStatus.UPLOADING)
        _send(state, job, now)
    elif job.transfer is None:
        _send(state, job, now)
    elif not job.transfer.is_over:
        state.set_alarm(Alarm.UPLOAD, now + _UPLOAD_S)
    elif not job.transfer.failure:
        _move(state, job, LogStatus.UPLOADED)
    elif job.failures < (job.order.retries or 0):
        job.failures, job.transfer = job.failures + 1, None
        state.set_alarm(Alarm.UPLOAD, now + (job.order.retry_interval_s or _UPLOAD_S))
    else:
        _move(state, job, _FAILURES[job.transfer.kind])


def say_status(state: StationState, *, is_of_log: bool) -> None:
    """How far the upload has come; without one the station is idle. In the words of GetLog, or in the older ones."""
    job = state.upload if _is_under_way(state) else None
    is_asked_for = job is not None and isinstance(job.order, GetLog) is is_of_log
    status = job.status if job is not None and is_asked_for else LogStatus.IDLE
    request_id = job.order.request_id if job and is_asked_for and isinstance(job.order, GetLog) else None
    message = LogStatusNotification(status, request_id) if is_of_log else DiagnosticsStatusNotification(status)
    state.post(message, is_triggered=True)


def _order(state: StationState, order: LogOrder, now: float) -> None:
    state.upload = Job(order, LogStatus.IDLE)
    state.set_alarm(Alarm.UPLOAD, now + _PACK_S)


def _send(state: StationState, job: Job[LogOrder, LogStatus], now: float) -> None:
    kind = job.order.kind if isinstance(job.order, GetLog) else LogKind.DIAGNOSTICS
    log = _write_log(state, now).encode()
    state.transfer(job, job.order.location, content=log, name=_file_name(state, kind))
    state.set_alarm(Alarm.UPLOAD, now + _UPLOAD_S)


def _write_log(state: StationState, now: float) -> str:
    plan = state.plan
    lines = [
        f"{state.instant(now).isoformat()} {plan.station_id} {plan.vendor} {plan.model} {state.firmware_version}",
        f"OCPP {plan.version}, registration {state.registration}, operative {state.is_operative}",
        *(
            f"EVSE {evse.number}: {evse.status[0]}, {evse.meter.power_mw / 1000:.3f} W, "
            f"{evse.meter.register_wh} Wh imported, {evse.meter.export_register_wh} Wh exported"
            for evse in state.evses
        ),
        *(f"to say: {type(entry.message).__name__} of EVSE {entry.evse}" for entry in state.outbox),
    ]
    return "\n".join(lines) + "\n"


def _is_under_way(state: StationState) -> bool:
    return state.upload is not None and state.upload.status in (LogStatus.IDLE, LogStatus.UPLOADING)


def _move(state: StationState, job: Job[LogOrder, LogStatus], status: LogStatus) -> None:
    job.status = LOG_UPLOAD.advance(job.status, status)
    if state.is_online:
        is_log = isinstance(job.order, GetLog)
        request_id = job.order.request_id if isinstance(job.order, GetLog) else None
        state.post(LogStatusNotification(status, request_id) if is_log else DiagnosticsStatusNotification(status))


def _file_name(state: StationState, kind: LogKind) -> str:
    return f"{state.plan.station_id}-{kind}.log"[:255]
