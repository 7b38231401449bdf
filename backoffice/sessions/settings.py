"""What sessions is told."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class SessionsSettings(Settings):
    """`SESSIONS_HOLD_AMOUNT`: what is held before a start by app, in the tariff's currency.

    `SESSIONS_INTENT_EXPIRES_S`: how long a start by app may take to become a transaction.
    """

    prefix: ClassVar[str] = "SESSIONS_"

    hold_amount: Decimal = Field(default=Decimal(50), gt=0)
    intent_expires_s: int = Field(default=120, ge=5)
