"""What reporting says. Key of every event: the report id."""

from datetime import date

import msgspec

from protocol.bus.catalogue import EventRow
from protocol.bus.subjects import Kind


class ReportReady(msgspec.Struct, frozen=True, kw_only=True):
    """A report that was asked for every week or month is made; its lines are read by REST.

    It tells of the days from `begin` until before `end`. `recipients` are accounts of staff.
    """

    report_id: str
    schedule_id: str
    kind: str
    title: str
    begin: date
    end: date
    recipients: tuple[str, ...]


EVENTS = (EventRow(ReportReady, Kind.DOMAIN, "reporting", "report_ready"),)
