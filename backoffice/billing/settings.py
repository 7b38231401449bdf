"""What billing is told."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from backoffice.kit.settings import SecretStr, Settings, shared


class BillingSettings(Settings):
    """`BILLING_PROVIDER`: who moves the money. There is the sandbox.

    `country`: the seller's, whose VAT the prices are with (ISO 3166).
    `public_url`: where people without an account find receipts, up to `/api/v1`; without it stations are told no link.
    `web_payment_timeout_s`: how long somebody who scanned a QR code may take to give a card.
    `vat_register_file`: companies by VAT number, as JSON; without it no number is confirmed.
    """

    prefix: ClassVar[str] = "BILLING_"

    provider: Literal["sandbox"] = "sandbox"
    country: str = Field(default="DE", pattern=r"^[A-Z]{2}$")
    token_key: SecretStr = shared("TOKEN_KEY", min_length=16)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/]+(/.*)?/api/v1$")
    web_payment_timeout_s: int = Field(default=300, ge=10, le=3600)
    vat_register_file: Path | None = None
