"""OCPP 2.0.1 firmware: UpdateFirmware, signed or not, its status, and publication by a local controller."""

from msgspec import UNSET

from protocol.blocks.firmware.messages import (
    FirmwareOrder,
    FirmwareReport,
    FirmwareStatus,
    FirmwareStatusNotification,
    PublicationStatus,
    PublishFirmware,
    PublishFirmwareStatusNotification,
    SignedFirmwareStatusNotification,
    SignedUpdateFirmware,
    UnpublishFirmware,
    UpdateFirmware,
)
from protocol.dialects.answers import heard_writer, read_heard, read_status, status_writer
from protocol.dialects.v201 import answer_writer, read_answer
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
from protocol.wire import v201


def decode_update(request: v201.UpdateFirmwareRequest) -> FirmwareOrder:
    """Signed where it has both a certificate and a signature. Source: OCPP 2.0.1 L01, L02."""
    firmware = request.firmware
    retrieve_at = read_timestamp(firmware.retrieve_date_time, "$.firmware.retrieveDateTime")
    install_at = read_optional_timestamp(firmware.install_date_time, "$.firmware.installDateTime")
    certificate, signature = given(firmware.signing_certificate), given(firmware.signature)
    if certificate is None or signature is None:
        return UpdateFirmware(
            location=firmware.location,
            retrieve_at=retrieve_at,
            request_id=request.request_id,
            retries=given(request.retries),
            retry_interval_s=given(request.retry_interval),
            install_at=install_at,
        )
    return SignedUpdateFirmware(
        location=firmware.location,
        retrieve_at=retrieve_at,
        request_id=request.request_id,
        retries=given(request.retries),
        retry_interval_s=given(request.retry_interval),
        install_at=install_at,
        signing_certificate=certificate,
        signature=signature,
    )


def encode_update(message: FirmwareOrder) -> v201.UpdateFirmwareRequest:
    """Source: OCPP 2.0.1 L01, L02."""
    signed = message if isinstance(message, SignedUpdateFirmware) else None
    return v201.UpdateFirmwareRequest(
        retries=sent(message.retries),
        retry_interval=sent(message.retry_interval_s),
        request_id=message.request_id,
        firmware=v201.Firmware(
            location=message.location,
            retrieve_date_time=format_timestamp(message.retrieve_at),
            install_date_time=write_optional_timestamp(message.install_at),
            signing_certificate=UNSET if signed is None else signed.signing_certificate,
            signature=UNSET if signed is None else signed.signature,
        ),
    )


def decode_firmware_status(request: v201.FirmwareStatusNotificationRequest) -> FirmwareStatusNotification:
    """One message for every update. Source: OCPP 2.0.1 L01, L02."""
    return FirmwareStatusNotification(status=FirmwareStatus(request.status), request_id=given(request.request_id))


def encode_firmware_status(message: FirmwareReport) -> v201.FirmwareStatusNotificationRequest:
    """Source: OCPP 2.0.1 L01, L02."""
    return v201.FirmwareStatusNotificationRequest(status=spelled(message.status), request_id=sent(message.request_id))


def decode_publish(request: v201.PublishFirmwareRequest) -> PublishFirmware:
    """Source: OCPP 2.0.1 L03."""
    return PublishFirmware(
        location=request.location,
        checksum=request.checksum,
        request_id=request.request_id,
        retries=given(request.retries),
        retry_interval_s=given(request.retry_interval),
    )


def encode_publish(message: PublishFirmware) -> v201.PublishFirmwareRequest:
    """Source: OCPP 2.0.1 L03."""
    return v201.PublishFirmwareRequest(
        location=message.location,
        retries=sent(message.retries),
        checksum=message.checksum,
        request_id=message.request_id,
        retry_interval=sent(message.retry_interval_s),
    )


def decode_unpublish(request: v201.UnpublishFirmwareRequest) -> UnpublishFirmware:
    """Source: OCPP 2.0.1 L04."""
    return UnpublishFirmware(checksum=request.checksum)


def encode_unpublish(message: UnpublishFirmware) -> v201.UnpublishFirmwareRequest:
    """Source: OCPP 2.0.1 L04."""
    return v201.UnpublishFirmwareRequest(checksum=message.checksum)


def decode_publication(request: v201.PublishFirmwareStatusNotificationRequest) -> PublishFirmwareStatusNotification:
    """Source: OCPP 2.0.1 L03."""
    return PublishFirmwareStatusNotification(
        status=PublicationStatus(request.status),
        request_id=given(request.request_id),
        locations=given(request.location) or (),
    )


def encode_publication(message: PublishFirmwareStatusNotification) -> v201.PublishFirmwareStatusNotificationRequest:
    """Source: OCPP 2.0.1 L03."""
    return v201.PublishFirmwareStatusNotificationRequest(
        status=spelled(message.status), location=message.locations or UNSET, request_id=sent(message.request_id)
    )


ROUTES = (
    Route(
        action="UpdateFirmware",
        direction=Direction.FROM_CSMS,
        messages=(
            UpdateFirmware,
            SignedUpdateFirmware,
        ),
        reply=CommandReply,
        request=v201.UpdateFirmwareRequest,
        response=v201.UpdateFirmwareResponse,
        decode_request=decode_update,
        encode_request=encode_update,
        decode_response=read_answer,
        encode_response=answer_writer(v201.UpdateFirmwareResponse),
    ),
    Route(
        action="FirmwareStatusNotification",
        direction=Direction.FROM_STATION,
        messages=(
            FirmwareStatusNotification,
            SignedFirmwareStatusNotification,
        ),
        reply=Heard,
        request=v201.FirmwareStatusNotificationRequest,
        response=v201.FirmwareStatusNotificationResponse,
        decode_request=decode_firmware_status,
        encode_request=encode_firmware_status,
        decode_response=read_heard,
        encode_response=heard_writer(v201.FirmwareStatusNotificationResponse),
    ),
    Route(
        action="PublishFirmware",
        direction=Direction.FROM_CSMS,
        messages=(PublishFirmware,),
        reply=CommandReply,
        request=v201.PublishFirmwareRequest,
        response=v201.PublishFirmwareResponse,
        decode_request=decode_publish,
        encode_request=encode_publish,
        decode_response=read_answer,
        encode_response=answer_writer(v201.PublishFirmwareResponse),
    ),
    Route(
        action="UnpublishFirmware",
        direction=Direction.FROM_CSMS,
        messages=(UnpublishFirmware,),
        reply=CommandReply,
        request=v201.UnpublishFirmwareRequest,
        response=v201.UnpublishFirmwareResponse,
        decode_request=decode_unpublish,
        encode_request=encode_unpublish,
        decode_response=read_status,
        encode_response=status_writer(v201.UnpublishFirmwareResponse),
    ),
    Route(
        action="PublishFirmwareStatusNotification",
        direction=Direction.FROM_STATION,
        messages=(PublishFirmwareStatusNotification,),
        reply=Heard,
        request=v201.PublishFirmwareStatusNotificationRequest,
        response=v201.PublishFirmwareStatusNotificationResponse,
        decode_request=decode_publication,
        encode_request=encode_publication,
        decode_response=read_heard,
        encode_response=heard_writer(v201.PublishFirmwareStatusNotificationResponse),
    ),
)
