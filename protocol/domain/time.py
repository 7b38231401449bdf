"""Timestamps as stations write them, read as UTC-aware datetimes."""

from datetime import UTC, datetime


def parse_timestamp(text: str) -> datetime:
    """An RFC 3339 timestamp as UTC. One without a zone is taken as UTC (OCPP 1.6 §3.14 asks for it).

    Raises ValueError for anything else.
    """
    stamp = datetime.fromisoformat(text)
    if stamp.tzinfo is UTC:
        return stamp
    try:
        return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is outside of the calendar in UTC") from error


def format_timestamp(at: datetime) -> str:
    """RFC 3339 with milliseconds and `Z`: some stations refuse an offset."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"
