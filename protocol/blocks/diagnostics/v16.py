"""OCPP 1.6 diagnostics: GetDiagnostics, DiagnosticsStatusNotification, and GetLog with its status of the extension."""

from collections.abc import Mapping

from protocol.blocks.diagnostics.messages import (
    DiagnosticsStatusNotification,
    GetDiagnostics,
    GetLog,
    LogKind,
    LogReply,
    LogStatus,
    LogStatusNotification,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.words import given, read_optional_timestamp, sent, spelled, write_optional_timestamp
from protocol.domain.commands import Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

# OCPP 1.6 §7.24 has one word for every failure.
_DIAGNOSTICS: Mapping[LogStatus, str] = {
    LogStatus.IDLE: "Idle",
    LogStatus.UPLOADING: "Uploading",
    LogStatus.UPLOADED: "Uploaded",
    LogStatus.ACCEPTED_CANCELED: "UploadFailed",
    LogStatus.BAD_MESSAGE: "UploadFailed",
    LogStatus.NOT_SUPPORTED_OPERATION: "UploadFailed",
    LogStatus.PERMISSION_DENIED: "UploadFailed",
    LogStatus.UPLOAD_FAILURE: "UploadFailed",
}
_DIAGNOSTICS_OF = {word: status for status, word in _DIAGNOSTICS.items()}  # the last row of a word is its meaning


def decode_get_log(request: v16.GetLogRequest) -> GetLog:
    """Source: OCPP 1.6 Security whitepaper N01."""
    log = request.log
    return GetLog(
        kind=LogKind(request.log_type),
        request_id=request.request_id,
        location=log.remote_location,
        oldest_at=read_optional_timestamp(log.oldest_timestamp, "$.log.oldestTimestamp"),
        latest_at=read_optional_timestamp(log.latest_timestamp, "$.log.latestTimestamp"),
        retries=given(request.retries),
        retry_interval_s=given(request.retry_interval),
    )


def encode_get_log(message: GetLog) -> v16.GetLogRequest:
    """Source: OCPP 1.6 Security whitepaper N01."""
    return v16.GetLogRequest(
        log=v16.LogParameters(
            remote_location=message.location,
            oldest_timestamp=write_optional_timestamp(message.oldest_at),
            latest_timestamp=write_optional_timestamp(message.latest_at),
        ),
        log_type=spelled(message.kind),
        request_id=message.request_id,
        retries=sent(message.retries),
        retry_interval=sent(message.retry_interval_s),
    )


def decode_log_reply(response: v16.GetLogResponse) -> LogReply:
    """Accepted, Rejected or AcceptedCanceled: the upload before this one ends."""
    return LogReply(status=response.status, file_name=given(response.filename))


def encode_log_reply(reply: LogReply) -> v16.GetLogResponse:
    """The reason is lost."""
    return v16.GetLogResponse(status=spelled(reply.status), filename=sent(reply.file_name))


def decode_get_diagnostics(request: v16.GetDiagnosticsRequest) -> GetDiagnostics:
    """Source: OCPP 1.6 §5.9, §6.23."""
    return GetDiagnostics(
        location=request.location,
        oldest_at=read_optional_timestamp(request.start_time, "$.startTime"),
        latest_at=read_optional_timestamp(request.stop_time, "$.stopTime"),
        retries=given(request.retries),
        retry_interval_s=given(request.retry_interval),
    )


def encode_get_diagnostics(message: GetDiagnostics) -> v16.GetDiagnosticsRequest:
    """Source: OCPP 1.6 §6.23."""
    return v16.GetDiagnosticsRequest(
        location=message.location,
        retries=sent(message.retries),
        retry_interval=sent(message.retry_interval_s),
        start_time=write_optional_timestamp(message.oldest_at),
        stop_time=write_optional_timestamp(message.latest_at),
    )


def decode_diagnostics_reply(response: v16.GetDiagnosticsResponse) -> LogReply:
    """1.6 has no status here: an answer without a file name says that there is nothing to upload (§5.9)."""
    name = given(response.file_name)
    return LogReply(status="Accepted" if name else "Rejected", file_name=name)


def encode_diagnostics_reply(reply: LogReply) -> v16.GetDiagnosticsResponse:
    """The status is lost."""
    return v16.GetDiagnosticsResponse(file_name=sent(reply.file_name))


def decode_log_status(request: v16.LogStatusNotificationRequest) -> LogStatusNotification:
    """Source: OCPP 1.6 Security whitepaper N01."""
    return LogStatusNotification(status=LogStatus(request.status), request_id=given(request.request_id))


def encode_log_status(message: LogStatusNotification) -> v16.LogStatusNotificationRequest:
    """Source: OCPP 1.6 Security whitepaper N01. Raises NotExpressible for an upload that another order ended."""
    if message.status is LogStatus.ACCEPTED_CANCELED:
        raise NotExpressible(OcppVersion.V16, f"the status {message.status} of an upload")
    return v16.LogStatusNotificationRequest(status=spelled(message.status), request_id=sent(message.request_id))


def decode_diagnostics_status(request: v16.DiagnosticsStatusNotificationRequest) -> DiagnosticsStatusNotification:
    """Source: OCPP 1.6 §4.4."""
    return DiagnosticsStatusNotification(status=_DIAGNOSTICS_OF[request.status])


def encode_diagnostics_status(message: DiagnosticsStatusNotification) -> v16.DiagnosticsStatusNotificationRequest:
    """The kind of a failure is lost. Source: OCPP 1.6 §4.4."""
    return v16.DiagnosticsStatusNotificationRequest(status=spelled(_DIAGNOSTICS[message.status]))


ROUTES = (
    Route(
        action="GetLog",
        direction=Direction.FROM_CSMS,
        messages=(GetLog,),
        reply=LogReply,
        request=v16.GetLogRequest,
        response=v16.GetLogResponse,
        decode_request=decode_get_log,
        encode_request=encode_get_log,
        decode_response=decode_log_reply,
        encode_response=encode_log_reply,
    ),
    Route(
        action="GetDiagnostics",
        direction=Direction.FROM_CSMS,
        messages=(GetDiagnostics,),
        reply=LogReply,
        request=v16.GetDiagnosticsRequest,
        response=v16.GetDiagnosticsResponse,
        decode_request=decode_get_diagnostics,
        encode_request=encode_get_diagnostics,
        decode_response=decode_diagnostics_reply,
        encode_response=encode_diagnostics_reply,
    ),
    Route(
        action="LogStatusNotification",
        direction=Direction.FROM_STATION,
        messages=(LogStatusNotification,),
        reply=Heard,
        request=v16.LogStatusNotificationRequest,
        response=v16.LogStatusNotificationResponse,
        decode_request=decode_log_status,
        encode_request=encode_log_status,
        decode_response=read_heard,
        encode_response=heard_writer(v16.LogStatusNotificationResponse),
    ),
    Route(
        action="DiagnosticsStatusNotification",
        direction=Direction.FROM_STATION,
        messages=(DiagnosticsStatusNotification,),
        reply=Heard,
        request=v16.DiagnosticsStatusNotificationRequest,
        response=v16.DiagnosticsStatusNotificationResponse,
        decode_request=decode_diagnostics_status,
        encode_request=encode_diagnostics_status,
        decode_response=read_heard,
        encode_response=heard_writer(v16.DiagnosticsStatusNotificationResponse),
    ),
)
