"""Logs that are asked for (OCPP 1.6 §4.4, §5.9; Security whitepaper N01; OCPP 2.0.1 N01).

The upload is imagined: no byte leaves. A place without a scheme that stations know gets nothing.
"""

from urllib.parse import urlsplit

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
from simulator.behaviours.firmware import KNOWN_SCHEMES
from simulator.state import Alarm, StationState
from simulator.stores import Job

_PACK_S, _UPLOAD_S = 1.0, 10.0


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
    is_possible = urlsplit(job.order.location).scheme in KNOWN_SCHEMES
    if not is_possible:
        _move(state, job, LogStatus.UPLOAD_FAILURE)
    elif job.status is LogStatus.IDLE:
        _move(state, job, LogStatus.UPLOADING)
        state.set_alarm(Alarm.UPLOAD, now + _UPLOAD_S)
    else:
        _move(state, job, LogStatus.UPLOADED)


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
