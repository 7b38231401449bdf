"""Whether a webhook is Stripe's own, and fresh: a plain function of (payload, header, now)."""

import hashlib
import hmac
from datetime import datetime, timedelta

from backoffice.billing.errors import ForgedWebhook

TOLERANCE = timedelta(seconds=300)


def check_signature(payload: bytes, header: str, *, secret: str, now: datetime) -> None:
    """Returns where one of the header's `v1` signs its `t` and the payload, and `t` is at most TOLERANCE from now.

    Raises ForgedWebhook. Source: https://docs.stripe.com/webhooks#verify-manually
    """
    items = [item.partition("=")[::2] for item in header.split(",")]
    stamps = [value for name, value in items if name.strip() == "t"]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdigit()):
        raise ForgedWebhook("it has no time")
    expected = hmac.new(secret.encode(), stamps[0].encode() + b"." + payload, hashlib.sha256).hexdigest().encode()
    signatures = [value.strip().encode() for name, value in items if name.strip() == "v1"]
    if not any([hmac.compare_digest(expected, signature) for signature in signatures]):  # noqa: C419 - all, in one time
        raise ForgedWebhook("its signature is not ours")
    if abs(now.timestamp() - int(stamps[0])) > TOLERANCE.total_seconds():
        raise ForgedWebhook("it is not fresh")
