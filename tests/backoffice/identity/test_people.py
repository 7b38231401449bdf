"""Verification, forgotten passwords and second factors, over REST and the bus."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import pytest_asyncio

from backoffice.contracts.identity import (
    CONTACT_OF,
    ONE_TIME_CODE_OF,
    AskContact,
    AskOneTimeCode,
    Contact,
    DriverRegistered,
    OneTimeCodeAnswer,
    PasswordResetAsked,
    VerificationAsked,
)
from backoffice.identity.app import SERVICE
from backoffice.identity.second_factor import find_step
from backoffice.kit.testing import eventually
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DEFAULT_TENANT
from tests.backoffice.identity.harness import (
    DRIVER,
    code_sent,
    is_nobody,
    post,
    register,
    said,
)
from tests.backoffice.identity.test_identity import CARD, authorize
from tests.factories.places import HttpPlace, open_place


class TestVerification:
    async def test_code_of_the_mail_verifies_the_address_once(self, place: HttpPlace) -> None:
        driver = await register(place)
        (registered,) = await said(place, DriverRegistered)
        code = await code_sent(place, VerificationAsked)

        first = await post(place, "/me/verification/confirm", {"code": code.lower()}, driver)
        again = await post(place, "/me/verification/confirm", {"code": code}, driver)

        assert (first.status_code, again.status_code) == (204, 401)
        contact = await place.bus.ask(CONTACT_OF, AskContact(DEFAULT_TENANT, registered.driver_id))
        assert contact == Contact("driver@example.org", is_verified=True)

    async def test_code_is_over_after_five_guesses_and_nobody_is_told_it_then(self, place: HttpPlace) -> None:
        driver = await register(place)
        (asked,) = await said(place, VerificationAsked)
        code = await code_sent(place, VerificationAsked)

        guesses = [await post(place, "/me/verification/confirm", {"code": "AAAAAAAAAA"}, driver) for _ in range(5)]

        assert {answer.status_code for answer in guesses} == {401}
        assert (await post(place, "/me/verification/confirm", {"code": code}, driver)).status_code == 401
        told = await place.bus.ask(ONE_TIME_CODE_OF, AskOneTimeCode(DEFAULT_TENANT, asked.code_id))
        assert told == OneTimeCodeAnswer()

    async def test_another_code_ends_the_first_and_there_are_five_an_hour(self, place: HttpPlace) -> None:
        driver = await register(place)
        first = await code_sent(place, VerificationAsked)

        for _ in range(6):
            await post(place, "/me/verification", headers=driver)
        last = await code_sent(place, VerificationAsked, 5)

        assert len(await said(place, VerificationAsked, 5)) == 5
        assert (await post(place, "/me/verification/confirm", {"code": first}, driver)).status_code == 401
        assert (await post(place, "/me/verification/confirm", {"code": last}, driver)).status_code == 204

    @pytest_asyncio.fixture
    async def strict(self, database_url: str, nats_url: str) -> AsyncIterator[HttpPlace]:
        environ = {"IDENTITY_REQUIRE_VERIFIED_EMAIL": "true"}
        async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
            yield opened

    async def test_driver_charges_once_verified_where_that_is_required(self, strict: HttpPlace) -> None:
        driver = await register(strict)
        await post(strict, "/me/tokens", {"value": CARD.value}, driver)

        before = await authorize(strict, CARD)
        code = await code_sent(strict, VerificationAsked)
        await post(strict, "/me/verification/confirm", {"code": code}, driver)
        after = await authorize(strict, CARD)

        assert (before.status, after.status) == (AuthorizationStatus.BLOCKED, AuthorizationStatus.ACCEPTED)


class TestForgottenPassword:
    async def test_reset_ends_every_login_and_its_code(self, place: HttpPlace) -> None:
        login = await post(place, "/auth/register", DRIVER)
        asked = await post(place, "/auth/password/forgotten", {"email": "Driver@example.org"})
        code = await code_sent(place, PasswordResetAsked)
        choice = {"email": DRIVER["email"], "code": code, "password": "another staple"}

        chosen, again = [await post(place, "/auth/password/reset", choice) for _ in range(2)]
        refreshed = await post(place, "/auth/refresh", {"refresh_token": login.json()["refresh_token"]})

        assert (asked.status_code, chosen.status_code, again.status_code) == (202, 204, 401)
        assert refreshed.status_code == 401
        assert (await post(place, "/auth/login", DRIVER)).status_code == 401
        await eventually(lambda: is_nobody(place, login), what="an access token that is no good")
        anew = await post(place, "/auth/login", DRIVER | {"password": "another staple"})
        assert not await is_nobody(place, anew)

    async def test_login_that_goes_on_meanwhile_ends_too(self, place: HttpPlace) -> None:
        thief = (await post(place, "/auth/register", DRIVER)).json()["refresh_token"]
        await post(place, "/auth/password/forgotten", {"email": DRIVER["email"]})
        code = await code_sent(place, PasswordResetAsked)
        chosen = asyncio.Event()

        async def stay(token: str) -> str:
            while not chosen.is_set():
                answer = await post(place, "/auth/refresh", {"refresh_token": token})
                if answer.status_code != 200:
                    break
                token = answer.json()["refresh_token"]
            return token

        staying = asyncio.create_task(stay(thief))
        choice = {"email": DRIVER["email"], "code": code, "password": "another staple"}
        assert (await post(place, "/auth/password/reset", choice)).status_code == 204
        chosen.set()
        last = {"refresh_token": await staying}

        assert (await post(place, "/auth/refresh", last)).status_code == 401

    async def test_unknown_address_hears_the_same(self, place: HttpPlace) -> None:
        await register(place)
        body = {"code": "AAAAAAAAAA", "password": "another staple"}

        known, unknown = [
            await post(place, "/auth/password/forgotten", {"email": email})
            for email in (DRIVER["email"], "nobody@example.org")
        ]
        wrong, nobody = [
            await post(place, "/auth/password/reset", body | {"email": email})
            for email in (DRIVER["email"], "nobody@example.org")
        ]

        assert (known.status_code, known.text) == (unknown.status_code, unknown.text) == (202, "null")
        assert (wrong.status_code, wrong.text) == (nobody.status_code, nobody.text)

    async def test_code_expires(self, place: HttpPlace) -> None:
        await register(place)
        await post(place, "/auth/password/forgotten", {"email": DRIVER["email"]})
        code = await code_sent(place, PasswordResetAsked)
        place.clock.advance(timedelta(minutes=31))

        choice = {"email": DRIVER["email"], "code": code, "password": "another staple"}
        assert (await post(place, "/auth/password/reset", choice)).status_code == 401


class TestSecondFactor:
    async def test_login_needs_a_code_which_is_taken_once(self, place: HttpPlace) -> None:
        driver = await register(place)
        secret = (await post(place, "/me/second-factor", headers=driver)).json()["secret"]
        totp = pyotp.TOTP(secret)
        confirmed = await post(place, "/me/second-factor/confirm", {"code": totp.at(place.clock())}, driver)
        place.clock.advance(timedelta(seconds=30))
        code = {"second_factor": totp.at(place.clock())}

        without = await post(place, "/auth/login", DRIVER)
        answers = [await post(place, "/auth/login", DRIVER | code) for _ in range(2)]
        recovery = {"second_factor": confirmed.json()["recovery_codes"][0]}
        recovered = [await post(place, "/auth/login", DRIVER | recovery) for _ in range(2)]

        assert (without.status_code, without.json()["title"]) == (401, "Second factor needed")
        assert [answer.status_code for answer in answers] == [200, 401]
        assert [answer.status_code for answer in recovered] == [200, 401]

    async def test_factor_counts_from_its_confirmation_and_goes_with_a_code(self, place: HttpPlace) -> None:
        driver = await register(place)
        await post(place, "/me/second-factor", headers=driver)
        before = await post(place, "/auth/login", DRIVER)
        secret = (await post(place, "/me/second-factor", headers=driver)).json()["secret"]
        totp = pyotp.TOTP(secret)
        await post(place, "/me/second-factor/confirm", {"code": totp.at(place.clock())}, driver)

        again = await post(place, "/me/second-factor", headers=driver)
        wrong = await post(place, "/me/second-factor/remove", {"code": "000000x"}, driver)
        place.clock.advance(timedelta(seconds=30))
        removed = await post(place, "/me/second-factor/remove", {"code": totp.at(place.clock())}, driver)

        assert (before.status_code, again.status_code, wrong.status_code) == (200, 409, 401)
        assert removed.status_code == 204
        assert (await post(place, "/auth/login", DRIVER)).status_code == 200

    @pytest.mark.parametrize(("late_s", "is_taken"), [(0, True), (30, True), (90, False), (-30, True), (-90, False)])
    def test_clock_of_the_device_may_be_half_a_minute_off(self, late_s: int, is_taken: bool) -> None:
        secret, now = pyotp.random_base32(), datetime(2026, 1, 1, tzinfo=UTC)
        code = pyotp.TOTP(secret).at(now)

        step = find_step(secret, code, now=now + timedelta(seconds=late_s), after=0)

        assert (step is not None) == is_taken
        assert step is None or find_step(secret, code, now=now, after=step) is None
