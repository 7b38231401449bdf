"""Staff, API keys, tenants and tokens, over REST and the bus."""

from datetime import timedelta
from typing import Any

import jwt
import msgspec
import pyotp
import pytest

from backoffice.contracts.identity import (
    CONTACT_OF,
    DELETE_DRIVER,
    AskContact,
    Contact,
    DeleteDriver,
    Deletion,
    DriverDeleted,
    StaffInvited,
)
from backoffice.kit.auth import Role, TokenVerifier
from backoffice.kit.clock import utc_now
from backoffice.kit.testing import SECRETS, eventually
from protocol.domain.authorization import AuthorizationStatus
from protocol.domain.identifiers import DEFAULT_TENANT, IdToken, IdTokenType
from tests.backoffice.identity.conftest import FIRST_OPERATOR
from tests.backoffice.identity.harness import (
    DRIVER,
    HOST,
    OTHER,
    bearer_of,
    code_sent,
    hired,
    is_nobody,
    login_of,
    post,
    register,
    said,
)
from tests.backoffice.identity.test_identity import CARD, authorize
from tests.factories.places import HttpPlace


class TestStaff:
    async def test_invited_host_chooses_a_password_and_carries_their_sites(self, place: HttpPlace) -> None:
        account = await hired(place)

        login = await post(place, "/auth/login", login_of(account))

        assert (login.status_code, login.json()["role"]) == (200, "site_host")
        principal = TokenVerifier(SECRETS["AUTH_PUBLIC_KEY"]).verify(login.json()["access_token"])
        assert principal.sites == frozenset({"yard"})

    async def test_nobody_logs_in_before_a_password_is_chosen(self, place: HttpPlace) -> None:
        await post(place, "/staff", HOST, place.headers_of(Role.ADMIN))

        for password in ("correct horse", "nobody has this password"):
            login = login_of(HOST) | {"password": password}
            assert (await post(place, "/auth/login", login)).status_code == 401

    async def test_disabled_staff_neither_log_in_nor_stay(self, place: HttpPlace) -> None:
        account = await hired(place)
        login = await post(place, "/auth/login", login_of(account))
        admin = place.headers_of(Role.ADMIN)

        path = f"/api/v1/staff/{account['account_id']}"
        changed = await place.http.patch(path, json={"is_disabled": True}, headers=admin)

        assert (changed.status_code, changed.json()["is_disabled"]) == (200, True)
        assert (await post(place, "/auth/login", login_of(account))).json()["title"] == "Account disabled"
        token = {"refresh_token": login.json()["refresh_token"]}
        assert (await post(place, "/auth/refresh", token)).status_code == 401
        await eventually(lambda: is_nobody(place, login), what="an access token that is no good")

    async def test_role_and_sites_belong_together_and_nobody_changes_themselves(self, place: HttpPlace) -> None:
        account = await hired(place)
        path = f"/api/v1/staff/{account['account_id']}"
        admin, themself = place.headers_of(Role.ADMIN), place.headers_of(Role.ADMIN, subject=account["account_id"])

        async def change(body: dict[str, Any], headers: dict[str, str]) -> int:
            return (await place.http.patch(path, json=body, headers=headers)).status_code

        assert await change({"role": "finance", "sites": ["yard"]}, admin) == 422
        assert await change({"role": "driver"}, admin) == 422
        assert await change({"role": "finance"}, themself) == 409
        assert await change({"role": "finance"}, admin) == 200
        assert await change({"role": "site_host"}, admin) == 422
        assert (await post(place, "/auth/login", login_of(account))).json()["role"] == "finance"
        listed = (await place.http.get("/api/v1/staff", headers=admin)).json()["items"]
        assert [(one["email"], one["sites"]) for one in listed if one["role"] == "finance"] == [(HOST["email"], None)]

    async def test_driver_who_goes_takes_their_cards_along(self, place: HttpPlace) -> None:
        driver = await register(place)
        await post(place, "/me/tokens", {"value": CARD.value}, driver)

        account = (await place.http.get("/api/v1/me", headers=driver)).json()["account_id"]
        wish = DeleteDriver(DEFAULT_TENANT, account, password=DRIVER["password"])
        wrong = await place.bus.ask(DELETE_DRIVER, msgspec.structs.replace(wish, password="guess"))
        gone = await place.bus.ask(DELETE_DRIVER, wish)

        assert (wrong.outcome, gone.outcome) == (Deletion.NOT_SHOWN, Deletion.DELETED)
        (deleted,) = await said(place, DriverDeleted)
        assert deleted.driver_id == account
        assert await place.bus.ask(CONTACT_OF, AskContact(DEFAULT_TENANT, deleted.driver_id)) == Contact()
        assert (await authorize(place, CARD)).status is AuthorizationStatus.UNKNOWN
        assert (await post(place, "/auth/login", DRIVER)).status_code == 401

    async def test_password_alone_does_not_delete_who_has_a_second_factor(self, place: HttpPlace) -> None:
        driver = await register(place)
        account = (await place.http.get("/api/v1/me", headers=driver)).json()["account_id"]
        totp = pyotp.TOTP((await post(place, "/me/second-factor", headers=driver)).json()["secret"])
        await post(place, "/me/second-factor/confirm", {"code": totp.at(place.clock())}, driver)
        place.clock.advance(timedelta(minutes=1))
        wish = DeleteDriver(DEFAULT_TENANT, account, password=DRIVER["password"])

        alone = await place.bus.ask(DELETE_DRIVER, wish)
        both = msgspec.structs.replace(wish, second_factor=totp.at(place.clock()))
        gone = await place.bus.ask(DELETE_DRIVER, both)

        assert (alone.outcome, gone.outcome) == (Deletion.NOT_SHOWN, Deletion.DELETED)
        assert (await place.bus.ask(DELETE_DRIVER, both)).outcome is Deletion.NO_SUCH_DRIVER


