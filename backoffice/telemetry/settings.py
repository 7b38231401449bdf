"""What telemetry is told."""

from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class TelemetrySettings(Settings):
    """`TELEMETRY_FRAME_DAYS`: for how many days the message log is kept, today not counted."""

    prefix: ClassVar[str] = "TELEMETRY_"

    frame_days: int = Field(default=3, ge=1, le=90)
