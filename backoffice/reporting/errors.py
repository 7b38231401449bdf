"""What reporting refuses."""

from collections.abc import Iterable
from datetime import date

from backoffice.kit.errors import Forbidden, InvalidRequest, NotFound


class NotToldBy(InvalidRequest):
    """The kind knows nothing of what it is to be told by."""

    def __init__(self, kind: str, group: str, *, known: Iterable[str]) -> None:
        self.kind = kind
        self.group = group
        super().__init__(f"A report of {kind} is not told by {group}, but by: {', '.join(sorted(known))}.")


class DaysWrong(InvalidRequest):
    """The days end before they begin, or are too many."""

    def __init__(self, begin: date, end: date, *, most: int) -> None:
        self.begin = begin
        self.end = end
        super().__init__(f"From {begin} to {end} are not 1 to {most} days.")


class TooLong(InvalidRequest):
    """The report has more lines than one file takes."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"The report has more than {most} lines: ask for fewer days, or by less.")


class ScheduleNotFound(NotFound):
    """No report is made under this schedule, or it is another's."""

    def __init__(self, schedule_id: str) -> None:
        super().__init__("schedule", schedule_id)


class ReportNotFound(NotFound):
    """No such report was made, or it is kept no longer, or it is not for the asker."""

    def __init__(self, report_id: str) -> None:
        super().__init__("report", report_id)


class NotTheirSite(Forbidden):
    """A site host asked for a site of somebody else."""

    def __init__(self, location_id: str) -> None:
        self.location_id = location_id
        super().__init__(f"The site {location_id} is not one of yours.")
