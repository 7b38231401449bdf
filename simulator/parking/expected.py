"""Which stays a platform should have, by what the devices said of them. Pure.

A device that does not say that a vehicle has left leaves the platform in the belief that it is there still. So:

Invariants:
1. What was said and heard makes a stay, from the arrival until the departure that was said next.
2. A vehicle that comes while another is thought to be there is that other one; only two plates tell them apart, and
   then the first has left when the second came.
3. A stay is the driver's who checked in first, or had reserved; where its EVSE is known, perhaps of who charged there.
4. Of what the platform did not confirm nothing is certain; nor of what is thought to be of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from simulator.parking.records import Parked, StayEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedStay:
    """One stay as a platform should have it. `ended_at` None: nobody said that it has ended.

    One that is not `is_certain` may be there or not, and otherwise than it is here.
    """

    bay_id: str
    began_at: datetime
    ended_at: datetime | None
    plate: str | None = None
    driver_id: str | None = None
    station_id: str | None = None
    evse: int | None = None
    is_certain: bool = True


def expected_stays(
    stays: Iterable[StayEntry], parked: Iterable[Parked] = (), *, tenant: str = "default"
) -> list[ExpectedStay]:
    """The stays of these vehicles, bay by bay; of `parked` nobody knows how they went on."""
    of_bay: dict[str, list[StayEntry | Parked]] = {}
    rows: list[StayEntry | Parked] = [*stays, *parked]
    for one in rows:
        if one.tenant == tenant:
            of_bay.setdefault(one.bay_id, []).append(one)
    found: list[ExpectedStay] = []
    for _, of_one in sorted(of_bay.items()):
        found += _in_one_bay(sorted(of_one, key=lambda one: one.arrived_at))
    return found


def _in_one_bay(rows: Sequence[StayEntry | Parked]) -> list[ExpectedStay]:
    found: list[ExpectedStay] = []
    for row in rows:
        if isinstance(row, Parked):
            found.append(_uncertain(row))
            continue
        if _was_refused(row):
            continue  # what the platform refused to hear of makes no stay
        one, before = _stay(row), found[-1] if found else None
        if before is None or before.ended_at is not None:
            found.append(one)
        elif None not in (before.plate, one.plate) and before.plate != one.plate:
            found[-1] = replace(before, ended_at=one.began_at)
            found.append(one)
        else:
            found[-1] = replace(
                before,
                ended_at=one.ended_at,
                plate=before.plate or one.plate,
                driver_id=before.driver_id or one.driver_id,
                is_certain=before.is_certain and one.is_certain,
            )
    return found


def _stay(row: StayEntry) -> ExpectedStay:
    is_over = row.left_at is not None and row.is_departure_said
    is_heard = row.is_arrival_acknowledged and not row.unheard and row.is_departure_acknowledged == is_over
    return ExpectedStay(
        bay_id=row.bay_id,
        began_at=row.arrived_at,
        ended_at=row.left_at if is_over else None,
        plate=row.plate,
        driver_id=row.driver_id,
        station_id=row.station_id,
        evse=row.evse,
        is_certain=is_heard,
    )


def _uncertain(row: Parked) -> ExpectedStay:
    return ExpectedStay(bay_id=row.bay_id, began_at=row.arrived_at, ended_at=None, is_certain=False)


def _was_refused(row: StayEntry) -> bool:
    return not row.is_arrival_acknowledged and not row.unheard
