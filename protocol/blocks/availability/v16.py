"""OCPP 1.6 availability: Heartbeat, StatusNotification, ChangeAvailability."""

from collections.abc import Mapping

from msgspec import UNSET

from protocol.blocks.availability.messages import (
    ChangeAvailability,
    Heartbeat,
    HeartbeatReply,
    OperationalStatus,
    StatusNotification,
    StatusReply,
)
from protocol.dialects.answers import read_status, status_writer
from protocol.dialects.v16 import read_evse
from protocol.dialects.words import given, read_timestamp, spelled
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.status import ChargingState, ConnectorStatus
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

State = tuple[ConnectorStatus, ChargingState | None]

# OCPP 1.6 §4.9 has one word for what 2.x says with two. Finishing is a connector in use without a transaction.
STATE_OF_STATUS: Mapping[str, State] = {
    "Available": (ConnectorStatus.AVAILABLE, None),
    "Preparing": (ConnectorStatus.OCCUPIED, ChargingState.EV_CONNECTED),
    "Charging": (ConnectorStatus.OCCUPIED, ChargingState.CHARGING),
    "SuspendedEV": (ConnectorStatus.OCCUPIED, ChargingState.SUSPENDED_EV),
    "SuspendedEVSE": (ConnectorStatus.OCCUPIED, ChargingState.SUSPENDED_EVSE),
    "Finishing": (ConnectorStatus.OCCUPIED, None),
    "Reserved": (ConnectorStatus.RESERVED, None),
    "Unavailable": (ConnectorStatus.UNAVAILABLE, None),
    "Faulted": (ConnectorStatus.FAULTED, None),
}
_STATUS_OF_STATE: Mapping[State, str] = {
    **{state: status for status, state in STATE_OF_STATUS.items()},
    (ConnectorStatus.OCCUPIED, ChargingState.IDLE): "Finishing",
}


def decode_heartbeat(_request: v16.HeartbeatRequest) -> Heartbeat:
    """Source: OCPP 1.6 §4.6."""
    return Heartbeat()


def encode_heartbeat(_message: Heartbeat) -> v16.HeartbeatRequest:
    """Source: OCPP 1.6 §4.6."""
    return v16.HeartbeatRequest()


def decode_heartbeat_reply(response: v16.HeartbeatResponse) -> HeartbeatReply:
    """The CSMS's clock."""
    return HeartbeatReply(current_time=read_timestamp(response.current_time, "$.currentTime"))


def encode_heartbeat_reply(reply: HeartbeatReply) -> v16.HeartbeatResponse:
    """The CSMS's clock."""
    return v16.HeartbeatResponse(current_time=format_timestamp(reply.current_time))


def decode_status(request: v16.StatusNotificationRequest) -> StatusNotification:
    """A connector's state, or the station's where connectorId is 0.

    Source: OCPP 1.6 §4.9, §6.47.
    """
    status, charging_state = STATE_OF_STATUS[request.status]
    evse = read_evse(request.connector_id)
    timestamp = given(request.timestamp)
    return StatusNotification(
        status=status,
        evse=evse,
        connector=None if evse is None else 1,
        charging_state=charging_state,
        error_code=None if request.error_code == "NoError" else request.error_code,
        info=given(request.info),
        occurred_at=None if timestamp is None else read_timestamp(timestamp, "$.timestamp"),
    )


def encode_status(message: StatusNotification) -> v16.StatusNotificationRequest:
    """Source: OCPP 1.6 §6.47. A charging state beside anything but OCCUPIED is dropped."""
    state = message.charging_state if message.status is ConnectorStatus.OCCUPIED else None
    return v16.StatusNotificationRequest(
        connector_id=message.evse or 0,
        error_code=spelled(message.error_code or "NoError"),
        info=UNSET if message.info is None else message.info[:50],
        status=spelled(_STATUS_OF_STATE[message.status, state]),
        timestamp=UNSET if message.occurred_at is None else format_timestamp(message.occurred_at),
    )


def decode_status_reply(_response: v16.StatusNotificationResponse) -> StatusReply:
    """Heard."""
    return StatusReply()


def encode_status_reply(_reply: StatusReply) -> v16.StatusNotificationResponse:
    """Heard."""
    return v16.StatusNotificationResponse()


def decode_change_availability(request: v16.ChangeAvailabilityRequest) -> ChangeAvailability:
    """Source: OCPP 1.6 §5.2, §6.7."""
    return ChangeAvailability(status=OperationalStatus(request.type), evse=read_evse(request.connector_id))


def encode_change_availability(message: ChangeAvailability) -> v16.ChangeAvailabilityRequest:
    """Source: OCPP 1.6 §6.7. Raises NotExpressible for a second connector, which has a number of its own (§3.8)."""
    if message.connector not in (None, 1):
        raise NotExpressible(OcppVersion.V16, f"connector {message.connector} of an EVSE")
    return v16.ChangeAvailabilityRequest(connector_id=message.evse or 0, type=spelled(message.status))


ROUTES = (
    Route(
        action="Heartbeat",
        direction=Direction.FROM_STATION,
        messages=(Heartbeat,),
        reply=HeartbeatReply,
        request=v16.HeartbeatRequest,
        response=v16.HeartbeatResponse,
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
        request=v16.StatusNotificationRequest,
        response=v16.StatusNotificationResponse,
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
        request=v16.ChangeAvailabilityRequest,
        response=v16.ChangeAvailabilityResponse,
        decode_request=decode_change_availability,
        encode_request=encode_change_availability,
        decode_response=read_status,
        encode_response=status_writer(v16.ChangeAvailabilityResponse),
    ),
)
