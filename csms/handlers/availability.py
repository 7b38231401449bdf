"""Heartbeats and connector states (OCPP 2.0.1 G01, G02; OCPP 1.6 §4.6, §4.9)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.availability.events import ConnectorStatusReported
from protocol.blocks.availability.machine import CONNECTOR
from protocol.blocks.availability.messages import Heartbeat, HeartbeatReply, StatusNotification, StatusReply
from protocol.errors import PropertyConstraintViolation

MAX_CONNECTORS = 256  # of one station; each costs us memory for as long as its socket, and a slot while NATS is away


async def on_heartbeat(_message: Heartbeat, call: ReceivedCall, _ports: Ports) -> HeartbeatReply:
    """The station hears the time. That it is here is known by its socket."""
    return HeartbeatReply(current_time=call.received_at)


async def on_status_notification(message: StatusNotification, call: ReceivedCall, ports: Ports) -> StatusReply:
    """The report stands, flagged where the table of states has no way to it; the last of each connector is kept."""
    station, place = call.station, (message.evse, message.connector)
    if place not in station.connector_statuses and len(station.connector_statuses) >= MAX_CONNECTORS:
        raise PropertyConstraintViolation(f"this station named {MAX_CONNECTORS} connectors already", path="$")
    observed = CONNECTOR.observe(station.connector_statuses.get(place), message.status)
    station.connector_statuses[place] = observed.state
    reported = ConnectorStatusReported(
        status=message.status,
        evse=message.evse,
        connector=message.connector,
        charging_state=message.charging_state,
        error_code=message.error_code,
        info=message.info,
        is_surprise=observed.is_surprise,
    )
    ports.publisher.publish_latest(
        (station.key, "status", *place), call.state(reported, occurred_at=message.occurred_at)
    )
    return StatusReply()
