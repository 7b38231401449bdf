"""What profiles is told."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class ProfilesSettings(Settings):
    """Each `PROFILES_` and its name. `vehicles` and `favourites` are what a driver has at most.

    `export_kept`: how long an export can be fetched.
    """

    prefix: ClassVar[str] = "PROFILES_"

    vehicles: int = Field(default=20, ge=1)
    favourites: int = Field(default=200, ge=1)
    export_kept: timedelta = Field(default=timedelta(days=7), gt=timedelta())
