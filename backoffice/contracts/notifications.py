"""What notifications says. Key of every event: the driver or operator id."""

import msgspec

from protocol.bus.catalogue import EventRow
from protocol.bus.subjects import Kind


class MessagePosted(msgspec.Struct, frozen=True):
    """There is a message in somebody's inbox: `kind` says what about, its text is theirs to read by REST."""

    message_id: str
    recipient: str
    kind: str


EVENTS = (EventRow(MessagePosted, Kind.DOMAIN, "notifications", "message_posted"),)
