"""OCPP 2.0.1 security: SecurityEventNotification."""

from protocol.blocks.security.messages import SecurityEventNotification
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.words import given, read_timestamp, sent
from protocol.domain.commands import Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.wire import v201


def decode_security_event(request: v201.SecurityEventNotificationRequest) -> SecurityEventNotification:
    """Source: OCPP 2.0.1 A04."""
    return SecurityEventNotification(
        kind=request.type,
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
        info=given(request.tech_info),
    )


def encode_security_event(message: SecurityEventNotification) -> v201.SecurityEventNotificationRequest:
    """Source: OCPP 2.0.1 A04."""
    return v201.SecurityEventNotificationRequest(
        type=message.kind, timestamp=format_timestamp(message.occurred_at), tech_info=sent(message.info)
    )


ROUTES = (
    Route(
        action="SecurityEventNotification",
        direction=Direction.FROM_STATION,
        messages=(SecurityEventNotification,),
        reply=Heard,
        request=v201.SecurityEventNotificationRequest,
        response=v201.SecurityEventNotificationResponse,
        decode_request=decode_security_event,
        encode_request=encode_security_event,
        decode_response=read_heard,
        encode_response=heard_writer(v201.SecurityEventNotificationResponse),
    ),
)
