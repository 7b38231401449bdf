"""What tariffs is told."""

from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class TariffsSettings(Settings):
    """`TARIFFS_CURRENCY`: the currency of the built-in free tariff."""

    prefix: ClassVar[str] = "TARIFFS_"

    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
