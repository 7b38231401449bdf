"""A driver who is forgotten: what is in the way, and what of their reservations is left."""

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import OBSTACLES_OF, PERSONAL_DATA_OF, AskObstacles, AskPersonalData
from backoffice.kit.personal_data import PSEUDONYM
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId
from tests.backoffice.reservations.harness import EVSE, post, reserved
from tests.factories.places import HttpPlace

DRIVER = DriverId("driver-1")
WORDS = "my car broke down"


async def obstacles(place: HttpPlace) -> tuple[str, ...]:
    return (await place.bus.ask(OBSTACLES_OF["reservations"], AskObstacles(DEFAULT_TENANT, DRIVER))).reasons


async def test_reservation_stays_as_somebodys_once_it_is_over(place: HttpPlace) -> None:
    made = await reserved(place, EVSE)
    standing = await obstacles(place)
    await post(place, f"/{made['id']}/cancel", {"reason": WORDS})
    over = await obstacles(place)
    question = AskPersonalData(DEFAULT_TENANT, DRIVER)
    (known,) = (await place.bus.ask(PERSONAL_DATA_OF["reservations"], question)).records

    await place.publish_domain(DriverDeleted(DRIVER), key=DRIVER)

    async def is_forgotten() -> bool:
        return not (await place.bus.ask(PERSONAL_DATA_OF["reservations"], question)).records

    await eventually(is_forgotten, what="a reservation of nobody we know")
    read = await place.http.get(f"/api/v1/reservations/{made['id']}", headers=place.operator_headers())
    assert (len(standing), over) == (1, ())
    assert (known.kind, known.values["reason"]) == ("reservations", WORDS)
    assert read.json()["driver_id"].startswith(PSEUDONYM)
    assert (read.json()["state"], read.json()["reason"]) == ("cancelled", "")
