"""Stays as lines of a ledger."""

from datetime import datetime

import msgspec

from simulator.parking.stay import Stay

StayKey = tuple[str, str, datetime]


class Parked(msgspec.Struct, frozen=True, tag_field="kind", tag="parked"):
    """A vehicle came into a bay."""

    tenant: str
    bay_id: str
    arrived_at: datetime

    @property
    def key(self) -> StayKey:
        return self.tenant, self.bay_id, self.arrived_at


class StayEntry(msgspec.Struct, frozen=True, tag_field="kind", tag="stay"):
    """One vehicle's time in one bay. `left_at` is None where it was there when the fleet ended.

    `station_id` and `evse` are where it could charge. `plate` is the simulator's own. See `simulator.parking.stay`.
    """

    tenant: str
    bay_id: str
    site: str
    station_id: str | None
    evse: int | None
    device: str
    plate: str | None
    driver: str | None
    driver_id: str | None
    arrived_at: datetime
    left_at: datetime | None
    is_reserved: bool
    is_departure_said: bool
    is_arrival_acknowledged: bool
    is_departure_acknowledged: bool
    is_check_in_acknowledged: bool
    unheard: int
    given_up: dict[str, int]

    @property
    def key(self) -> StayKey:
        return self.tenant, self.bay_id, self.arrived_at


def parked_of(stay: Stay) -> Parked:
    """That it has begun."""
    return Parked(stay.bay.tenant, stay.bay.bay_id, stay.arrived_at)


def entry_of(stay: Stay) -> StayEntry:
    """The stay as it is now."""
    bay = stay.bay
    return StayEntry(
        tenant=bay.tenant,
        bay_id=bay.bay_id,
        site=bay.site,
        station_id=bay.station_id,
        evse=bay.evse,
        device=str(bay.device),
        plate=stay.plate,
        driver=stay.driver,
        driver_id=stay.driver_id,
        arrived_at=stay.arrived_at,
        left_at=stay.left_at,
        is_reserved=stay.is_reserved,
        is_departure_said=stay.is_departure_said,
        is_arrival_acknowledged=stay.is_arrival_acknowledged,
        is_departure_acknowledged=stay.is_departure_acknowledged,
        is_check_in_acknowledged=stay.is_check_in_acknowledged,
        unheard=stay.unheard,
        given_up=dict(stay.given_up),
    )
