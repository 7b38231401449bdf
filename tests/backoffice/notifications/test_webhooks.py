"""A tenant's machines know what is from us, get it once more where they did not hear, and hold up nobody."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from backoffice.kit.testing import eventually
from backoffice.notifications.kinds import Kind
from protocol.domain.identifiers import TenantId
from tests.backoffice.notifications.harness import (
    API,
    DRIVER,
    MINUTE,
    add_webhook,
    deliveries,
    delivery,
    happens,
    receipt,
    rows_are,
)
from tests.backoffice.notifications.receivers import Endpoint, Request, endpoint
from tests.factories.places import HttpPlace

LOCAL_IS_REFUSED = pytest.mark.parametrize("settings", [{"NOTIFICATIONS_ALLOW_PRIVATE_ADDRESSES": "false"}])


def verified(request: Request, secret: str) -> Any:
    """The message, as a receiver reads it. Raises WebhookVerificationError."""
    return Webhook(secret).verify(request.body, request.headers)


async def test_message_is_signed_and_names_ids_alone(place: HttpPlace, hook: Endpoint) -> None:
    made = await add_webhook(place, hook.url, Kind.RECEIPT)

    await happens(place, receipt())

    [request] = await eventually(hook.received)
    message = verified(request, made["secret"])
    assert message["type"] == "receipt"
    assert message["subject"] == DRIVER
    assert message["data"] == {"session_id": "s-1", "invoice_id": "invoice-s-1", "amount": "4.62", "currency": "EUR"}
    assert b"Ada" not in request.body
    assert request.headers["content-type"] == "application/json"


async def test_forged_message_does_not_pass_a_receiver(place: HttpPlace, hook: Endpoint) -> None:
    made = await add_webhook(place, hook.url)
    await happens(place, receipt())
    [request] = await eventually(hook.received)

    forgeries = (
        Request(request.path, request.headers, request.body.replace(b"4.62", b"0.62")),
        Request(request.path, {**request.headers, "webhook-id": "another"}, request.body),
        Request(request.path, {**request.headers, "webhook-timestamp": "1000000000"}, request.body),
    )

    for forged in forgeries:
        with pytest.raises(WebhookVerificationError):
            verified(forged, made["secret"])
    with pytest.raises(WebhookVerificationError):
        verified(request, (await add_webhook(place, hook.url))["secret"])


async def test_message_that_was_not_heard_comes_again_under_its_id_and_a_fresh_signature(
    place: HttpPlace, hook: Endpoint
) -> None:
    made = await add_webhook(place, hook.url)
    hook.status = 500
    await happens(place, receipt())
    await delivery(place, channel="webhook", state="failed", attempts=1)
    hook.status = 200
    place.clock.advance(MINUTE)

    row = await delivery(place, channel="webhook", state="sent", attempts=2)

    first, second = hook.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == row["delivery_id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    verified(second, made["secret"])


async def test_message_is_given_up_after_over_half_a_day_and_tried_again_by_the_staff(
    place: HttpPlace, hook: Endpoint
) -> None:
    await add_webhook(place, hook.url, Kind.PAYMENT_FAILED, Kind.RECEIPT)
    hook.status = 503
    await happens(place, receipt())
    for attempt in range(1, 10):
        await delivery(place, channel="webhook", state="failed", attempts=attempt)
        place.clock.advance(10 * 60 * MINUTE)
    row = await delivery(place, channel="webhook", state="given_up", attempts=10)
    assert row["detail"].startswith("HTTP 503")

    hook.status = 200
    retry = f"{API}/deliveries/{row['delivery_id']}/retry"
    answered = await place.http.post(retry, headers=place.operator_headers())

    assert answered.json()["state"] == "due"
    await delivery(place, channel="webhook", state="sent", attempts=1)
    again = await place.http.post(retry, headers=place.operator_headers())
    assert again.status_code == 409


async def test_slow_endpoint_is_not_waited_for_and_holds_up_no_other(place: HttpPlace, hook: Endpoint) -> None:
    async with endpoint() as slow:
        slow.may_answer.clear()
        its_own = await add_webhook(place, slow.url)
        await add_webhook(place, hook.url)
        for number in range(5):
            await happens(place, receipt(f"s-{number}"))

        await eventually(lambda: hook.received(5), what="all that is the quick one's")

        assert len(slow.got) == 1, "one at a time of one target"
        row = await delivery(place, channel="webhook", target=its_own["webhook_id"], state="failed")
        assert row["detail"] == "no answer within 2 s"


async def test_former_secret_signs_too_until_its_time(place: HttpPlace, hook: Endpoint) -> None:
    made = await add_webhook(place, hook.url)
    rotated = await place.http.post(f"{API}/webhooks/{made['webhook_id']}/rotate", headers=place.operator_headers())
    secret = rotated.json()["secret"]
    assert secret != made["secret"]

    await happens(place, receipt())
    [overlapping] = await eventually(hook.received)
    place.clock.advance(25 * 60 * MINUTE)
    await happens(place, receipt("s-2"))
    later = (await eventually(lambda: hook.received(2)))[1]

    verified(overlapping, secret)
    verified(overlapping, made["secret"])
    assert len(later.headers["webhook-signature"].split(" ")) == 1


async def test_endpoint_that_is_gone_is_told_nothing_any_more(place: HttpPlace, hook: Endpoint) -> None:
    made = await add_webhook(place, hook.url)
    hook.status = 410
    await happens(place, receipt())
    await delivery(place, channel="webhook", state="given_up")

    await happens(place, receipt("s-2"))

    await eventually(rows_are(place, 2, channel="in_app"))
    assert len(await deliveries(place, channel="webhook")) == 1
    [seen] = (await place.http.get(f"{API}/webhooks", headers=place.operator_headers())).json()
    assert seen["disabled_reason"] == "it answered 410 Gone"
    change = {"url": hook.url, "kinds": ["receipt"], "is_enabled": True}
    where = f"{API}/webhooks/{made['webhook_id']}"
    enabled = await place.http.put(where, json=change, headers=place.operator_headers())
    assert enabled.json()["disabled_reason"] is None


async def test_endpoint_is_tried_out(place: HttpPlace, hook: Endpoint) -> None:
    made = await add_webhook(place, hook.url)

    tried = await place.http.post(f"{API}/webhooks/{made['webhook_id']}/test", headers=place.operator_headers())

    [request] = await eventually(hook.received)
    assert tried.status_code == 202
    assert request.headers["webhook-id"] == tried.json()["delivery_id"]
    assert verified(request, made["secret"])["type"] == "test"


async def test_secret_is_shown_once_and_an_endpoint_is_its_tenants(place: HttpPlace, hook: Endpoint) -> None:
    made = await add_webhook(place, hook.url, description="ours")
    other = place.operator_headers(tenant=TenantId("other"))
    where = f"{API}/webhooks/{made['webhook_id']}"

    listed = await place.http.get(f"{API}/webhooks", headers=place.operator_headers())

    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in listed.text
    assert (await place.http.get(f"{API}/webhooks", headers=other)).json() == []
    assert (await place.http.delete(where, headers=other)).status_code == 404
    assert (await place.http.delete(where, headers=place.driver_headers())).status_code == 403
    assert (await place.http.delete(where, headers=place.operator_headers())).status_code == 204
    assert (await place.http.get(f"{API}/webhooks", headers=place.operator_headers())).json() == []


async def test_endpoint_hears_of_its_own_tenant_alone(place: HttpPlace, hook: Endpoint) -> None:
    await add_webhook(place, hook.url)

    await happens(place, receipt("theirs"), tenant=TenantId("other"))
    await happens(place, receipt("ours"))

    [request] = await eventually(hook.received)
    await eventually(rows_are(place, 3, state="sent"))
    assert json.loads(request.body)["data"]["session_id"] == "ours"
    assert len(hook.got) == 1
    metrics = (await place.http.get("/metrics")).text
    assert 'backoffice_deliveries_total{channel="webhook",state="sent"}' in metrics


async def test_what_is_for_a_person_alone_is_told_to_no_machine(place: HttpPlace, hook: Endpoint) -> None:
    body = {"url": hook.url, "kinds": ["password_reset"]}

    refused = await place.http.post(f"{API}/webhooks", json=body, headers=place.operator_headers())

    assert refused.status_code == 422


@LOCAL_IS_REFUSED
@pytest.mark.parametrize("url", ["http://hooks.example.org/", "https://127.0.0.1/", "https://169.254.169.254/latest"])
async def test_address_of_our_own_network_is_refused_where_it_is_said(
    place: HttpPlace, settings: Mapping[str, str], url: str
) -> None:
    assert settings
    body = {"url": url, "kinds": ["receipt"]}

    refused = await place.http.post(f"{API}/webhooks", json=body, headers=place.operator_headers())

    assert refused.status_code == 422
    assert "no address that we send to" in refused.json()["detail"]


@LOCAL_IS_REFUSED
async def test_name_that_points_into_our_own_network_is_sent_nothing(
    place: HttpPlace, settings: Mapping[str, str], hook: Endpoint
) -> None:
    assert settings
    await add_webhook(place, f"https://localhost:{hook.port}/")

    await happens(place, receipt())

    row = await delivery(place, channel="webhook", state="given_up")
    assert row["detail"] == "it points to an address that is not a public one"
    assert not hook.got


async def test_log_is_the_staffs(place: HttpPlace) -> None:
    assert (await place.http.get(f"{API}/deliveries", headers=place.driver_headers())).status_code == 403
    retried = await place.http.post(f"{API}/deliveries/none/retry", headers=place.operator_headers())
    assert retried.status_code == 404
    await happens(place, receipt())
    await eventually(rows_are(place, 2, state="sent"))

    params = {"channel": "email", "state": "sent", "kind": "receipt", "recipient": DRIVER, "limit": 1}
    page = (await place.http.get(f"{API}/deliveries", params=params, headers=place.operator_headers())).json()

    assert [row["channel"] for row in page["items"]] == ["email"]
    assert page["next_cursor"] is None
    assert json.dumps(page).count("ada@example.org") == 1
