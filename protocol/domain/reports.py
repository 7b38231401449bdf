"""Reports that a station sends in parts, and how it is known that they are whole."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec


class ReportKind(StrEnum):
    """What a report is of."""

    VARIABLES = "variables"
    MONITORS = "monitors"
    CUSTOMER_INFORMATION = "customer_information"
    DISPLAY_MESSAGES = "display_messages"


class ReportPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the report that was ordered as `request_id`.

    `seq_no` counts from 0 and is None where the message has none (NotifyDisplayMessages); `is_last`: no more follow.
    """

    request_id: int
    is_last: bool = True
    seq_no: int | None = None
    generated_at: datetime | None = None


def is_complete(parts: Iterable[tuple[int | None, bool]]) -> bool:
    """Whether the parts, as (seq_no, is_last) and each once, are all: the last one is there and none before it lacks.

    Some stations count from 1. Parts without numbers are complete once the last one is there: nobody can tell more.
    """
    known = list(parts)
    last = [seq_no for seq_no, is_last in known if is_last]
    if not last:
        return False
    numbers = {seq_no for seq_no, _ in known if seq_no is not None}
    if not numbers or last[0] is None:
        return True
    first, end = min(numbers), max(number for number in last if number is not None)
    return first in (0, 1) and numbers >= set(range(first, end + 1))
