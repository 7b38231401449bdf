"""IdTokens that staff look after: drivers' own, master passes and prepaid cards."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, status as http

from backoffice.identity import repository
from backoffice.identity.schemas import GroupChange, NewMasterPass, NewPrepaidCard, TokenChange, TokenView
from backoffice.identity.service import Identity
from backoffice.kit.guards import TokensReader, TokensWriter
from backoffice.kit.service import provided
from protocol.domain.identifiers import IdToken

router = APIRouter(tags=["identity"])
IdentityDep = Annotated[Identity, Depends(provided(Identity))]


@router.get("/tokens")
async def list_tokens(
    operator: TokensReader, identity: IdentityDep, driver_id: Annotated[str, Query(description="Whose.")]
) -> list[TokenView]:
    """A driver's cards, fobs and contracts."""
    async with identity.database.transaction(operator.tenant) as unit:
        return [TokenView.of(token) for token in await repository.list_tokens_of(unit, driver_id)]


@router.patch("/tokens/{token_id}")
async def change_token(token_id: str, body: TokenChange, operator: TokensWriter, identity: IdentityDep) -> TokenView:
    """The token is blocked or not, and charges until then."""
    async with identity.database.transaction(operator.tenant) as unit:
        token = await identity.change_token(unit, token_id, is_blocked=body.is_blocked, expires_at=body.expires_at)
        return TokenView.of(token)


@router.patch("/token-groups/{name}")
async def change_group(name: str, body: GroupChange, operator: TokensWriter, identity: IdentityDep) -> list[TokenView]:
    """Every token of the group charges, or none does."""
    async with identity.database.transaction(operator.tenant) as unit:
        tokens = await identity.block_group(unit, name, is_blocked=body.is_blocked)
        return [TokenView.of(token) for token in tokens]


@router.get("/master-passes")
async def list_master_passes(operator: TokensReader, identity: IdentityDep) -> list[TokenView]:
    """The cards and fobs that stop everybody's transactions."""
    async with identity.database.transaction(operator.tenant) as unit:
        tokens = await repository.list_tokens_of_group(unit, identity.master_pass_group)
        return [TokenView.of(token) for token in tokens]


@router.post("/master-passes", status_code=http.HTTP_201_CREATED)
async def register_master_pass(body: NewMasterPass, operator: TokensWriter, identity: IdentityDep) -> TokenView:
    """The card or fob stops everybody's transactions from now on. Sent again it changes nothing."""
    async with identity.database.transaction(operator.tenant) as unit:
        id_token = IdToken(body.value, body.type)
        return TokenView.of(await identity.register_master_pass(unit, operator.subject, id_token))


@router.post("/master-passes/{token_id}/block")
async def block_master_pass(token_id: str, operator: TokensWriter, identity: IdentityDep) -> TokenView:
    """The card or fob, lost perhaps, stops nothing any more."""
    async with identity.database.transaction(operator.tenant) as unit:
        return TokenView.of(await identity.block_master_pass(unit, token_id))


@router.get("/prepaid-cards")
async def list_prepaid_cards(operator: TokensReader, identity: IdentityDep) -> list[TokenView]:
    """The cards that charge on their credit; what is left on one is billing's to say."""
    async with identity.database.transaction(operator.tenant) as unit:
        return [TokenView.of(token) for token in await repository.list_prepaid_cards(unit)]


@router.post("/prepaid-cards", status_code=http.HTTP_201_CREATED)
async def register_prepaid_card(body: NewPrepaidCard, operator: TokensWriter, identity: IdentityDep) -> TokenView:
    """The card or fob charges on its credit, of which it has none yet. Sent again it changes nothing."""
    async with identity.database.transaction(operator.tenant) as unit:
        id_token = IdToken(body.value, body.type)
        card = await identity.register_prepaid_card(unit, operator.subject, id_token, expires_at=body.expires_at)
        return TokenView.of(card)


@router.post("/prepaid-cards/{token_id}/block")
async def block_prepaid_card(token_id: str, operator: TokensWriter, identity: IdentityDep) -> TokenView:
    """The card, lost perhaps, charges no longer."""
    async with identity.database.transaction(operator.tenant) as unit:
        return TokenView.of(await identity.block_prepaid_card(unit, token_id))
