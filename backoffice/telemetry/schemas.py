"""What telemetry shows by REST."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from backoffice.kit.numbers import PlainDecimal
from backoffice.telemetry.models import ReadingRow, StationEventRow


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
