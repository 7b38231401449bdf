"""A browser, and it alone, reads what its push service was given; one that is gone is forgotten."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from backoffice.kit.testing import eventually
from backoffice.notifications.keys import public_text, vapid_key
from tests.backoffice.notifications.harness import (
    API,
    MINUTE,
    deliveries,
    delivery,
    happens,
    idle,
    rows_are,
    started,
)
from tests.backoffice.notifications.receivers import Browser, Endpoint
from tests.factories.places import HttpPlace


async def subscribe(place: HttpPlace, subscription: dict[str, Any], driver: str = "driver-1") -> str:
    where = f"{API}/push/subscriptions"
    response = await place.http.post(where, json=subscription, headers=place.driver_headers(driver))
    assert response.status_code == 201, response.text
    subscription_id: str = response.json()["subscription_id"]
    return subscription_id


async def test_browser_reads_what_was_sent_and_no_other_does(place: HttpPlace, hook: Endpoint) -> None:
    browser = Browser()
    await subscribe(place, browser.subscription(hook.url))

    await happens(place, idle())

    [request] = await eventually(hook.received)
    row = await delivery(place, channel="push", state="sent")
    message = json.loads(browser.read(request.body))
    assert message["id"] == row["delivery_id"]
    assert message["kind"] == "idle_warning"
    assert message["title"] == "Your vehicle does not charge any more"
    assert b"vehicle" not in request.body
    with pytest.raises(http_ece.ECEException):
        Browser().read(request.body)
    with pytest.raises(http_ece.ECEException):
        browser.read(request.body[:-1] + bytes([request.body[-1] ^ 1]))


async def test_push_service_is_shown_whose_message_it_is(place: HttpPlace, hook: Endpoint) -> None:
    await subscribe(place, Browser().subscription(hook.url))
    said = (await place.http.get(f"{API}/push/key", headers=place.driver_headers())).json()["public_key"]

    await happens(place, idle())

    [request] = await eventually(hook.received)
    scheme, _, fields = request.headers["authorization"].partition(" ")
    token, key = (field.strip().partition("=")[2] for field in fields.split(","))
    assert (scheme, key) == ("vapid", said)
    point = base64.urlsafe_b64decode(said + "=")
    claims = jwt.decode(
        token,
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point),
        algorithms=["ES256"],
        audience=f"http://127.0.0.1:{hook.port}",
    )
    assert claims["sub"].startswith("mailto:")
    assert request.headers["content-encoding"] == "aes128gcm"
    assert request.headers["urgency"] == "high"
    assert 3_000 < int(request.headers["ttl"]) <= 3_600
    assert len(request.headers["topic"]) == 32


async def test_every_browser_of_a_person_is_told(place: HttpPlace, hook: Endpoint) -> None:
    for number in range(2):
        await subscribe(place, Browser().subscription(f"{hook.url}/{number}"))

    await happens(place, started())

    requests = await eventually(lambda: hook.received(2))
    assert {request.path for request in requests} == {"/hook/0", "/hook/1"}


async def test_browser_that_is_gone_is_forgotten(place: HttpPlace, hook: Endpoint) -> None:
    await subscribe(place, Browser().subscription(hook.url))
    hook.status = 410
    await happens(place, started())
    await delivery(place, channel="push", state="given_up", detail="the browser is gone")

    await happens(place, started("s-2"))

    await eventually(rows_are(place, 2, channel="in_app"))
    assert len(await deliveries(place, channel="push")) == 1


async def test_push_service_that_is_away_is_tried_again(place: HttpPlace, hook: Endpoint) -> None:
    browser = Browser()
    await subscribe(place, browser.subscription(hook.url))
    hook.status = 503
    await happens(place, started())
    await delivery(place, channel="push", state="failed")
    hook.status = 201
    place.clock.advance(MINUTE)

    await delivery(place, channel="push", state="sent", attempts=2)

    first, second = (json.loads(browser.read(request.body)) for request in hook.got)
    assert first == second
    assert hook.got[0].headers["topic"] == hook.got[1].headers["topic"]


async def test_browser_that_is_somebody_elses_now_is_not_told_what_was_for_who_had_it(
    place: HttpPlace, hook: Endpoint
) -> None:
    subscription = Browser().subscription(hook.url)
    subscription_id = await subscribe(place, subscription)
    hook.status = 503
    await happens(place, started())
    await delivery(place, channel="push", state="failed")

    assert await subscribe(place, subscription, driver="driver-2") == subscription_id
    place.clock.advance(MINUTE)

    await delivery(place, channel="push", state="suppressed")
    assert len(hook.got) == 1


async def test_subscription_is_removed_by_its_owner_alone(place: HttpPlace, hook: Endpoint) -> None:
    where = f"{API}/push/subscriptions/{await subscribe(place, Browser().subscription(hook.url))}"

    assert (await place.http.delete(where, headers=place.driver_headers("driver-2"))).status_code == 404
    assert (await place.http.delete(where, headers=place.driver_headers())).status_code == 204
    assert (await place.http.delete(where, headers=place.driver_headers())).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"keys": {"p256dh": "AAAA", "auth": "MDEyMzQ1Njc4OWFiY2RlZg"}},
        {"keys": {"p256dh": "not base64 at all!", "auth": "MDEyMzQ1Njc4OWFiY2RlZg"}},
        {"endpoint": "gopher://127.0.0.1/"},
    ],
)
async def test_what_no_browser_made_is_refused(place: HttpPlace, hook: Endpoint, change: dict[str, Any]) -> None:
    body = {**Browser().subscription(hook.url), **change}

    refused = await place.http.post(f"{API}/push/subscriptions", json=body, headers=place.driver_headers())

    assert refused.status_code == 422


@pytest.mark.parametrize("settings", [{"NOTIFICATIONS_ALLOW_PRIVATE_ADDRESSES": "false"}])
async def test_push_service_in_our_own_network_is_refused(
    place: HttpPlace, settings: Mapping[str, str], hook: Endpoint
) -> None:
    assert settings
    body = Browser().subscription(f"https://127.0.0.1:{hook.port}/")

    refused = await place.http.post(f"{API}/push/subscriptions", json=body, headers=place.driver_headers())

    assert refused.status_code == 422


def test_key_derives_from_the_installations_own_unless_one_is_given() -> None:
    derived = [public_text(vapid_key(token_key, None)) for token_key in ("a" * 32, "a" * 32, "b" * 32)]
    number = (7).to_bytes(32)
    given = public_text(vapid_key("a" * 32, base64.urlsafe_b64encode(number).rstrip(b"=").decode()))

    assert derived[0] == derived[1] != derived[2]
    assert given == public_text(ec.derive_private_key(7, ec.SECP256R1()))