async def log_in_admin(place: HttpPlace) -> dict[str, str]:
    """The first operator, who has an account: a key counts for as long as its maker's does."""
    return bearer_of(await post(place, "/auth/login", FIRST_OPERATOR))


class TestApiKeys:
    @pytest.mark.parametrize("change", [{"role": "finance"}, {"is_disabled": True}])
    async def test_key_does_no_more_than_its_maker_may_now(self, place: HttpPlace, change: dict[str, Any]) -> None:
        maker = await log_in_admin(place)
        scopes = ["stations:write", "billing:read"]
        wish = {"name": "fleet", "scopes": scopes, "expires_at": (utc_now() + timedelta(days=1)).isoformat()}
        key = {"api_key": (await post(place, "/api-keys", wish, maker)).json()["api_key"]}
        account = (await place.http.get("/api/v1/me", headers=maker)).json()["account_id"]

        changed = await place.http.patch(f"/api/v1/staff/{account}", json=change, headers=place.headers_of(Role.ADMIN))
        login = await post(place, "/auth/token", key)

        assert changed.status_code == 200, changed.text
        assert login.status_code == (401 if "is_disabled" in change else 200)
        if login.is_success:
            claims = jwt.decode(login.json()["access_token"], options={"verify_signature": False})
            assert claims["scopes"] == ["billing:read"]

    async def test_key_does_what_its_scopes_say_until_it_is_revoked(self, place: HttpPlace) -> None:
        admin = await log_in_admin(place)
        wish = {"name": "fleet", "scopes": ["tokens:read"], "expires_at": (utc_now() + timedelta(days=1)).isoformat()}
        made = (await post(place, "/api-keys", wish, admin)).json()
        key = {"api_key": made["api_key"]}

        login = await post(place, "/auth/token", key)
        may = await place.http.get("/api/v1/prepaid-cards", headers=bearer_of(login))
        may_not = await place.http.get("/api/v1/staff", headers=bearer_of(login))
        await post(place, f"/api-keys/{made['key']['key_id']}/revoke", headers=admin)
        (listed,) = (await place.http.get("/api/v1/api-keys", headers=admin)).json()["items"]

        assert (login.status_code, may.status_code, may_not.status_code) == (200, 200, 403)
        assert login.json()["expires_in_s"] == 900
        assert (await post(place, "/auth/token", key)).status_code == 401
        await eventually(lambda: is_nobody(place, login), what="an access token that is no good")
        assert "api_key" not in listed
        assert listed["last_used_at"] is not None
        assert listed["revoked_at"] is not None

    @pytest.mark.parametrize("scope", ["users:write", "tenants:write", "charge", "self"])
    async def test_no_key_makes_accounts(self, place: HttpPlace, scope: str) -> None:
        wish = {"name": "fleet", "scopes": [scope], "expires_at": (utc_now() + timedelta(days=1)).isoformat()}

        assert (await post(place, "/api-keys", wish, place.headers_of(Role.ADMIN))).status_code == 403

    async def test_key_expires_and_is_not_guessed(self, place: HttpPlace) -> None:
        wish = {"name": "x", "scopes": ["tokens:read"], "expires_at": (utc_now() + timedelta(minutes=5)).isoformat()}
        made = (await post(place, "/api-keys", wish, await log_in_admin(place))).json()
        head, _, _ = made["api_key"].rpartition(".")

        wrong = [f"{head}.wrong", "nonsense", "cy.*.x.y", made["api_key"].replace("cy.default", "cy.other")]
        assert {(await post(place, "/auth/token", {"api_key": key})).status_code for key in wrong} == {401}
        assert (await post(place, "/auth/token", {"api_key": made["api_key"]})).json()["expires_in_s"] <= 300
        place.clock.advance(timedelta(minutes=6))
        assert (await post(place, "/auth/token", {"api_key": made["api_key"]})).status_code == 401


