"""What billing is told."""

from typing import ClassVar, Literal

from backoffice.kit.settings import Settings


class BillingSettings(Settings):
    """`BILLING_PROVIDER`: who moves the money. There is the sandbox."""

    prefix: ClassVar[str] = "BILLING_"

    provider: Literal["sandbox"] = "sandbox"
