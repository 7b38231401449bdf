"""OCPP 1.6 firmware: UpdateFirmware, FirmwareStatusNotification, and the signed ones of the security extension."""

from protocol.blocks.firmware.messages import (
    FirmwareStatus,
    FirmwareStatusNotification,
    SignedFirmwareStatusNotification,
    SignedUpdateFirmware,
    UpdateFirmware,
)
from protocol.dialects.answers import heard_writer, read_heard, read_status, status_writer
from protocol.dialects.words import (
    given,
    read_optional_timestamp,
    read_timestamp,
    sent,
    spelled,
    write_optional_timestamp,
)
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

# OCPP 1.6 §7.25: the plain message has no words for schedules, pauses, signatures and reboots.
_PLAIN = frozenset(
    (
        FirmwareStatus.IDLE,
        FirmwareStatus.DOWNLOADING,
        FirmwareStatus.DOWNLOAD_FAILED,
        FirmwareStatus.DOWNLOADED,
        FirmwareStatus.INSTALLING,
        FirmwareStatus.INSTALLATION_FAILED,
        FirmwareStatus.INSTALLED,
    )
)


def decode_update(request: v16.UpdateFirmwareRequest) -> UpdateFirmware:
    """1.6 has no request id: 0. Source: OCPP 1.6 §5.19, §6.55."""
    return UpdateFirmware(
        location=request.location,
        retrieve_at=read_timestamp(request.retrieve_date, "$.retrieveDate"),
        retries=given(request.retries),
        retry_interval_s=given(request.retry_interval),
    )


def encode_update(message: UpdateFirmware) -> v16.UpdateFirmwareRequest:
    """The request id is lost. Raises NotExpressible for a time of installation. Source: OCPP 1.6 §6.55."""
    if message.install_at is not None:
        raise NotExpressible(OcppVersion.V16, "a time at which unsigned firmware is installed")
    return v16.UpdateFirmwareRequest(
        location=message.location,
        retries=sent(message.retries),
        retrieve_date=format_timestamp(message.retrieve_at),
        retry_interval=sent(message.retry_interval_s),
    )


def decode_update_reply(_response: v16.UpdateFirmwareResponse) -> CommandReply:
    """1.6 answers nothing; a station that answers has accepted."""
    return CommandReply(status="Accepted")


def encode_update_reply(_reply: CommandReply) -> v16.UpdateFirmwareResponse:
    """1.6 answers nothing."""
    return v16.UpdateFirmwareResponse()


def decode_signed_update(request: v16.SignedUpdateFirmwareRequest) -> SignedUpdateFirmware:
    """Source: OCPP 1.6 Security whitepaper L01."""
    firmware = request.firmware
    return SignedUpdateFirmware(
        location=firmware.location,
        retrieve_at=read_timestamp(firmware.retrieve_date_time, "$.firmware.retrieveDateTime"),
        request_id=request.request_id,
        retries=given(request.retries),
        retry_interval_s=given(request.retry_interval),
        signing_certificate=firmware.signing_certificate,
        signature=firmware.signature,
        install_at=read_optional_timestamp(firmware.install_date_time, "$.firmware.installDateTime"),
    )


def encode_signed_update(message: SignedUpdateFirmware) -> v16.SignedUpdateFirmwareRequest:
    """Source: OCPP 1.6 Security whitepaper L01."""
    return v16.SignedUpdateFirmwareRequest(
        retries=sent(message.retries),
        retry_interval=sent(message.retry_interval_s),
        request_id=message.request_id,
        firmware=v16.Firmware(
            location=message.location,
            retrieve_date_time=format_timestamp(message.retrieve_at),
            install_date_time=write_optional_timestamp(message.install_at),
            signing_certificate=message.signing_certificate,
            signature=message.signature,
        ),
    )


def decode_firmware_status(request: v16.FirmwareStatusNotificationRequest) -> FirmwareStatusNotification:
    """Source: OCPP 1.6 §4.5."""
    return FirmwareStatusNotification(status=FirmwareStatus(request.status))


def encode_firmware_status(message: FirmwareStatusNotification) -> v16.FirmwareStatusNotificationRequest:
    """The request id is lost. Raises NotExpressible for what an unsigned update never goes through in 1.6."""
    if message.status not in _PLAIN:
        raise NotExpressible(OcppVersion.V16, f"the status {message.status} of an unsigned update")
    return v16.FirmwareStatusNotificationRequest(status=spelled(message.status))


def decode_signed_status(request: v16.SignedFirmwareStatusNotificationRequest) -> SignedFirmwareStatusNotification:
    """Source: OCPP 1.6 Security whitepaper L01."""
    return SignedFirmwareStatusNotification(status=FirmwareStatus(request.status), request_id=given(request.request_id))


def encode_signed_status(message: SignedFirmwareStatusNotification) -> v16.SignedFirmwareStatusNotificationRequest:
    """Source: OCPP 1.6 Security whitepaper L01."""
    return v16.SignedFirmwareStatusNotificationRequest(
        status=spelled(message.status), request_id=sent(message.request_id)
    )


ROUTES = (
    Route(
        action="UpdateFirmware",
        direction=Direction.FROM_CSMS,
        messages=(UpdateFirmware,),
        reply=CommandReply,
        request=v16.UpdateFirmwareRequest,
        response=v16.UpdateFirmwareResponse,
        decode_request=decode_update,
        encode_request=encode_update,
        decode_response=decode_update_reply,
        encode_response=encode_update_reply,
    ),
    Route(
        action="SignedUpdateFirmware",
        direction=Direction.FROM_CSMS,
        messages=(SignedUpdateFirmware,),
        reply=CommandReply,
        request=v16.SignedUpdateFirmwareRequest,
        response=v16.SignedUpdateFirmwareResponse,
        decode_request=decode_signed_update,
        encode_request=encode_signed_update,
        decode_response=read_status,
        encode_response=status_writer(v16.SignedUpdateFirmwareResponse),
    ),
    Route(
        action="FirmwareStatusNotification",
        direction=Direction.FROM_STATION,
        messages=(FirmwareStatusNotification,),
        reply=Heard,
        request=v16.FirmwareStatusNotificationRequest,
        response=v16.FirmwareStatusNotificationResponse,
        decode_request=decode_firmware_status,
        encode_request=encode_firmware_status,
        decode_response=read_heard,
        encode_response=heard_writer(v16.FirmwareStatusNotificationResponse),
    ),
    Route(
        action="SignedFirmwareStatusNotification",
        direction=Direction.FROM_STATION,
        messages=(SignedFirmwareStatusNotification,),
        reply=Heard,
        request=v16.SignedFirmwareStatusNotificationRequest,
        response=v16.SignedFirmwareStatusNotificationResponse,
        decode_request=decode_signed_status,
        encode_request=encode_signed_status,
        decode_response=read_heard,
        encode_response=heard_writer(v16.SignedFirmwareStatusNotificationResponse),
    ),
)
