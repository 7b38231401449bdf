"""People are told as they want to be, and not while they sleep, but for what cannot wait."""

from collections.abc import Mapping
from typing import Any

import pytest

from backoffice.contracts.identity import PasswordResetAsked
from backoffice.kit.testing import eventually
from backoffice.notifications.kinds import CHOOSABLE, RULES, Audience, Kind
from tests.backoffice.notifications.harness import (
    API,
    DRIVER,
    HOUR,
    MINUTE,
    chooses,
    deliveries,
    delivery,
    fault,
    happens,
    idle,
    inbox,
    quiet_now,
    receipt,
    rows_are,
    started,
)
from tests.backoffice.notifications.receivers import MailServer, waits_for
from tests.factories.places import HttpPlace


async def test_who_said_nothing_is_told_as_each_kind_says(place: HttpPlace) -> None:
    for headers, audience in (
        (place.driver_headers(), Audience.DRIVER),
        (place.operator_headers(), Audience.STAFF),
    ):
        said = (await place.http.get(f"{API}/preferences", headers=headers)).json()

        assert {kind: set(ways) for kind, ways in said["ways"].items()} == {
            kind.value: set(RULES[kind].ways) for kind in CHOOSABLE[audience]
        }
        assert (said["language"], said["timezone"], said["quiet_from"]) == (None, None, None)


async def test_choice_decides_by_which_ways_somebody_is_told(place: HttpPlace) -> None:
    saved = await chooses(place, ways={"receipt": ["in_app"], "session_started": ["email"], "idle_warning": []})
    assert saved["ways"]["receipt"] == ["in_app"]
    assert set(saved["ways"]["payment_failed"]) == set(RULES[Kind.PAYMENT_FAILED].ways)

    for event in (idle(), receipt(), started()):
        await happens(place, event)

    await delivery(place, kind="session_started", state="sent")
    assert {(row["kind"], row["channel"]) for row in await deliveries(place)} == {
        ("receipt", "in_app"),
        ("session_started", "email"),
    }


@pytest.mark.parametrize(
    "wanted",
    [
        {"ways": {"fault": ["email"]}},
        {"ways": {"password_reset": []}},
        {"ways": {"receipt": ["webhook"]}},
        {"ways": {"receipt": ["pigeon"]}},
        {"timezone": "Europe/Atlantis"},
        {"language": "fr"},
        {"quiet_from": "22:00"},
        {"quiet_from": "22:00+02:00", "quiet_until": "07:00+02:00"},
        {"colour": "green"},
    ],
)
async def test_preferences_that_nobody_can_have_are_refused(place: HttpPlace, wanted: dict[str, Any]) -> None:
    refused = await place.http.put(f"{API}/preferences", json=wanted, headers=place.driver_headers())

    assert refused.status_code == 422


async def test_quiet_hours_hold_a_letter_until_they_end_and_not_the_inbox(place: HttpPlace, mails: MailServer) -> None:
    end = await quiet_now(place)
    await happens(place, receipt())

    held = await delivery(place, channel="email", detail="it waits for the end of the person's quiet hours")
    assert (held["state"], held["attempts"]) == ("due", 0)
    assert held["next_attempt_at"] == end.isoformat().replace("+00:00", "Z")
    await eventually(lambda: inbox(place))
    assert not mails.letters
    place.clock.advance(61 * MINUTE)

    await eventually(lambda: mails.about("receipt"))


async def test_what_cannot_wait_comes_in_quiet_hours_too(place: HttpPlace, mails: MailServer) -> None:
    await quiet_now(place)

    await happens(place, receipt())
    await happens(place, idle())
    await happens(place, PasswordResetAsked(DRIVER, "r-1", place.clock()))

    await eventually(lambda: mails.about("does not charge"))
    await eventually(lambda: mails.about("new password"))
    assert not await mails.about("receipt")


async def test_quiet_hours_are_their_persons_alone(place: HttpPlace, mails: MailServer) -> None:
    await quiet_now(place, place.operator_headers())

    await happens(place, fault())
    await happens(place, receipt())

    await eventually(lambda: mails.about("receipt"))
    await delivery(place, kind="fault", channel="email", detail="it waits for the end of the person's quiet hours")


@pytest.mark.parametrize("settings", [{"NOTIFICATIONS_MAILS_PER_HOUR": "2"}])
async def test_person_gets_no_more_letters_in_an_hour_than_is_set_but_for_urgent_ones(
    place: HttpPlace, settings: Mapping[str, str], mails: MailServer
) -> None:
    assert settings
    for number in range(4):
        await happens(place, receipt(f"s-{number}"))
    await happens(place, receipt("s-9", driver="driver-2"))
    await happens(place, idle())

    await eventually(rows_are(place, 2, channel="email", recipient=DRIVER, kind="receipt", state="sent"))
    held = await eventually(lambda: deliveries(place, detail="the person has had as many mails as one gets in an hour"))
    assert all(row["state"] == "due" for row in held)
    await eventually(lambda: mails.about("does not charge"))
    await eventually(lambda: mails.about("Ihr Beleg"))
    place.clock.advance(HOUR + MINUTE)

    await eventually(waits_for(lambda: len(mails.letters) == 6))


async def test_what_comes_too_late_is_not_told(place: HttpPlace, mails: MailServer) -> None:
    mails.refuses = "451 later"
    await happens(place, idle())
    await delivery(place, channel="email", state="failed")
    place.clock.advance(2 * HOUR)

    row = await delivery(place, channel="email", state="suppressed")

    assert row["detail"] == "it came too late to be worth telling"
    assert not mails.letters
