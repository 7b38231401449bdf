"""A driver who is forgotten pays what everybody pays."""

from typing import Any

from backoffice.contracts.identity import DriverDeleted
from backoffice.contracts.privacy import PERSONAL_DATA_OF, AskPersonalData
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.tariffs.test_priority import ANNA, BEN, put
from tests.backoffice.tariffs.test_tariffs import publish
from tests.factories.places import HttpPlace


async def known_of(place: HttpPlace, driver_id: Any) -> list[str]:
    question: AskPersonalData | None = AskPersonalData(DEFAULT_TENANT, driver_id)
    kinds: list[str] = []
    while question is not None:
        answer = await place.bus.ask(PERSONAL_DATA_OF["tariffs"], question)
        kinds += [record.kind for record in answer.records]
        question = AskPersonalData(DEFAULT_TENANT, driver_id, answer.next) if answer.next else None
    return kinds


async def test_no_tariff_and_no_group_is_theirs_any_more(place: HttpPlace) -> None:
    await publish(place, "own")
    await put(place, "own/drivers", {"driver_ids": [ANNA, BEN]})
    await put(place, "groups/staff/drivers", {"driver_ids": [ANNA, BEN]})
    assert await known_of(place, ANNA) == ["own_tariffs", "tariff_groups"]

    await place.publish_domain(DriverDeleted(ANNA), key=ANNA)

    async def is_forgotten() -> bool:
        return not await known_of(place, ANNA)

    await eventually(is_forgotten, what="nothing of the driver")
    assert await known_of(place, BEN) == ["own_tariffs", "tariff_groups"]