class TestTenants:
    async def test_first_tenant_makes_others_and_disables_them(self, place: HttpPlace) -> None:
        admin = place.headers_of(Role.ADMIN)
        new = {"tenant": OTHER, "name": "Other", "admin_email": "admin@example.org"}

        before = await post(place, "/auth/register", DRIVER | {"tenant": OTHER})
        made, again = [await post(place, "/tenants", new, admin) for _ in range(2)]
        code = await code_sent(place, StaffInvited, tenant=OTHER)
        choice = {"email": "admin@example.org", "role": "admin", "code": code, "password": "correct horse"}
        await post(place, "/auth/password/reset", choice | {"tenant": OTHER})
        credentials = {"email": "admin@example.org", "role": "admin", "password": "correct horse", "tenant": OTHER}
        login = await post(place, "/auth/login", credentials)
        foreign = await place.http.get("/api/v1/tenants", headers=bearer_of(login))
        await place.http.patch(f"/api/v1/tenants/{OTHER}", json={"is_disabled": True}, headers=admin)

        assert (before.status_code, made.status_code, again.status_code) == (404, 201, 409)
        assert (login.status_code, login.json()["role"], foreign.status_code) == (200, "admin", 403)
        assert (await post(place, "/auth/login", credentials)).status_code == 401
        token = {"refresh_token": login.json()["refresh_token"], "tenant": OTHER}
        assert (await post(place, "/auth/refresh", token)).status_code == 401
        await eventually(lambda: is_nobody(place, login), what="an access token that is no good")
        assert (await post(place, "/auth/register", DRIVER | {"tenant": OTHER})).status_code == 404
        listed = (await place.http.get("/api/v1/tenants", headers=admin)).json()["items"]
        assert [(one["tenant"], one["is_disabled"]) for one in listed] == [("default", False), (OTHER, True)]

    async def test_default_tenant_stays(self, place: HttpPlace) -> None:
        body = {"is_disabled": True}

        answer = await place.http.patch("/api/v1/tenants/default", json=body, headers=place.headers_of(Role.ADMIN))

        assert answer.status_code == 409


class TestTokens:
    async def test_staff_block_a_card_and_a_whole_group(self, place: HttpPlace) -> None:
        driver = await register(place)
        operator = place.operator_headers()
        other = IdToken("04FFFFFFFFFFFF", CARD.type)
        cards = [
            (await post(place, "/me/tokens", {"value": card.value, "group": "FAMILY"}, driver)).json()
            for card in (CARD, other)
        ]

        async def change(path: str, body: dict[str, Any]) -> int:
            return (await place.http.patch(f"/api/v1/{path}", json=body, headers=operator)).status_code

        async def statuses() -> list[AuthorizationStatus]:
            return [(await authorize(place, card)).status for card in (CARD, other)]

        accepted, blocked = AuthorizationStatus.ACCEPTED, AuthorizationStatus.BLOCKED
        assert await change(f"tokens/{cards[0]['token_id']}", {"is_blocked": True}) == 200
        assert await statuses() == [blocked, accepted]
        assert await change("token-groups/FAMILY", {"is_blocked": True}) == 200
        assert await statuses() == [blocked, blocked]
        assert await change("token-groups/FAMILY", {"is_blocked": False}) == 200
        assert await statuses() == [accepted, accepted]
        assert (await authorize(place, CARD)).group == "FAMILY"
        assert await change("token-groups/NONE", {"is_blocked": True}) == 404

    async def test_contract_is_known_however_it_is_written(self, place: HttpPlace) -> None:
        driver = await register(place)

        made = await post(place, "/me/tokens", {"value": "de-abc-c12345678-9", "type": "eMAID"}, driver)
        wrong = await post(place, "/me/tokens", {"value": "nope-123", "type": "eMAID"}, driver)

        assert (made.status_code, wrong.status_code) == (201, 422)
        verdict = await authorize(place, IdToken("DEABCC123456789", IdTokenType.EMAID))
        assert verdict.status is AuthorizationStatus.ACCEPTED
