"""OCPP 2.0.1 availability: Heartbeat, StatusNotification."""

from protocol.blocks.availability.messages import Heartbeat, HeartbeatReply, StatusNotification, StatusReply
from protocol.dialects.words import read_timestamp, spelled
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
        evse=request.evse_id or None,
        connector=request.connector_id or None,
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
)
