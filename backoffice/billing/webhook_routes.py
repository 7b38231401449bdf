"""Where a provider says what happened, by REST."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, status as http

from backoffice.billing.errors import ForgedWebhook
from backoffice.billing.webhooks import Webhooks
from backoffice.kit.bodies import read_body
from backoffice.kit.service import provided

router = APIRouter(prefix="/billing/webhooks", tags=["billing"])
WebhooksDep = Annotated[Webhooks, Depends(provided(Webhooks))]

_LARGEST_BYTES = 1 << 18


@router.post("/stripe", status_code=http.HTTP_204_NO_CONTENT)
async def hear_stripe(
    request: Request, webhooks: WebhooksDep, signature: Annotated[str, Header(alias="Stripe-Signature")]
) -> None:
    """What Stripe says happened is read again there."""
    too_large = ForgedWebhook("it is larger than any event")
    await webhooks.hear(await read_body(request.stream(), limit_bytes=_LARGEST_BYTES, refusal=too_large), signature)
