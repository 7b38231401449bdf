"""What admin is told."""

from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class AdminSettings(Settings):
    """`measure_every_s`: how often alarms are looked for. `answer_timeout_s`: how long a service may take to answer.

    `quarantine_keep_days`: how long messages of stations that nothing could be made of are kept; `alarm_keep_days`: how
    long alarms that are over are. `simulator_url`: the control of a fleet of simulated stations; empty: there is none.
    """

    prefix: ClassVar[str] = "ADMIN_"

    measure_every_s: float = Field(default=15.0, gt=0)
    answer_timeout_s: float = Field(default=3.0, gt=0, le=30)
    quarantine_keep_days: int = Field(default=30, ge=1)
    alarm_keep_days: int = Field(default=180, ge=1)
    simulator_url: str = ""
