"""The one line of `up`: what events make of it."""

from datetime import UTC, datetime
from decimal import Decimal

from backoffice.contracts.sessions import ParkingSessionCompleted, ParkingSessionStarted
from chargeyard.summary import Summary
from protocol.domain.identifiers import DriverId

T0 = datetime(2026, 3, 4, 10, tzinfo=UTC)


def came(number: int, driver: str | None = None) -> ParkingSessionStarted:
    driver_id = DriverId(driver) if driver is not None else None
    return ParkingSessionStarted(
        session_id=f"s{number}", bay_id=f"P{number}", location_id="L", driver_id=driver_id, started_at=T0
    )


def test_a_vehicle_is_parked_once_until_its_stay_is_completed() -> None:
    summary = Summary()

    for event in (came(1), came(1, "ann"), came(2)):
        summary.take(event)
    while_there = str(summary)
    summary.take(
        ParkingSessionCompleted(
            session_id="s1",
            bay_id="P1",
            location_id="L",
            driver_id=DriverId("ann"),
            started_at=T0,
            ended_at=T0,
            tariff_id="T",
            tariff_version=1,
            currency="EUR",
            lines=(),
            total_excl_vat=Decimal(0),
            total_incl_vat=Decimal(0),
        )
    )

    assert " · 2 parked · " in while_there
    assert " · 1 parked · " in str(summary)
