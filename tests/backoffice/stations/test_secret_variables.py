"""A station's secrets are set by the commands that know what hangs on them, and by no other."""

import pytest

from tests.backoffice.stations.harness import Node, add_station
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("variable", "component"),
    [("AuthorizationKey", ""), (" authorizationkey", ""), ("BasicAuthPassword", "SecurityCtrlr")],
)
async def test_password_is_set_by_no_assignment_and_no_template(
    place: HttpPlace, variable: str, component: str
) -> None:
    await add_station(place)
    node = Node(place)
    await node.listen()
    assignment = {"variable": variable, "component": component, "value": "0123456789ABCDEF0123"}
    headers = place.operator_headers()

    commanded = await place.http.post(
        "/api/v1/stations/CP001/commands/set_variables", json={"assignments": [assignment]}, headers=headers
    )
    saved = await place.http.put("/api/v1/configuration-templates/T", json={"variables": [assignment]}, headers=headers)
    templates = await place.http.get("/api/v1/configuration-templates", headers=headers)

    for refused in (commanded, saved):
        assert refused.status_code == 422
        assert "rotate_password" in refused.json()["detail"]
        assert assignment["value"] not in refused.text
    assert (node.sent, templates.json()) == ([], [])
