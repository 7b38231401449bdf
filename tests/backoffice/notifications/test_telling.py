"""What happens reaches whom it concerns, by every way, once."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec

from backoffice.contracts.identity import Contact, DriverDeleted, VerificationAsked
from backoffice.contracts.notifications import MessagePosted
from backoffice.contracts.reservations import ReservationCancelled
from backoffice.kit.testing import eventually, publish_fact
from backoffice.notifications.kinds import CHOOSABLE, RULES, SUBSCRIBABLE, Audience, Kind
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import domain_events_of
from protocol.domain.identifiers import DEFAULT_TENANT, DriverId, TenantId
from tests.backoffice.notifications.harness import (
    API,
    DRIVER,
    MINUTE,
    STAFF_MEMBER,
    Identity,
    add_webhook,
    chooses,
    deliveries,
    delivery,
    fault,
    happens,
    inbox,
    offline,
    one_of_each,
    online,
    receipt,
    rows_are,
    started,
)
from tests.backoffice.notifications.receivers import Endpoint, MailServer, part, waits_for
from tests.factories.places import HttpPlace


def waits_for_inbox(place: HttpPlace, headers: dict[str, str], count: int) -> Callable[[], Awaitable[bool]]:
    async def is_full() -> bool:
        return len(await inbox(place, headers)) >= count

    return is_full


async def test_every_kind_reaches_a_mail_server_an_inbox_and_a_webhook(
    place: HttpPlace, mails: MailServer, hook: Endpoint
) -> None:
    both = ["email", "in_app"]
    await chooses(place, ways=dict.fromkeys(CHOOSABLE[Audience.DRIVER], both))
    await chooses(place, place.operator_headers(), ways=dict.fromkeys(CHOOSABLE[Audience.STAFF], both))
    await add_webhook(place, hook.url, *SUBSCRIBABLE)
    every = one_of_each()
    assert set(every) == set(Kind) - {Kind.TEST}

    for event in every.values():
        await happens(place, event)
    # The last one is on its way, and so all are known; one of them only becomes true by lasting.
    await delivery(place, kind=list(every)[-1], channel="email", state="sent")
    place.clock.advance(10 * MINUTE)

    await eventually(waits_for(lambda: len(mails.letters) == len(every)), what="a letter of each kind")
    await eventually(lambda: hook.received(len(SUBSCRIBABLE)), what="a webhook of each kind but the codes")
    to = {Audience.STAFF: "ops@example.org"}
    for kind in every:
        [sent] = await deliveries(place, kind=kind, channel="email")
        is_of_staff = kind in (Kind.PASSWORD_RESET, Kind.INVITATION, Kind.REPORT)
        expected = "ops@example.org" if is_of_staff else to.get(RULES[kind].audience, "ada@example.org")
        assert (sent["state"], sent["sent_to"]) == ("sent", expected)
    for headers, kinds in (
        (place.driver_headers(), CHOOSABLE[Audience.DRIVER]),
        (place.operator_headers(), CHOOSABLE[Audience.STAFF]),
    ):
        await eventually(waits_for_inbox(place, headers, len(kinds)), what="a message of each kind")
        messages = await inbox(place, headers)
        assert sorted(message["kind"] for message in messages) == sorted(kinds)
        assert all(message["subject"] and message["text"] for message in messages)


async def test_letter_has_both_forms_greets_and_says_where_from(place: HttpPlace, mails: MailServer) -> None:
    await happens(place, receipt())

    [letter] = await eventually(lambda: mails.about("receipt"))
    [row] = await deliveries(place, channel="email")
    assert letter["To"] == "Ada <ada@example.org>"
    assert letter["From"] == "Yard <yard@example.org>"
    assert letter["Message-ID"] == f"<{row['delivery_id']}@example.org>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Hello Ada," in part(letter, "plain")
    assert "4.62 EUR" in part(letter, "html")


async def test_event_that_comes_again_tells_nobody_twice(place: HttpPlace, mails: MailServer) -> None:
    first = await happens(place, receipt())
    await eventually(lambda: mails.about("receipt"))

    for digest in ("", "changed"):
        await publish_fact(place.bus, place.catalogue, receipt(), subject="k", event_id=first.id, digest=digest)
    await happens(place, receipt("s-2"))

    await eventually(waits_for(lambda: len(mails.letters) == 2))
    assert len(await deliveries(place, channel="email")) == 2


async def test_what_was_said_long_ago_is_told_to_nobody(place: HttpPlace, mails: MailServer) -> None:
    long_ago = place.clock() - timedelta(days=8)
    await publish_fact(place.bus, place.catalogue, receipt(), subject="k", received_at=long_ago)
    await publish_fact(place.bus, place.catalogue, offline(), subject="k", received_at=long_ago)

    await happens(place, receipt("s-2"))

    await eventually(lambda: mails.about("receipt"))
    assert len({row["notification_id"] for row in await deliveries(place)}) == 1


async def test_language_is_the_persons(place: HttpPlace, mails: MailServer) -> None:
    await happens(place, receipt(driver="driver-2"))
    await eventually(lambda: mails.about("Ihr Beleg"))
    await chooses(place, language="de")

    await happens(place, receipt("s-2"))

    await eventually(waits_for(lambda: len(mails.letters) == 2))
    assert "Guten Tag Ada," in part(mails.letters[1], "plain")
    assert "4,62 EUR" in part(mails.letters[1], "plain")


async def test_session_of_nobody_is_told_to_machines_alone(place: HttpPlace, hook: Endpoint) -> None:
    await add_webhook(place, hook.url, Kind.SESSION_STARTED)

    await happens(place, started(driver=None))

    await eventually(hook.received)
    assert {row["channel"] for row in await deliveries(place)} == {"webhook"}


async def test_receipt_of_nothing_is_told_to_nobody(place: HttpPlace) -> None:
    await happens(place, receipt(amount="0"))
    await happens(place, receipt("s-2"))

    await delivery(place, kind=Kind.RECEIPT)
    assert {row["notification_id"] for row in await deliveries(place)} == {
        (await deliveries(place, channel="email"))[0]["notification_id"]
    }


async def test_driver_who_gave_a_reservation_up_is_not_told_so(place: HttpPlace) -> None:
    cancelled = one_of_each()[Kind.RESERVATION_CANCELLED]
    assert isinstance(cancelled, ReservationCancelled)
    by_driver = msgspec.structs.replace(cancelled, cancelled_by="driver")

    await happens(place, by_driver)
    await happens(place, receipt())

    await delivery(place, kind=Kind.RECEIPT)
    assert not await deliveries(place, kind=Kind.RESERVATION_CANCELLED)


async def test_station_that_is_back_soon_was_never_away(place: HttpPlace) -> None:
    await happens(place, offline())
    await happens(place, online())
    await happens(place, receipt())
    await delivery(place, kind=Kind.RECEIPT)

    place.clock.advance(10 * MINUTE)
    await happens(place, offline())
    await happens(place, receipt("s-2"))
    await eventually(rows_are(place, 2, kind=Kind.RECEIPT, channel="in_app"))
    place.clock.advance(10 * MINUTE)

    row = await delivery(place, kind=Kind.STATION_OFFLINE, channel="email", state="sent")
    assert len(await deliveries(place, kind=Kind.STATION_OFFLINE, channel="email")) == 1
    assert row["recipient"] == STAFF_MEMBER


async def test_fault_that_is_said_over_and_over_is_told_once_an_hour(place: HttpPlace) -> None:
    for _ in range(3):
        await happens(place, fault())
    await happens(place, fault(evse=2))
    await eventually(rows_are(place, 2, kind=Kind.FAULT, channel="in_app"))

    place.clock.advance(timedelta(minutes=61))
    await happens(place, fault())

    await eventually(rows_are(place, 3, kind=Kind.FAULT, channel="in_app"))


async def test_every_one_of_the_staff_is_told_and_no_other_tenants(place: HttpPlace, identity: Identity) -> None:
    identity.staff = (STAFF_MEMBER, "operator-2")

    await happens(place, fault())

    await eventually(rows_are(place, 2, kind=Kind.FAULT, channel="in_app", state="sent"))
    assert await inbox(place, place.operator_headers("operator-2"))
    assert not await inbox(place, place.operator_headers(tenant=TenantId("other")))


async def test_code_is_in_the_letter_alone(place: HttpPlace, mails: MailServer) -> None:
    await happens(place, VerificationAsked(DRIVER, "v-1", place.clock()))

    [letter] = await eventually(lambda: mails.about("Your code"))
    assert "246810" in part(letter, "plain")
    assert "246810" not in str(await deliveries(place))
    assert {row["channel"] for row in await deliveries(place)} == {"email"}


async def test_code_that_was_used_is_sent_to_nobody(place: HttpPlace, identity: Identity) -> None:
    identity.codes.clear()

    await happens(place, VerificationAsked(DRIVER, "v-1", place.clock()))

    row = await delivery(place, state="suppressed")
    assert row["detail"] == "the code was used, or has expired"


async def test_person_without_an_address_gets_no_letter(place: HttpPlace, identity: Identity) -> None:
    identity.contacts[DRIVER] = Contact()

    await happens(place, receipt())

    row = await delivery(place, channel="email", state="suppressed")
    assert row["detail"] == "the person has no address"


async def test_nothing_of_a_deleted_driver_is_left(place: HttpPlace, hook: Endpoint) -> None:
    await add_webhook(place, hook.url, Kind.RECEIPT)
    await chooses(place, language="de")
    await happens(place, receipt())
    await happens(place, receipt("s-2", driver="driver-2"))
    await eventually(rows_are(place, 6, kind=Kind.RECEIPT, state="sent"))

    await happens(place, DriverDeleted(DRIVER))

    await eventually(rows_are(place, 3))
    assert {row["recipient"] for row in await deliveries(place)} == {"driver-2"}
    assert not await inbox(place)
    assert (await place.http.get(f"{API}/preferences", headers=place.driver_headers())).json()["language"] is None


async def test_inbox_is_followed_live(place: HttpPlace) -> None:
    headers = {**place.driver_headers(), "Last-Event-ID": "0"}
    await happens(place, started(driver=DriverId("driver-2")))
    await happens(place, started())

    async with place.http.stream("GET", f"{API}/inbox/events", headers=headers) as response:
        data = await anext(line async for line in response.aiter_lines() if line.startswith("data:"))

    [message] = await inbox(place)
    posted = json.loads(data.removeprefix("data:"))
    assert posted == {"message_id": message["message_id"], "recipient": DRIVER, "kind": "session_started"}


async def test_message_is_announced_unread_and_read(place: HttpPlace) -> None:
    subscription = await place.bus.jetstream.subscribe(
        domain_events_of(DEFAULT_TENANT, key=DRIVER, service="notifications"), ordered_consumer=True
    )
    for number in range(3):
        await happens(place, started(f"s-{number}"))
    posted = [place.catalogue.decode(decode_envelope((await subscription.next_msg(10)).data)) for _ in range(3)]

    mine = place.driver_headers()
    messages = await inbox(place)
    assert {message["message_id"] for message in messages} == {event.message_id for event in posted}
    assert all(isinstance(event, MessagePosted) and event.recipient == DRIVER for event in posted)
    first = messages[0]["message_id"]
    other = await place.http.post(f"{API}/inbox/{first}/read", headers=place.driver_headers("driver-2"))
    assert other.status_code == 404
    assert (await place.http.post(f"{API}/inbox/{first}/read", headers=mine)).status_code == 204
    assert (await place.http.get(f"{API}/inbox/unread", headers=mine)).json() == {"unread": 2}
    unread = await place.http.get(f"{API}/inbox", params={"only_unread": True}, headers=mine)
    assert first not in {message["message_id"] for message in unread.json()["items"]}
    assert (await place.http.post(f"{API}/inbox/read", headers=mine)).status_code == 204
    assert (await place.http.get(f"{API}/inbox/unread", headers=mine)).json() == {"unread": 0}
