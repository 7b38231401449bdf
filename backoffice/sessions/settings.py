"""What sessions is told."""

from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class SessionsSettings(Settings):
    """`SESSIONS_HOLD_AMOUNT`: what is held before a start by app, in the tariff's currency.

    `SESSIONS_INTENT_EXPIRES_S`: how long a start by app may take to become a transaction.
    `SESSIONS_LATE_EVENTS_S`: how long a session that has ended waits for events whose numbers are missing.
    `SESSIONS_ORPHAN_AFTER_S`: how long it waits for its start; then it begins with the first that was heard of it.
    `SESSIONS_TELLS_RUNNING_COST`: whether stations that can show it are told what a session costs while it runs, at
    most every `SESSIONS_RUNNING_COST_EVERY_S`.
    `SESSIONS_IDLE_AFTER_S`: for how long no energy flows until the driver is told.
    `SESSIONS_LOST_AFTER_S`: after how long a silence of everybody a session has ended with the last that was heard.
    `SESSIONS_LONGEST_S`: after how long one that goes on and on is stopped.
    """

    prefix: ClassVar[str] = "SESSIONS_"

    hold_amount: Decimal = Field(default=Decimal(50), gt=0)
    intent_expires_s: int = Field(default=120, ge=5)
    late_events_s: float = Field(default=60.0, ge=0)
    orphan_after_s: float = Field(default=3600.0, ge=1)
    tells_running_cost: bool = False
    running_cost_every_s: float = Field(default=60.0, ge=1)
    idle_after_s: float = Field(default=600.0, ge=1)
    lost_after_s: float = Field(default=86_400.0, ge=60)
    longest_s: float = Field(default=7 * 86_400.0, ge=60)
