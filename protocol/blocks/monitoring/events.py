"""What we hold true of a station's monitors, and of what they saw."""

import msgspec

from protocol.blocks.monitoring.messages import MonitoredVariable, StationEvent
from protocol.domain.reports import ReportPart


class MonitorsReported(ReportPart, frozen=True, kw_only=True):
    """A part of a report of monitors."""

    variables: tuple[MonitoredVariable, ...] = ()


class StationEventsReported(msgspec.Struct, frozen=True):
    """A station saw this."""

    events: tuple[StationEvent, ...]
