"""What billing is told."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from backoffice.kit.settings import SecretStr, Settings, shared


class BillingSettings(Settings):
    """`provider`: who moves the money. Stripe needs its key and the secret of its webhook, and real money the word
    `stripe_is_live`; `stripe_url` is where Stripe is, or a double of it.


    `country`: the seller's, whose VAT the prices are with (ISO 3166).
    `public_url`: where people without an account find receipts, up to `/api/v1`; without it stations are told no link.
    `web_payment_timeout_s`: how long somebody who scanned a QR code may take to give a card.
    `vat_register_file`: companies by VAT number, as JSON; without it no number is confirmed.
    """

    prefix: ClassVar[str] = "BILLING_"

    stripe_is_live: bool = False
    stripe_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_url: str = Field(default="https://api.stripe.com", pattern=r"^https?://[^/]+$")
    stripe_timeout_s: float = Field(default=20.0, gt=0, le=80)
    provider: Literal["sandbox", "stripe"] = "sandbox"
    country: str = Field(default="DE", pattern=r"^[A-Z]{2}$")
    token_key: SecretStr = shared("TOKEN_KEY", min_length=16)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/]+(/.*)?/api/v1$")
    web_payment_timeout_s: int = Field(default=300, ge=10, le=3600)
    vat_register_file: Path | None = None

    @field_validator("stripe_key")
    @classmethod
    def _must_be_a_test_key(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        is_test = key is None or key.get_secret_value().startswith(("sk_test_", "rk_test_"))
        if not is_test and not info.data.get("stripe_is_live"):
            raise ValueError("this is no test key, and BILLING_STRIPE_IS_LIVE does not say that real money may move")
        return key

    @field_validator("provider")
    @classmethod
    def _must_have_its_secrets(cls, provider: str, info: ValidationInfo) -> str:
        if provider == "stripe" and not (info.data.get("stripe_key") and info.data.get("stripe_webhook_secret")):
            raise ValueError("Stripe needs BILLING_STRIPE_KEY and BILLING_STRIPE_WEBHOOK_SECRET")
        return provider
