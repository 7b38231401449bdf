"""Stations of a test's own: the demo's come and go as their drivers like."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.web.conftest import Demo

LOCATION = {
    "name": "Quiet Corner",
    "address": "Stillweg 7",
    "city": "Berlin",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "latitude": 52.5405,
    "longitude": 13.4125,
}
LOCATION_ID = "quiet-corner"
TARIFF = {
    "id": "quiet",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [
                {"type": "FLAT", "price": 1, "vat": 19, "step_size": 0},
                {"type": "ENERGY", "price": 0.5, "vat": 19, "step_size": 1},
            ]
        }
    ],
}


@contextmanager
def operator_of(demo: Demo) -> Iterator[httpx.Client]:
    """The demo's operator, who asks under `/api/v1`."""
    with httpx.Client(base_url=f"{demo.url}/api/v1", timeout=40) as client:
        email, password = demo.operator
        body = {"email": email, "password": password, "role": "operator"}
        client.headers["Authorization"] = f"Bearer {asked(client.post('/auth/login', json=body))['access_token']}"
        yield client


def asked(answer: httpx.Response) -> Any:
    """The JSON of a success."""
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def register_quiet_station(operator: httpx.Client, station_id: str) -> None:
    """A station of 22 kW with one parking bay, without a password, where nobody else charges; its price is known."""
    asked(operator.put(f"/locations/{LOCATION_ID}", json=LOCATION))
    connector = {"connector": 1, "standard": "IEC_62196_T2", "power_w": 22_000}
    station = {
        "location_id": LOCATION_ID,
        "security_profiles": [0],
        "evses": [{"evse": 1, "connectors": [connector]}],
    }
    asked(operator.put(f"/stations/{station_id}", json=station))
    bay = {"location_id": LOCATION_ID, "name": f"{station_id} bay", "station_id": station_id, "evse": 1}
    asked(operator.put(f"/bays/{station_id}-bay", json=bay))
    asked(operator.put(f"/tariffs/{TARIFF['id']}", json=TARIFF))
    known = asked(operator.get(f"/tariffs/{TARIFF['id']}/assignments"))["places"]
    places = [{name: one[name] for name in ("station_id", "bay_id") if one[name]} for one in known]
    places += [{"station_id": station_id}, {"bay_id": f"{station_id}-bay"}]
    asked(operator.put(f"/tariffs/{TARIFF['id']}/assignments", json={"places": places}))
