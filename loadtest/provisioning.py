"""A crew's locations, tariff, drivers and stations at the platform, by the operator's REST.

Stations are the run's own and are deleted afterwards. Two locations, one tariff and the drivers stay, for invoices name
them and nobody can delete them: they are the same in every run, and making them again changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from chargeyard.errors import ChargeyardError
from chargeyard.rest import RestClient, RestRefused
from loadtest.conduct import POWER_W
from loadtest.crew import BY_APP, BY_CARD, PREFIX, Crew, Place

TARIFF = f"{PREFIX}tariff"
_CARD_NUMBER = "4242424242424242"
_AT_ONCE = 8
_DRIVERS_AT_ONCE = 4  # a log-in costs the platform some 50 ms of a core: argon2
_TELL_EVERY = 500
_CONFLICT, _NOT_FOUND, _UNAUTHORIZED = 409, 404, 401
_ONLINE_PATIENCE_S, _POLL_S = 60.0, 1.0

Say = Callable[[str], None]
_Thing = TypeVar("_Thing")


class DriverIsSomebodyElses(ChargeyardError):
    """The driver is there, with another password."""

    def __init__(self, email: str) -> None:
        super().__init__(
            f"{email} was made by a load test under another operator's password; "
            "give --driver-secret what it was, or log in as that operator"
        )


async def provision(crew: Crew, operator: RestClient, *, say: Say) -> None:
    """Everybody of the crew can come. Raises RestRefused and DriverIsSomebodyElses; what is made stays till removal."""
    for place in (BY_CARD, BY_APP):
        await operator.put(f"/locations/{place.location_id}", _location(place))
    await operator.put(f"/tariffs/{TARIFF}", _tariff())
    places = [{"location_id": place.location_id} for place in (BY_CARD, BY_APP)]
    await operator.put(f"/tariffs/{TARIFF}/assignments", {"places": places})

    async def save_station(number: int) -> None:
        await operator.put(f"/stations/{crew.station_id(number)}", _station(crew, number))

    async def have_driver(number: int) -> None:
        await _have_driver(crew, number)

    say(f"registering {crew.stations} stations and {crew.drivers} drivers")
    await _each(range(1, crew.drivers + 1), have_driver, at_once=_DRIVERS_AT_ONCE, say=say, what="drivers")
    await _each(range(1, crew.stations + 1), save_station, at_once=_AT_ONCE, say=say, what="stations")


async def remove(station_ids: Iterable[str], operator: RestClient, *, say: Say) -> list[str]:
    """These stations are gone; returns those that are not, because somebody holds them online. Raises RestRefused."""
    kept: list[str] = []

    async def delete(station_id: str) -> None:
        if not await _delete(operator, station_id):
            kept.append(station_id)

    wanted = list(station_ids)
    await _each(wanted, delete, at_once=_AT_ONCE, say=say, what="stations removed")
    say(f"stations removed: {len(wanted) - len(kept)}")
    return sorted(kept)


async def find_stations(operator: RestClient, *, run: str = "") -> list[str]:
    """The stations of this run, or of every load test there was. Raises RestRefused."""
    found: list[str] = []
    query: dict[str, Any] = {"limit": 500}  # Any: a number and perhaps a cursor
    while True:
        page = await operator.get("/stations", **query)
        found += [one["station_id"] for one in page["items"] if _is_ours(one, run)]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def _is_ours(station: dict[str, Any], run: str) -> bool:  # Any: JSON
    """By its place as well as its name: an operator's own `load-…` is not ours to delete."""
    at = station["location"]["location_id"]
    return at in (BY_CARD.location_id, BY_APP.location_id) and station["station_id"].startswith(f"{PREFIX}{run}")


async def _delete(operator: RestClient, station_id: str) -> bool:
    """Whether the station is gone: that its socket is closed is known a moment later."""
    deadline = asyncio.get_running_loop().time() + _ONLINE_PATIENCE_S
    while True:
        try:
            await operator.delete(f"/stations/{station_id}")
        except RestRefused as refused:
            if refused.status == _NOT_FOUND:
                return True
            if refused.status != _CONFLICT:
                raise
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(_POLL_S)
        else:
            return True


async def _have_driver(crew: Crew, number: int) -> None:
    email = crew.driver_email(number)
    async with RestClient(crew.rest_url, tenant=crew.tenant) as driver:
        try:
            await driver.register(email, crew.driver_password(number))
        except RestRefused as refused:
            if refused.status == _UNAUTHORIZED:
                raise DriverIsSomebodyElses(email) from refused
            raise
        await driver.post("/me/tokens", {"value": crew.card(number), "type": "ISO14443"})
        if not await driver.get("/billing/payment-methods"):
            await driver.post("/billing/payment-methods", {"card_number": _CARD_NUMBER})


async def _each(
    things: Iterable[_Thing], act: Callable[[_Thing], Awaitable[None]], *, at_once: int, say: Say, what: str
) -> None:
    """Every one is done, so many at once; the first error ends it."""
    waiting, done = iter(things), 0

    async def work() -> None:
        nonlocal done
        for thing in waiting:
            await act(thing)
            done += 1
            if done % _TELL_EVERY == 0:
                say(f"  {done} {what}")

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(work())


def _location(place: Place) -> dict[str, Any]:  # Any: JSON
    return {
        "name": place.name,
        "address": "North Sea",
        "city": "Nowhere",
        "country": "NL",
        "timezone": "Europe/Amsterdam",
        "latitude": place.latitude,
        "longitude": place.longitude,
    }


def _tariff() -> dict[str, Any]:  # Any: JSON
    component = {"type": "ENERGY", "price": 0.49, "vat": 19.0, "step_size": 1}
    return {"id": TARIFF, "currency": "EUR", "elements": [{"price_components": [component]}]}


def _station(crew: Crew, number: int) -> dict[str, Any]:  # Any: JSON
    place = BY_APP if crew.is_by_app(number) else BY_CARD
    connector = {"connector": 1, "standard": "IEC_62196_T2", "power_w": round(POWER_W)}
    return {
        "location_id": place.location_id,
        "security_profiles": [1],
        "password": crew.station_password(number),
        "default_version": crew.version(number),
        "evses": [{"evse": 1, "connectors": [connector]}],
    }
