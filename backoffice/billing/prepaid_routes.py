"""Prepaid accounts by REST, for operators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backoffice.billing import repository
from backoffice.billing.prepaid import PrepaidAccounts
from backoffice.billing.schemas import PrepaidAccountView, PrepaidEntryView, TopUp
from backoffice.kit.guards import BillingReader, BillingWriter
from backoffice.kit.idempotency import IdempotencyKey, once
from backoffice.kit.pagination import DEFAULT_LIMIT, Limit
from backoffice.kit.service import provided
from protocol.domain.money import Money

router = APIRouter(prefix="/billing/prepaid-accounts", tags=["billing"])
PrepaidDep = Annotated[PrepaidAccounts, Depends(provided(PrepaidAccounts))]
AccountId = Annotated[str, Path(min_length=1, max_length=64, description="The prepaid card's token_id.")]


@router.get("/{account_id}")
async def read_account(account_id: AccountId, operator: BillingReader, prepaid: PrepaidDep) -> PrepaidAccountView:
    """What is left."""
    async with prepaid.database.snapshot(operator.tenant) as unit:
        return PrepaidAccountView.of(await prepaid.find(unit, account_id))


@router.get("/{account_id}/entries")
async def list_prepaid_entries(
    account_id: AccountId, operator: BillingReader, prepaid: PrepaidDep, limit: Limit = DEFAULT_LIMIT
) -> list[PrepaidEntryView]:
    """What was paid in and drawn, the newest first."""
    async with prepaid.database.snapshot(operator.tenant) as unit:
        await prepaid.find(unit, account_id)
        return [
            PrepaidEntryView.of(row) for row in await repository.list_prepaid_entries(unit, account_id, limit=limit)
        ]


@router.post("/{account_id}/top-ups", status_code=201)
async def top_up(
    account_id: AccountId, body: TopUp, operator: BillingWriter, prepaid: PrepaidDep, key: IdempotencyKey
) -> PrepaidAccountView:
    """The account has this much more; it is opened by its first top-up, whose currency it keeps."""
    async with prepaid.database.transaction(operator.tenant) as unit:

        async def add() -> PrepaidAccountView:
            amount = Money(body.amount, body.currency)
            return PrepaidAccountView.of(await prepaid.top_up(unit, account_id, amount))

        return await once(
            unit,
            scope=f"{operator.subject} top up {account_id}",
            key=key,
            request=body,
            now=prepaid.clock(),
            view=PrepaidAccountView,
            act=add,
        )
