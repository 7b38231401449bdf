"""What reservations is told."""

from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import Settings


class ReservationsSettings(Settings):
    """Lengths of time are in seconds, each `RESERVATIONS_` and its name.

    The policy of tenants that have said none: `free_cancellation_s` before the begin giving up is free, `grace_s` after
    it nobody is waited for any longer, `buffer_s` passes between two reservations of a place; a reservation is
    `shortest_s` to `longest_s` long, begins within `ahead_s`, and a driver has `at_once` to come.

    `lead_s` before the begin the station is told; `retry_s` after no or a bad answer once more, `attempts` times
    between two reconnections. From `warn_s` before it until it begins somebody looks whether the places are free.
    `early_s` before it a driver may come. `late_events_s` after the grace it expires: as late may the event come that
    somebody was there. `no_show_billed_after_s` after the grace an expired one is billed: as late it may still turn out
    that somebody was, say where a station was away. `outage_reach_s`: a closure of which nobody knows the end cancels
    what begins within that time.
    """

    prefix: ClassVar[str] = "RESERVATIONS_"

    free_cancellation_s: int = Field(default=3_600, ge=0)
    grace_s: int = Field(default=900, ge=60)
    buffer_s: int = Field(default=0, ge=0, le=86_400)
    shortest_s: int = Field(default=300, ge=1)
    longest_s: int = Field(default=43_200, ge=1, le=31 * 86_400)
    ahead_s: int = Field(default=30 * 86_400, ge=60)
    at_once: int = Field(default=5, ge=1)

    lead_s: int = Field(default=900, ge=0)
    retry_s: int = Field(default=30, ge=1)
    attempts: int = Field(default=10, ge=1)
    warn_s: int = Field(default=600, ge=0)
    early_s: int = Field(default=900, ge=0)
    late_events_s: int = Field(default=60, ge=0)
    no_show_billed_after_s: int = Field(default=3_600, ge=0)
    outage_reach_s: int = Field(default=7_200, ge=0)
