"""One vehicle's time in one bay, as the fleet lives it."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.parking.plan import BayPlan


@dataclass(slots=True, eq=False)
class Stay:
    """`driver` is who checks in or has reserved, by the name under which they log in; None: nobody says who it is.

    `is_departure_said` is False while the vehicle is there, and for good where the device forgets. `driver_id` is what
    the platform calls the driver who has checked in, or reserved, and whom it has answered. `unheard` counts what was
    said and not answered yet; `given_up` what the platform refused or nobody could say, by kind.
    """

    bay: BayPlan
    arrived_at: datetime
    plate: str | None = None
    driver: str | None = None
    driver_id: str | None = None
    left_at: datetime | None = None
    is_reserved: bool = False
    is_departure_said: bool = False
    is_arrival_acknowledged: bool = False
    is_departure_acknowledged: bool = False
    is_check_in_acknowledged: bool = False
    unheard: int = 0
    given_up: dict[str, int] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        """Whether nothing of it can change any more."""
        return self.left_at is not None and not self.unheard
