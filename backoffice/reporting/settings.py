"""What reporting is told."""

from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class ReportingSettings(Settings):
    """How often the views take in what came, how often schedules are looked at, and for how long reports are kept."""

    prefix: ClassVar[str] = "REPORTING_"

    refresh_every_s: float = Field(default=300.0, gt=0, le=86_400)
    schedules_every_s: float = Field(default=60.0, gt=0, le=3_600)
    keep_days: int = Field(default=400, ge=1, le=36_600)
