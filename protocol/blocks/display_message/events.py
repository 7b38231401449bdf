"""What we hold true of a station's display."""

from protocol.blocks.display_message.messages import DisplayMessage
from protocol.domain.reports import ReportPart


class DisplayMessagesReported(ReportPart, frozen=True, kw_only=True):
    """A part of a report of the messages that a station has."""

    messages: tuple[DisplayMessage, ...] = ()
