"""Webhooks to a tenant's own machines, signed as Standard Webhooks has it.

`webhook-id` is the delivery's id, the same whenever it is sent; the signature is over id, time and body, by the secret
and for a while by the one before.

Source: https://github.com/standard-webhooks/standard-webhooks, §Signature scheme.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

from backoffice.kit.database import Database
from backoffice.notifications import webhook_repository
from backoffice.notifications.channels.port import Outcome, Parcel, Result
from backoffice.notifications.errors import AddressRefused
from backoffice.notifications.keys import Seal
from backoffice.notifications.models import WebhookRow
from backoffice.notifications.outgoing import Outgoing, Unreachable

_GONE = 410
_USER_AGENT = "Chargeyard-Webhooks/1"


class WebhookChannel:
    """Posts to an endpoint."""

    def __init__(self, database: Database, outgoing: Outgoing, seal: Seal) -> None:
        self._database = database
        self._outgoing = outgoing
        self._seal = seal

    async def send(self, parcel: Parcel, *, now: datetime) -> Outcome:
        """The endpoint has taken it: it answered 2xx. One that answers 410 wants nothing any more, and gets nothing."""
        async with self._database.transaction(parcel.tenant) as unit:
            webhook = await webhook_repository.find_webhook(unit, parcel.target)
        if webhook is None or webhook.disabled_reason is not None:
            return Outcome(Result.SUPPRESSED, "the webhook is not there any more, or disabled")
        body = body_of(parcel)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": _USER_AGENT,
            **sign(parcel.id, body, secrets=self._secrets_of(webhook, now), now=now),
        }
        try:
            status, answer = await self._outgoing.post(webhook.url, body, headers)
        except AddressRefused as refused:
            return Outcome(Result.REFUSED, refused.reason, webhook.url)
        except Unreachable as error:
            return Outcome(Result.FAILED, str(error), webhook.url)
        if status == _GONE:
            async with self._database.transaction(parcel.tenant) as unit:
                await webhook_repository.disable_webhook(unit, webhook.id, reason="it answered 410 Gone")
            return Outcome(Result.REFUSED, "HTTP 410: the endpoint wants nothing any more", webhook.url)
        if 200 <= status < 300:
            return Outcome(Result.SENT, sent_to=webhook.url)
        return Outcome(Result.FAILED, f"HTTP {status}: {answer[:200]}", webhook.url)

    def _secrets_of(self, webhook: WebhookRow, now: datetime) -> Sequence[str]:
        sealed = [webhook.secret]
        if webhook.previous_secret is not None and webhook.previous_until is not None and now < webhook.previous_until:
            sealed.append(webhook.previous_secret)
        return [self._seal.open(secret) for secret in sealed]


def body_of(parcel: Parcel) -> bytes:
    """What is sent: ids and numbers, and no names."""
    said = {"type": parcel.kind, "timestamp": parcel.happened_at.isoformat(), "tenant": parcel.tenant}
    if parcel.recipient is not None:
        said["subject"] = parcel.recipient
    return json.dumps({**said, "data": parcel.data}, ensure_ascii=False).encode()


def sign(delivery_id: str, body: bytes, *, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers by which the endpoint knows that it is from us, fresh and whole: a signature by each secret."""
    text = body.decode()
    signatures = [Webhook(secret).sign(delivery_id, now, text) for secret in secrets]
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
