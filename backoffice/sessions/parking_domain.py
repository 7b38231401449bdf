"""The states of a stay in a parking bay, and what it costs.

Invariants:
1. A bay has one stay at a time: a vehicle that comes while another is there says that the other has left.
2. A stay is completed once, with the tariff that held at its start for whoever it belongs to.
3. A stay that is nobody's is recorded, and billed to nobody.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from backoffice.pricing.calculation import Price, price
from backoffice.pricing.periods import ChargingPeriod
from backoffice.pricing.tariff import read_tariff


class ParkingState(StrEnum):
    """PARKED until the vehicle leaves, LEFT until the stay is priced."""

    PARKED = "parked"
    LEFT = "left"
    COMPLETED = "completed"


def price_of_stay(tariff: bytes, *, since: datetime, until: datetime, timezone: str) -> Price:
    """The price of having stood there: PARKING_TIME and FLAT, by the one pricing function."""
    parked_s = Decimal((until - since).total_seconds())
    period = ChargingPeriod(started_at=since, ended_at=until, parking_s=parked_s)
    return price(read_tariff(tariff), [period], timezone=ZoneInfo(timezone))
