"""OCPP 2.0.1 availability: Heartbeat, StatusNotification, ChangeAvailability."""

from protocol.blocks.availability.messages import (
    ChangeAvailability,
    Heartbeat,
    HeartbeatReply,
    OperationalStatus,
    StatusNotification,
    StatusReply,
)
from protocol.dialects.v201 import answer_writer, read_answer, read_evse, write_evse
from protocol.dialects.words import (
    read_number,
    read_timestamp,
    spelled,
)
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.status import ConnectorStatus
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201


def decode_heartbeat(_request: v201.HeartbeatRequest) -> Heartbeat:
    """Source: OCPP 2.0.1 G02."""
    return Heartbeat()


def encode_heartbeat(_message: Heartbeat) -> v201.HeartbeatRequest:
    """Source: OCPP 2.0.1 G02."""
    return v201.HeartbeatRequest()


def decode_heartbeat_reply(response: v201.HeartbeatResponse) -> HeartbeatReply:
    """The CSMS's clock."""
    return HeartbeatReply(current_time=read_timestamp(response.current_time, "$.currentTime"))


def encode_heartbeat_reply(reply: HeartbeatReply) -> v201.HeartbeatResponse:
    """The CSMS's clock."""
    return v201.HeartbeatResponse(current_time=format_timestamp(reply.current_time))


def decode_status(request: v201.StatusNotificationRequest) -> StatusNotification:
    """A connector's state; evseId 0 is read as the station itself.

    Source: OCPP 2.0.1 G01.
    """
    return StatusNotification(
        status=ConnectorStatus(request.connector_status),
        evse=read_number(request.evse_id, "$.evseId", bits=32) or None,
        connector=read_number(request.connector_id, "$.connectorId", bits=32) or None,
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
    )


def encode_status(message: StatusNotification) -> v201.StatusNotificationRequest:
    """Raises NotExpressible for the station as a whole and without a time: 2.x reports connectors only (G01)."""
    if message.evse is None:
        raise NotExpressible(OcppVersion.V201, "the status of the station as a whole")
    if message.occurred_at is None:
        raise NotExpressible(OcppVersion.V201, "a status without a time")
    return v201.StatusNotificationRequest(
        timestamp=format_timestamp(message.occurred_at),
        connector_status=spelled(message.status),
        evse_id=message.evse,
        connector_id=message.connector or 1,
    )


def decode_status_reply(_response: v201.StatusNotificationResponse) -> StatusReply:
    """Heard."""
    return StatusReply()


def encode_status_reply(_reply: StatusReply) -> v201.StatusNotificationResponse:
    """Heard."""
    return v201.StatusNotificationResponse()


def decode_change_availability(request: v201.ChangeAvailabilityRequest) -> ChangeAvailability:
    """Source: OCPP 2.0.1 G03, G04."""
    evse, connector = read_evse(request.evse)
    return ChangeAvailability(OperationalStatus(request.operational_status), evse=evse, connector=connector)


def encode_change_availability(message: ChangeAvailability) -> v201.ChangeAvailabilityRequest:
    """Without an EVSE it is the station that is meant (G04.FR.01)."""
    return v201.ChangeAvailabilityRequest(
        evse=write_evse(message.evse, message.connector), operational_status=spelled(message.status)
    )


ROUTES = (
    Route(
        action="Heartbeat",
        direction=Direction.FROM_STATION,
        messages=(Heartbeat,),
        reply=HeartbeatReply,
        request=v201.HeartbeatRequest,
        response=v201.HeartbeatResponse,
        decode_request=decode_heartbeat,
        encode_request=encode_heartbeat,
        decode_response=decode_heartbeat_reply,
        encode_response=encode_heartbeat_reply,
    ),
    Route(
        action="StatusNotification",
        direction=Direction.FROM_STATION,
        messages=(StatusNotification,),
        reply=StatusReply,
        request=v201.StatusNotificationRequest,
        response=v201.StatusNotificationResponse,
        decode_request=decode_status,
        encode_request=encode_status,
        decode_response=decode_status_reply,
        encode_response=encode_status_reply,
    ),
    Route(
        action="ChangeAvailability",
        direction=Direction.FROM_CSMS,
        messages=(ChangeAvailability,),
        reply=CommandReply,
        request=v201.ChangeAvailabilityRequest,
        response=v201.ChangeAvailabilityResponse,
        decode_request=decode_change_availability,
        encode_request=encode_change_availability,
        decode_response=read_answer,
        encode_response=answer_writer(v201.ChangeAvailabilityResponse),
    ),
)
