"""Identity's REST interface: register, log in, and one's own tokens."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, status as http

from backoffice.identity import repository
from backoffice.identity.schemas import (
    AccessToken,
    AccountView,
    Adoption,
    Credentials,
    NewMasterPass,
    NewPrepaidCard,
    NewToken,
    Refreshing,
    Registration,
    TokenView,
    UnknownTokenView,
)
from backoffice.identity.service import Identity
from backoffice.kit.auth import AnyPrincipal, Driver, Operator, Role, check_tenant
from backoffice.kit.errors import Forbidden, InvalidRequest
from backoffice.kit.service import provided
from protocol.domain.identifiers import IdToken

router = APIRouter(tags=["identity"])
IdentityDep = Annotated[Identity, Depends(provided(Identity))]
TenantHeader = Annotated[str | None, Header(alias="X-Tenant", description="Overrules `tenant` of the body.")]


@router.post("/auth/register", status_code=http.HTTP_201_CREATED)
async def register(body: Registration, identity: IdentityDep, tenant: TenantHeader = None) -> AccessToken:
    """A new driver, logged in."""
    password = body.password.get_secret_value()
    login = await identity.register_driver(check_tenant(tenant or body.tenant), email=body.email, password=password)
    return AccessToken.of(login)


@router.post("/auth/login")
async def log_in(body: Credentials, identity: IdentityDep, tenant: TenantHeader = None) -> AccessToken:
    """An access token for a driver, or with `role` for an operator."""
    login = await identity.log_in(
        check_tenant(tenant or body.tenant), role=body.role, email=body.email, password=body.password.get_secret_value()
    )
    return AccessToken.of(login)


@router.post("/auth/refresh")
async def refresh(body: Refreshing, identity: IdentityDep, tenant: TenantHeader = None) -> AccessToken:
    """Another access token, and another refresh token in the place of this one.

    A refresh token that comes a second time was copied: whoever logged in there has to do it again.
    """
    token = body.refresh_token.get_secret_value()
    return AccessToken.of(await identity.refresh(check_tenant(tenant or body.tenant), token))


@router.post("/auth/logout", status_code=http.HTTP_204_NO_CONTENT)
async def log_out(body: Refreshing, identity: IdentityDep, tenant: TenantHeader = None) -> None:
    """The refresh token, and what would have followed it, are no good any more."""
    token = body.refresh_token.get_secret_value()
    await identity.refresh_tokens.end(check_tenant(tenant or body.tenant), token)


@router.get("/me")
async def read_me(principal: AnyPrincipal, identity: IdentityDep) -> AccountView:
    """Who the access token names."""
    async with identity.database.transaction(principal.tenant) as unit:
        return AccountView.of(await identity.read_account(unit, principal.subject))


@router.get("/me/tokens")
async def list_my_tokens(driver: Driver, identity: IdentityDep) -> list[TokenView]:
    """The driver's cards and fobs."""
    async with identity.database.transaction(driver.tenant) as unit:
        return [TokenView.of(token) for token in await repository.list_tokens_of(unit, driver.subject)]


@router.post("/me/tokens", status_code=http.HTTP_201_CREATED)
async def register_token(body: NewToken, driver: Driver, identity: IdentityDep) -> TokenView:
    """The card or fob charges for this driver from now on. Sent again it changes nothing."""
    async with identity.database.transaction(driver.tenant) as unit:
        id_token = IdToken(body.value, body.type)
        token = await identity.register_token(
            unit, driver.subject, id_token, expires_at=body.expires_at, group=body.group
        )
        return TokenView.of(token)


@router.post("/me/tokens/{token_id}/block")
async def block_token(token_id: str, driver: Driver, identity: IdentityDep) -> TokenView:
    """The card or fob, lost perhaps, charges no longer."""
    async with identity.database.transaction(driver.tenant) as unit:
        return TokenView.of(await identity.block_token(unit, driver.subject, token_id))


@router.get("/onboarding/tags")
async def list_unknown_tokens(
    operator: Operator,
    identity: IdentityDep,
    station_id: Annotated[str | None, Query(description="Only those last presented there.")] = None,
    since: Annotated[datetime | None, Query(description="Only those presented later.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[UnknownTokenView]:
    """Cards and fobs that stations asked about and that nobody registered, which was presented last first."""
    async with identity.database.transaction(operator.tenant) as unit:
        rows = await repository.list_unknown_tokens(unit, station_id=station_id, since=since, limit=limit)
    return [UnknownTokenView.of(row) for row in rows]


@router.post("/onboarding/tags/{ref}", status_code=http.HTTP_201_CREATED)
async def adopt_token(ref: str, body: Adoption, principal: AnyPrincipal, identity: IdentityDep) -> TokenView:
    """The card or fob charges for this driver from now on, though nobody typed its number. Again it changes nothing."""
    driver_id = body.driver_id
    if principal.role is Role.DRIVER:
        if driver_id not in (None, principal.subject):
            raise Forbidden("A driver adopts a token for themselves alone.")
        driver_id = principal.subject
    if driver_id is None:
        raise InvalidRequest("An operator says whose the token is to be: driver_id.")
    async with identity.database.transaction(principal.tenant) as unit:
        return TokenView.of(await identity.adopt_token(unit, driver_id, ref))


@router.get("/master-passes")
async def list_master_passes(operator: Operator, identity: IdentityDep) -> list[TokenView]:
    """The cards and fobs that stop everybody's transactions."""
    async with identity.database.transaction(operator.tenant) as unit:
        tokens = await repository.list_tokens_of_group(unit, identity.master_pass_group)
        return [TokenView.of(token) for token in tokens]


@router.post("/master-passes", status_code=http.HTTP_201_CREATED)
async def register_master_pass(body: NewMasterPass, operator: Operator, identity: IdentityDep) -> TokenView:
    """The card or fob stops everybody's transactions from now on. Sent again it changes nothing."""
    async with identity.database.transaction(operator.tenant) as unit:
        id_token = IdToken(body.value, body.type)
        return TokenView.of(await identity.register_master_pass(unit, operator.subject, id_token))


@router.post("/master-passes/{token_id}/block")
async def block_master_pass(token_id: str, operator: Operator, identity: IdentityDep) -> TokenView:
    """The card or fob, lost perhaps, stops nothing any more."""
    async with identity.database.transaction(operator.tenant) as unit:
        return TokenView.of(await identity.block_master_pass(unit, token_id))


@router.get("/prepaid-cards")
async def list_prepaid_cards(operator: Operator, identity: IdentityDep) -> list[TokenView]:
    """The cards that charge on their credit; what is left on one is billing's to say."""
    async with identity.database.transaction(operator.tenant) as unit:
        return [TokenView.of(token) for token in await repository.list_prepaid_cards(unit)]


@router.post("/prepaid-cards", status_code=http.HTTP_201_CREATED)
async def register_prepaid_card(body: NewPrepaidCard, operator: Operator, identity: IdentityDep) -> TokenView:
    """The card or fob charges on its credit, of which it has none yet. Sent again it changes nothing."""
    async with identity.database.transaction(operator.tenant) as unit:
        id_token = IdToken(body.value, body.type)
        card = await identity.register_prepaid_card(unit, operator.subject, id_token, expires_at=body.expires_at)
        return TokenView.of(card)


@router.post("/prepaid-cards/{token_id}/block")
async def block_prepaid_card(token_id: str, operator: Operator, identity: IdentityDep) -> TokenView:
    """The card, lost perhaps, charges no longer."""
    async with identity.database.transaction(operator.tenant) as unit:
        return TokenView.of(await identity.block_prepaid_card(unit, token_id))
