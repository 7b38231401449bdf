"""Who asks how somebody is reached hears it, and of nobody else's."""

from backoffice.contracts.identity import CONTACT_OF, STAFF_OF, AskContact, AskStaff, Contact
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from tests.factories.places import HttpPlace

OTHER_TENANT = TenantId("other")


async def test_account_is_reached_by_its_address(place: HttpPlace) -> None:
    registration = {"email": "Ada@example.org", "password": "correct horse battery"}
    registered = await place.http.post("/api/v1/auth/register", json=registration)
    headers = {"Authorization": f"Bearer {registered.json()['access_token']}"}
    driver_id = (await place.http.get("/api/v1/me", headers=headers)).json()["account_id"]

    contact = await place.bus.ask(CONTACT_OF, AskContact(DEFAULT_TENANT, driver_id))
    assert (contact.email, contact.is_verified) == ("ada@example.org", False)
    assert await place.bus.ask(CONTACT_OF, AskContact(OTHER_TENANT, driver_id)) == Contact()
    staff = (await place.bus.ask(STAFF_OF, AskStaff(DEFAULT_TENANT))).subjects
    assert len(staff) == 1
    assert driver_id not in staff
    assert (await place.bus.ask(STAFF_OF, AskStaff(OTHER_TENANT))).subjects == ()
