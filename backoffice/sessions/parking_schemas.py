"""What is taken and shown of stays in parking bays."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from backoffice.kit.numbers import PlainDecimal
from backoffice.sessions.models import ParkingRow
from backoffice.sessions.parking import cost_so_far
from backoffice.sessions.parking_domain import ParkingState
from backoffice.sessions.schemas import LineView


class ParkingClaim(BaseModel):
    """Where the driver stands; `since`: they came no earlier, so that a stay which began before is somebody else's."""

    bay_id: str = Field(min_length=1, max_length=255, examples=["P1-07"])
    since: AwareDatetime | None = None


class ParkingView(BaseModel):
    """A stay: what it has cost so far while the vehicle is there, what is billed once it is completed."""

    id: str
    bay_id: str
    location_id: str
    driver_id: str | None
    reservation_id: str | None
    state: ParkingState
    started_at: datetime
    ended_at: datetime | None
    cost_excl_vat: PlainDecimal
    cost_incl_vat: PlainDecimal
    currency: str
    tariff_id: str | None
    tariff_version: int | None
    lines: list[LineView]

    @classmethod
    def of(cls, row: ParkingRow, *, now: datetime) -> "ParkingView":
        """A row as it is shown."""
        cost_excl_vat, cost_incl_vat, currency = cost_so_far(row, now=now)
        return cls(
            id=row.id,
            bay_id=row.bay_id,
            location_id=row.location_id,
            driver_id=row.driver_id,
            reservation_id=row.reservation_id,
            state=ParkingState(row.state),
            started_at=row.started_at,
            ended_at=row.ended_at,
            cost_excl_vat=cost_excl_vat,
            cost_incl_vat=cost_incl_vat,
            currency=currency,
            tariff_id=row.tariff_id,
            tariff_version=row.tariff_version,
            lines=[LineView.model_validate(line) for line in row.lines or ()],
        )
