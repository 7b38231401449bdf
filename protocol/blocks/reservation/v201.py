"""OCPP 2.0.1 reservation: ReserveNow, CancelReservation, ReservationStatusUpdate."""

from typing import get_args

from msgspec import UNSET, UnsetType

from protocol.blocks.reservation.messages import (
    CancelReservation,
    ReservationEnd,
    ReservationStatusUpdate,
    ReserveNow,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v201 import answer_writer, read_answer, read_id_token, write_id_token
from protocol.dialects.words import (
    given,
    read_optional_number,
    read_timestamp,
    sent,
    spelled,
)
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201

_CONNECTOR_TYPES = frozenset(get_args(v201.ConnectorEnum))


def decode_reserve_now(request: v201.ReserveNowRequest) -> ReserveNow:
    """Source: OCPP 2.0.1 H01."""
    group = request.group_id_token
    return ReserveNow(
        reservation_id=request.id,
        expires_at=read_timestamp(request.expiry_date_time, "$.expiryDateTime"),
        id_token=read_id_token(request.id_token),
        evse=read_optional_number(request.evse_id, "$.evseId", bits=32),
        group=None if isinstance(group, UnsetType) else read_id_token(group),
        connector_type=given(request.connector_type),
    )


def encode_reserve_now(message: ReserveNow) -> v201.ReserveNowRequest:
    """Source: OCPP 2.0.1 H01. Raises NotExpressible for a token too long, or a type of connector without a word."""
    kind = message.connector_type
    if kind is not None and kind not in _CONNECTOR_TYPES:
        raise NotExpressible(OcppVersion.V201, f"a connector of type {kind}")
    return v201.ReserveNowRequest(
        id=message.reservation_id,
        expiry_date_time=format_timestamp(message.expires_at),
        connector_type=UNSET if kind is None else spelled(kind),
        id_token=write_id_token(message.id_token),
        evse_id=sent(message.evse),
        group_id_token=UNSET if message.group is None else write_id_token(message.group),
    )


def decode_cancel(request: v201.CancelReservationRequest) -> CancelReservation:
    """Source: OCPP 2.0.1 H02."""
    return CancelReservation(reservation_id=request.reservation_id)


def encode_cancel(message: CancelReservation) -> v201.CancelReservationRequest:
    """Source: OCPP 2.0.1 H02."""
    return v201.CancelReservationRequest(reservation_id=message.reservation_id)


def decode_status_update(request: v201.ReservationStatusUpdateRequest) -> ReservationStatusUpdate:
    """Source: OCPP 2.0.1 H04, H01.FR.22."""
    return ReservationStatusUpdate(request.reservation_id, ReservationEnd(request.reservation_update_status))


def encode_status_update(message: ReservationStatusUpdate) -> v201.ReservationStatusUpdateRequest:
    """Source: OCPP 2.0.1 H04. Raises NotExpressible for NoTransaction, which came with 2.1."""
    if message.status is ReservationEnd.NO_TRANSACTION:
        raise NotExpressible(OcppVersion.V201, "a reservation that was used without a transaction")
    return v201.ReservationStatusUpdateRequest(
        reservation_id=message.reservation_id, reservation_update_status=spelled(message.status)
    )


ROUTES = (
    Route(
        action="ReserveNow",
        direction=Direction.FROM_CSMS,
        messages=(ReserveNow,),
        reply=CommandReply,
        request=v201.ReserveNowRequest,
        response=v201.ReserveNowResponse,
        decode_request=decode_reserve_now,
        encode_request=encode_reserve_now,
        decode_response=read_answer,
        encode_response=answer_writer(v201.ReserveNowResponse),
    ),
    Route(
        action="CancelReservation",
        direction=Direction.FROM_CSMS,
        messages=(CancelReservation,),
        reply=CommandReply,
        request=v201.CancelReservationRequest,
        response=v201.CancelReservationResponse,
        decode_request=decode_cancel,
        encode_request=encode_cancel,
        decode_response=read_answer,
        encode_response=answer_writer(v201.CancelReservationResponse),
    ),
    Route(
        action="ReservationStatusUpdate",
        direction=Direction.FROM_STATION,
        messages=(ReservationStatusUpdate,),
        reply=Heard,
        request=v201.ReservationStatusUpdateRequest,
        response=v201.ReservationStatusUpdateResponse,
        decode_request=decode_status_update,
        encode_request=encode_status_update,
        decode_response=read_heard,
        encode_response=heard_writer(v201.ReservationStatusUpdateResponse),
    ),
)
