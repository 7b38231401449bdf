"""Accounts by REST: register, log in, verify one's address, forget one's password, and the second factor."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, status as http

from backoffice.identity.account_schemas import (
    AccessToken,
    AccountView,
    CodeBody,
    Credentials,
    EnrolmentView,
    ForgottenPassword,
    NewPassword,
    OfTenant,
    RecoveryCodes,
    Refreshing,
    Registration,
    ServiceCredentials,
    ServiceToken,
)
from backoffice.identity.accounts import Accounts, Claim
from backoffice.identity.api_keys import ApiKeys
from backoffice.identity.errors import CodeRefused
from backoffice.kit.auth import Driver, Role, check_tenant
from backoffice.kit.guards import Myself
from backoffice.kit.service import provided
from protocol.domain.identifiers import TenantId

router = APIRouter(tags=["accounts"])
AccountsDep = Annotated[Accounts, Depends(provided(Accounts))]
ApiKeysDep = Annotated[ApiKeys, Depends(provided(ApiKeys))]
TenantHeader = Annotated[str | None, Header(alias="X-Tenant", description="Overrules `tenant` of the body.")]


@router.post("/auth/register", status_code=http.HTTP_201_CREATED)
async def register(body: Registration, accounts: AccountsDep, tenant: TenantHeader = None) -> AccessToken:
    """A new driver, logged in. A code to verify the address with is on its way there."""
    login = await accounts.register_driver(
        _tenant(body, tenant),
        email=body.email,
        password=body.password.get_secret_value(),
        name=body.name,
        language=body.language,
    )
    return AccessToken.of(login)


@router.post("/auth/login")
async def log_in(
    body: Credentials, request: Request, accounts: AccountsDep, tenant: TenantHeader = None
) -> AccessToken:
    """An access token for a driver, or with any other `role` for a member of staff, whose role the account says."""
    claim = Claim(
        is_staff=body.role is not Role.DRIVER,
        email=body.email,
        password=body.password.get_secret_value(),
        second_factor=body.second_factor,
        address=request.client.host if request.client else "",
    )
    return AccessToken.of(await accounts.log_in(_tenant(body, tenant), claim))


@router.post("/auth/token")
async def log_in_service(body: ServiceCredentials, api_keys: ApiKeysDep) -> ServiceToken:
    """An access token for a program that has an API key."""
    return ServiceToken.of(await api_keys.log_in(body.api_key.get_secret_value()))


@router.post("/auth/refresh")
async def refresh(body: Refreshing, accounts: AccountsDep, tenant: TenantHeader = None) -> AccessToken:
    """Another access token, and another refresh token in the place of this one.

    A refresh token that comes a second time was copied: whoever logged in there has to do it again.
    """
    token = body.refresh_token.get_secret_value()
    return AccessToken.of(await accounts.refresh(_tenant(body, tenant), token))


@router.post("/auth/logout", status_code=http.HTTP_204_NO_CONTENT)
async def log_out(body: Refreshing, accounts: AccountsDep, tenant: TenantHeader = None) -> None:
    """The refresh token, and what would have followed it, are no good any more."""
    await accounts.refresh_tokens.end(_tenant(body, tenant), body.refresh_token.get_secret_value())


@router.post("/auth/password/forgotten", status_code=http.HTTP_202_ACCEPTED)
async def forget_password(body: ForgottenPassword, accounts: AccountsDep, tenant: TenantHeader = None) -> None:
    """A code is on its way to the address, where an account has it. Which of the two, nobody is told."""
    is_staff = body.role is not Role.DRIVER
    await accounts.recovery.ask_reset(_tenant(body, tenant), is_staff=is_staff, email=body.email)


@router.post("/auth/password/reset", status_code=http.HTTP_204_NO_CONTENT)
async def choose_password(body: NewPassword, accounts: AccountsDep, tenant: TenantHeader = None) -> None:
    """The account has this password, and every login of it has ended. For whoever was invited it is the first one."""
    await accounts.recovery.choose_password(
        _tenant(body, tenant),
        is_staff=body.role is not Role.DRIVER,
        email=body.email,
        code=body.code,
        password=body.password.get_secret_value(),
    )


@router.get("/me")
async def read_me(principal: Myself, accounts: AccountsDep) -> AccountView:
    """Who the access token names."""
    async with accounts.database.transaction(principal.tenant) as unit:
        return AccountView.of(await accounts.read(unit, principal.subject))


@router.post("/me/verification", status_code=http.HTTP_202_ACCEPTED)
async def ask_verification(driver: Driver, accounts: AccountsDep) -> None:
    """Another code is on its way to the driver's address, unless that is verified."""
    async with accounts.database.transaction(driver.tenant) as unit:
        await accounts.recovery.ask_verification(unit, await accounts.read(unit, driver.subject))


@router.post("/me/verification/confirm", status_code=http.HTTP_204_NO_CONTENT)
async def verify(body: CodeBody, driver: Driver, accounts: AccountsDep) -> None:
    """The driver's address is verified."""
    async with accounts.database.transaction(driver.tenant) as unit:
        is_right = await accounts.recovery.verify(unit, driver.subject, body.code)
    if not is_right:
        raise CodeRefused


@router.post("/me/second-factor", status_code=http.HTTP_201_CREATED)
async def enrol_second_factor(principal: Myself, accounts: AccountsDep) -> EnrolmentView:
    """A secret for an authenticator, which counts once it is confirmed."""
    async with accounts.database.transaction(principal.tenant) as unit:
        account = await accounts.read(unit, principal.subject)
        return EnrolmentView.of(await accounts.second_factors.enrol(unit, account))


@router.post("/me/second-factor/confirm")
async def confirm_second_factor(body: CodeBody, principal: Myself, accounts: AccountsDep) -> RecoveryCodes:
    """The account logs in with a code of the authenticator from now on."""
    async with accounts.database.transaction(principal.tenant) as unit:
        codes = await accounts.second_factors.confirm(unit, principal.subject, body.code)
    return RecoveryCodes(recovery_codes=codes)


@router.post("/me/second-factor/remove", status_code=http.HTTP_204_NO_CONTENT)
async def remove_second_factor(body: CodeBody, principal: Myself, accounts: AccountsDep) -> None:
    """The account logs in without one."""
    await accounts.remove_second_factor(principal.tenant, principal.subject, body.code)


def _tenant(body: OfTenant, header: str | None) -> TenantId:
    return check_tenant(header or body.tenant)
