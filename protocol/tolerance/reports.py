"""Parts of reports as they come over one socket: which of them is out of step (OCPP 2.0.1 B07, B08).

What is odd is noted and nothing is refused: whoever puts the parts together takes them in any order.
"""

from protocol.domain.reports import ReportKind, ReportPart
from protocol.ocppj.repairs import Deviation

_REMEMBERED = 16  # reports of one station that are on their way at once; a station that opens more forgets the oldest


class ReportWatch:
    """The highest number of each report whose last part has not come."""

    __slots__ = ("_highest",)

    def __init__(self) -> None:
        self._highest: dict[tuple[ReportKind, int], int] = {}

    def observe(self, kind: ReportKind, part: ReportPart) -> tuple[Deviation, ...]:
        """What is odd in the part's number: seqNo begins with 0 and goes up by one."""
        if part.seq_no is None:
            return ()
        report = (kind, part.request_id)
        highest = self._highest.pop(report, None)
        if not part.is_last:
            self._highest[report] = part.seq_no if highest is None else max(highest, part.seq_no)
            if len(self._highest) > _REMEMBERED:
                del self._highest[next(iter(self._highest))]
        return _judge(part.seq_no, highest)


def _judge(seq_no: int, highest: int | None) -> tuple[Deviation, ...]:
    if highest is None:
        return () if seq_no == 0 else (Deviation("report_not_from_0", str(seq_no)),)
    if seq_no <= highest:
        return (Deviation("report_part_repeated", f"{seq_no} after {highest}"),)
    return () if seq_no == highest + 1 else (Deviation("report_part_missing", f"{seq_no} after {highest}"),)
