"""OCPP 1.6 security extension: SecurityEventNotification."""

from protocol.blocks.security.messages import SecurityEventNotification
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.words import given, read_timestamp, sent
from protocol.domain.commands import Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.wire import v16


def decode_security_event(request: v16.SecurityEventNotificationRequest) -> SecurityEventNotification:
    """Source: OCPP 1.6 Security whitepaper §4, A04."""
    return SecurityEventNotification(
        kind=request.type,
        occurred_at=read_timestamp(request.timestamp, "$.timestamp"),
        info=given(request.tech_info),
    )


def encode_security_event(message: SecurityEventNotification) -> v16.SecurityEventNotificationRequest:
    """Source: OCPP 1.6 Security whitepaper §4, A04."""
    return v16.SecurityEventNotificationRequest(
        type=message.kind, timestamp=format_timestamp(message.occurred_at), tech_info=sent(message.info)
    )


ROUTES = (
    Route(
        action="SecurityEventNotification",
        direction=Direction.FROM_STATION,
        messages=(SecurityEventNotification,),
        reply=Heard,
        request=v16.SecurityEventNotificationRequest,
        response=v16.SecurityEventNotificationResponse,
        decode_request=decode_security_event,
        encode_request=encode_security_event,
        decode_response=read_heard,
        encode_response=heard_writer(v16.SecurityEventNotificationResponse),
    ),
)
