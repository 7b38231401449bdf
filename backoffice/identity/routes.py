"""IdTokens by REST: one's own, and those that nobody registered."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, status as http

from backoffice.identity import repository
from backoffice.identity.schemas import Adoption, NewToken, TokenView, UnknownTokenView
from backoffice.identity.service import Identity
from backoffice.kit.auth import Driver, Role
from backoffice.kit.errors import Forbidden, InvalidRequest
from backoffice.kit.guards import TokensAdopter, TokensReader
from backoffice.kit.service import provided
from protocol.domain.identifiers import IdToken

router = APIRouter(tags=["identity"])
IdentityDep = Annotated[Identity, Depends(provided(Identity))]


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
    operator: TokensReader,
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
async def adopt_token(ref: str, body: Adoption, principal: TokensAdopter, identity: IdentityDep) -> TokenView:
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
