"""What telemetry shows by REST."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from backoffice.kit.numbers import PlainDecimal
from backoffice.telemetry.domain import Frame
from backoffice.telemetry.models import DeviationRow, FrameRow, ReadingRow, StationEventRow


class ReadingView(BaseModel):
    """One reading. `evse` null is the main meter, `phase` null all of them."""

    measured_at: datetime
    evse: int | None
    measurand: str
    phase: str | None
    context: str
    location: str
    value: PlainDecimal
    unit: str
    transaction_id: str | None

    @classmethod
    def of(cls, row: ReadingRow) -> "ReadingView":
        """A row as it is shown."""
        return cls(
            measured_at=row.measured_at,
            evse=row.evse or None,
            measurand=row.measurand,
            phase=row.phase or None,
            context=row.context,
            location=row.location,
            value=row.value,
            unit=row.unit,
            transaction_id=row.transaction_id,
        )


class StationReadingView(ReadingView):
    """One reading of any station."""

    station_id: str

    @classmethod
    def of_station(cls, row: ReadingRow) -> "StationReadingView":
        """A row as it is shown."""
        return cls(station_id=row.station_id, **dict(ReadingView.of(row)))


class StationEventView(BaseModel):
    """One thing that a station did."""

    event_id: str
    event_type: str
    occurred_at: datetime
    received_at: datetime
    data: dict[str, Any]  # Any: JSON

    @classmethod
    def of(cls, row: StationEventRow) -> "StationEventView":
        """A row as it is shown."""
        return cls(
            event_id=row.event_id,
            event_type=row.event_type,
            occurred_at=row.occurred_at,
            received_at=row.received_at,
            data=row.data,
        )


class MessageView(BaseModel):
    """One frame of the message log, secrets masked. `direction` is seen from the CSMS."""

    at: datetime
    direction: Literal["in", "out"]
    action: str | None
    message_id: str | None
    verdict: str
    deviations: list[str]
    text: str
    is_truncated: bool

    @classmethod
    def of(cls, frame: FrameRow | Frame) -> "MessageView":
        """A frame as it is shown, from the tables or from the bus."""
        return cls(
            at=frame.at,
            direction="in" if frame.direction == "in" else "out",
            action=frame.action or None,
            message_id=frame.message_id or None,
            verdict=frame.verdict,
            deviations=list(frame.deviations),
            text=frame.text,
            is_truncated=frame.is_truncated,
        )


class DeviationView(BaseModel):
    """How often a station needed a rule."""

    rule: str
    count: int
    first_at: datetime
    last_at: datetime
    last_detail: str

    @classmethod
    def of(cls, row: DeviationRow) -> "DeviationView":
        """A row as it is shown."""
        return cls(
            rule=row.rule,
            count=row.count,
            first_at=row.first_at,
            last_at=row.last_at,
            last_detail=row.last_detail,
        )
