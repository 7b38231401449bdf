"""What telemetry is told."""

from typing import ClassVar

from pydantic import Field, ValidationInfo, field_validator

from backoffice.kit.settings import Settings


class TelemetrySettings(Settings):
    """For how long what is kept, in days, and how often roll-ups are brought up to date.

    `frame_days`: the message log, today not counted. `reading_days`: readings, to the begin of the month.
    `quarter_days`, `hour_days`, `day_days`: roll-ups of that length, all of them for a month longer than readings: a
    reading that comes late rolls its hour up anew, from all quarters of it.
    """

    prefix: ClassVar[str] = "TELEMETRY_"

    frame_days: int = Field(default=3, ge=1, le=90)
    reading_days: int = Field(default=90, ge=31, le=3_660)
    quarter_days: int = Field(default=400, ge=31, le=36_600)
    hour_days: int = Field(default=1_100, ge=31, le=36_600)
    day_days: int = Field(default=3_660, ge=31, le=36_600)
    rollup_every_s: float = Field(default=60.0, gt=0, le=3_600)

    @field_validator("quarter_days", "hour_days", "day_days")
    @classmethod
    def _outlasts_readings(cls, days: int, others: ValidationInfo) -> int:
        least = others.data.get("reading_days", 0) + 31
        if days < least:
            raise ValueError(f"roll-ups are kept for a month longer than readings, {least} days at least")
        return days
