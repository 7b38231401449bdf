"""OCPP 2.0.1 diagnostics: GetLog with its status, and what a station knows of a customer."""

from msgspec import UNSET, UnsetType

from protocol.blocks.diagnostics.messages import (
    CustomerInformation,
    GetLog,
    LogKind,
    LogReply,
    LogStatus,
    LogStatusNotification,
    NotifyCustomerInformation,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v201 import (
    answer_writer,
    read_answer,
    read_id_token,
    read_is_last,
    read_reason,
    write_id_token,
    write_reason,
    write_to_be_continued,
)
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_timestamp,
    read_timestamp,
    sent,
    spelled,
    write_optional_timestamp,
)
from protocol.domain.certificates import CertificateHashData
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible, PropertyConstraintViolation
from protocol.wire import v201

_LOGS = {str(kind): kind for kind in LogKind}


def decode_get_log(request: v201.GetLogRequest) -> GetLog:
    """Source: OCPP 2.0.1 N01. 2.1 has a third log, of which nothing is known here."""
    kind = _LOGS.get(request.log_type)
    if kind is None:
        raise PropertyConstraintViolation(f"{request.log_type!r} is no log that is known here", path="$.logType")
    return GetLog(
        kind=kind,
        request_id=request.request_id,
        location=request.log.remote_location,
        oldest_at=read_optional_timestamp(request.log.oldest_timestamp, "$.log.oldestTimestamp"),
        latest_at=read_optional_timestamp(request.log.latest_timestamp, "$.log.latestTimestamp"),
        retries=given(request.retries),
        retry_interval_s=given(request.retry_interval),
    )


def encode_get_log(message: GetLog) -> v201.GetLogRequest:
    """Source: OCPP 2.0.1 N01."""
    return v201.GetLogRequest(
        log=v201.LogParameters(
            remote_location=message.location,
            oldest_timestamp=write_optional_timestamp(message.oldest_at),
            latest_timestamp=write_optional_timestamp(message.latest_at),
        ),
        log_type=spelled(message.kind),
        request_id=message.request_id,
        retries=sent(message.retries),
        retry_interval=sent(message.retry_interval_s),
    )


def decode_log_reply(response: v201.GetLogResponse) -> LogReply:
    """Accepted, Rejected or AcceptedCanceled: the upload before this one ends."""
    return LogReply(
        status=response.status, file_name=given(response.filename), reason=read_reason(response.status_info)
    )


def encode_log_reply(reply: LogReply) -> v201.GetLogResponse:
    """Accepted, Rejected or AcceptedCanceled."""
    return v201.GetLogResponse(
        status=spelled(reply.status), status_info=write_reason(reply.reason), filename=sent(reply.file_name)
    )


def decode_log_status(request: v201.LogStatusNotificationRequest) -> LogStatusNotification:
    """Source: OCPP 2.0.1 N01."""
    return LogStatusNotification(status=LogStatus(request.status), request_id=given(request.request_id))


def encode_log_status(message: LogStatusNotification) -> v201.LogStatusNotificationRequest:
    """Source: OCPP 2.0.1 N01."""
    return v201.LogStatusNotificationRequest(status=spelled(message.status), request_id=sent(message.request_id))


def decode_customer(request: v201.CustomerInformationRequest) -> CustomerInformation:
    """Source: OCPP 2.0.1 N09, N10."""
    token = given(request.id_token)
    return CustomerInformation(
        request_id=read_number(request.request_id, "$.requestId"),
        is_reported=request.report,
        is_cleared=request.clear,
        id_token=None if token is None else read_id_token(token),
        customer_identifier=given(request.customer_identifier),
        certificate=_read_certificate(request.customer_certificate),
    )


def encode_customer(message: CustomerInformation) -> v201.CustomerInformationRequest:
    """Source: OCPP 2.0.1 N09, N10."""
    return v201.CustomerInformationRequest(
        customer_certificate=_write_certificate(message.certificate),
        id_token=UNSET if message.id_token is None else write_id_token(message.id_token),
        request_id=message.request_id,
        report=message.is_reported,
        clear=message.is_cleared,
        customer_identifier=sent(message.customer_identifier),
    )


def decode_customer_report(request: v201.NotifyCustomerInformationRequest) -> NotifyCustomerInformation:
    """Source: OCPP 2.0.1 N09."""
    return NotifyCustomerInformation(
        data=request.data,
        request_id=read_number(request.request_id, "$.requestId"),
        seq_no=read_number(request.seq_no, "$.seqNo"),
        is_last=read_is_last(request.tbc),
        generated_at=read_timestamp(request.generated_at, "$.generatedAt"),
    )


def encode_customer_report(message: NotifyCustomerInformation) -> v201.NotifyCustomerInformationRequest:
    """Raises NotExpressible for a part without a number or a time."""
    if message.seq_no is None or message.generated_at is None:
        raise NotExpressible(OcppVersion.V201, "a part of a report without a number or a time")
    return v201.NotifyCustomerInformationRequest(
        data=message.data,
        tbc=write_to_be_continued(message.is_last),
        seq_no=message.seq_no,
        generated_at=format_timestamp(message.generated_at),
        request_id=message.request_id,
    )


def _read_certificate(said: v201.CertificateHashData | UnsetType) -> CertificateHashData | None:
    if isinstance(said, UnsetType):
        return None
    return CertificateHashData(
        algorithm=said.hash_algorithm,
        issuer_name_hash=said.issuer_name_hash,
        issuer_key_hash=said.issuer_key_hash,
        serial_number=said.serial_number,
    )


def _write_certificate(known: CertificateHashData | None) -> v201.CertificateHashData | UnsetType:
    if known is None:
        return UNSET
    return v201.CertificateHashData(
        hash_algorithm=spelled(known.algorithm),
        issuer_name_hash=known.issuer_name_hash,
        issuer_key_hash=known.issuer_key_hash,
        serial_number=known.serial_number,
    )


ROUTES = (
    Route(
        action="GetLog",
        direction=Direction.FROM_CSMS,
        messages=(GetLog,),
        reply=LogReply,
        request=v201.GetLogRequest,
        response=v201.GetLogResponse,
        decode_request=decode_get_log,
        encode_request=encode_get_log,
        decode_response=decode_log_reply,
        encode_response=encode_log_reply,
    ),
    Route(
        action="LogStatusNotification",
        direction=Direction.FROM_STATION,
        messages=(LogStatusNotification,),
        reply=Heard,
        request=v201.LogStatusNotificationRequest,
        response=v201.LogStatusNotificationResponse,
        decode_request=decode_log_status,
        encode_request=encode_log_status,
        decode_response=read_heard,
        encode_response=heard_writer(v201.LogStatusNotificationResponse),
    ),
    Route(
        action="CustomerInformation",
        direction=Direction.FROM_CSMS,
        messages=(CustomerInformation,),
        reply=CommandReply,
        request=v201.CustomerInformationRequest,
        response=v201.CustomerInformationResponse,
        decode_request=decode_customer,
        encode_request=encode_customer,
        decode_response=read_answer,
        encode_response=answer_writer(v201.CustomerInformationResponse),
    ),
    Route(
        action="NotifyCustomerInformation",
        direction=Direction.FROM_STATION,
        messages=(NotifyCustomerInformation,),
        reply=Heard,
        request=v201.NotifyCustomerInformationRequest,
        response=v201.NotifyCustomerInformationResponse,
        decode_request=decode_customer_report,
        encode_request=encode_customer_report,
        decode_response=read_heard,
        encode_response=heard_writer(v201.NotifyCustomerInformationResponse),
    ),
)
