"""Web push: encrypted for one browser (RFC 8291), signed for its push service (RFC 8292)."""

import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from backoffice.kit.database import Database
from backoffice.notifications import people_repository
from backoffice.notifications.channels.port import Outcome, Parcel, Result
from backoffice.notifications.errors import AddressRefused
from backoffice.notifications.keys import bytes_of, public_text
from backoffice.notifications.models import PushSubscriptionRow
from backoffice.notifications.outgoing import Outgoing, Unreachable

_TOKEN_LIFETIME = timedelta(hours=12)  # RFC 8292 §2: a day at most
_GONE = (404, 410)  # RFC 8030 §7.3
_MALFORMED = (400, 413)
_LONGEST_TTL_S = 28 * 86_400
_BODY_LIMIT = 600  # characters: a push service takes 4 096 bytes, encrypted


class PushChannel:
    """Sends to the push service of a browser."""

    def __init__(
        self, database: Database, outgoing: Outgoing, *, key: ec.EllipticCurvePrivateKey, contact: str
    ) -> None:
        self._database = database
        self._outgoing = outgoing
        self._key = key
        self._contact = contact
        self.public_key = public_text(key)

    async def send(self, parcel: Parcel, *, now: datetime) -> Outcome:
        """The push service keeps it for the browser. One that it says is gone is forgotten."""
        async with self._database.transaction(parcel.tenant) as unit:
            subscription = await people_repository.find_subscription(unit, parcel.target)
        if subscription is None or subscription.subject != parcel.recipient:
            return Outcome(Result.SUPPRESSED, "the browser is not subscribed any more")
        service = urlsplit(subscription.endpoint).hostname or ""
        body = _encrypt(subscription, _message_of(parcel))
        try:
            status, answer = await self._outgoing.post(
                subscription.endpoint, body, self._headers(parcel, subscription, now)
            )
        except AddressRefused as refused:
            return Outcome(Result.REFUSED, refused.reason, service)
        except Unreachable as error:
            return Outcome(Result.FAILED, str(error), service)
        if status in _GONE:
            async with self._database.transaction(parcel.tenant) as unit:
                await people_repository.remove_subscription(unit, parcel.target)
            return Outcome(Result.REFUSED, "the browser is gone", service)
        if 200 <= status < 300:
            return Outcome(Result.SENT, sent_to=service)
        result = Result.REFUSED if status in _MALFORMED else Result.FAILED
        return Outcome(result, f"HTTP {status}: {answer[:200]}", service)

    def _headers(self, parcel: Parcel, subscription: PushSubscriptionRow, now: datetime) -> dict[str, str]:
        parts = urlsplit(subscription.endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + _TOKEN_LIFETIME, "sub": self._contact}
        token = jwt.encode(claims, self._key, algorithm="ES256")
        left_s = int((parcel.expires_at - now).total_seconds())
        return {
            "Authorization": f"vapid t={token}, k={self.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, min(left_s, _LONGEST_TTL_S))),
            "Urgency": "high" if parcel.is_urgent else "normal",
            # Sent again it takes the place of the first (RFC 8030 §5.4): at most 32 characters of base64url.
            "Topic": parcel.id.replace("-", ""),
        }


def _message_of(parcel: Parcel) -> bytes:
    assert parcel.text is not None
    said = {
        "id": parcel.id,
        "kind": parcel.kind,
        "title": parcel.text.subject,
        "body": parcel.text.sentence[:_BODY_LIMIT],
        "url": parcel.text.url,
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _encrypt(subscription: PushSubscriptionRow, message: bytes) -> bytes:
    """For this browser alone, by a key of its own each time (RFC 8291 §3)."""
    encrypted: bytes = http_ece.encrypt(
        message,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=bytes_of(subscription.public_key),
        auth_secret=bytes_of(subscription.auth_secret),
        version="aes128gcm",
    )
    return encrypted
