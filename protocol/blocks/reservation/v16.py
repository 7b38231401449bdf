"""OCPP 1.6 reservation: ReserveNow, CancelReservation."""

from msgspec import UNSET

from protocol.blocks.reservation.messages import CancelReservation, ReserveNow
from protocol.dialects.answers import read_status, status_writer
from protocol.dialects.v16 import read_evse, read_id_tag, read_parent, write_id_tag
from protocol.dialects.words import read_timestamp
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16


def decode_reserve_now(request: v16.ReserveNowRequest) -> ReserveNow:
    """connectorId 0 lets the station choose. Source: OCPP 1.6 §5.13, §6.37."""
    return ReserveNow(
        reservation_id=request.reservation_id,
        expires_at=read_timestamp(request.expiry_date, "$.expiryDate"),
        id_token=read_id_tag(request.id_tag),
        evse=read_evse(request.connector_id),
        group=read_parent(request.parent_id_tag),
    )


def encode_reserve_now(message: ReserveNow) -> v16.ReserveNowRequest:
    """Source: OCPP 1.6 §6.37. Raises NotExpressible for a token or group that is too long, or a connector type."""
    if message.connector_type is not None:
        raise NotExpressible(OcppVersion.V16, "a reservation of a connector type")
    return v16.ReserveNowRequest(
        connector_id=message.evse or 0,
        expiry_date=format_timestamp(message.expires_at),
        id_tag=write_id_tag(message.id_token),
        parent_id_tag=UNSET if message.group is None else write_id_tag(message.group),
        reservation_id=message.reservation_id,
    )


def decode_cancel(request: v16.CancelReservationRequest) -> CancelReservation:
    """Source: OCPP 1.6 §5.1."""
    return CancelReservation(reservation_id=request.reservation_id)


def encode_cancel(message: CancelReservation) -> v16.CancelReservationRequest:
    """Source: OCPP 1.6 §5.1."""
    return v16.CancelReservationRequest(reservation_id=message.reservation_id)


ROUTES = (
    Route(
        action="ReserveNow",
        direction=Direction.FROM_CSMS,
        messages=(ReserveNow,),
        reply=CommandReply,
        request=v16.ReserveNowRequest,
        response=v16.ReserveNowResponse,
        decode_request=decode_reserve_now,
        encode_request=encode_reserve_now,
        decode_response=read_status,
        encode_response=status_writer(v16.ReserveNowResponse),
    ),
    Route(
        action="CancelReservation",
        direction=Direction.FROM_CSMS,
        messages=(CancelReservation,),
        reply=CommandReply,
        request=v16.CancelReservationRequest,
        response=v16.CancelReservationResponse,
        decode_request=decode_cancel,
        encode_request=encode_cancel,
        decode_response=read_status,
        encode_response=status_writer(v16.CancelReservationResponse),
    ),
)
