"""Identity's REST interface: register, log in, and one's own tokens."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, status as http

from backoffice.identity import repository
from backoffice.identity.schemas import AccessToken, AccountView, Credentials, NewToken, Registration, TokenView
from backoffice.identity.service import Identity
from backoffice.kit.auth import AnyPrincipal, Driver, check_tenant
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
