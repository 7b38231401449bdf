"""How the work of the back office is shared among its processes."""

from enum import StrEnum


class Share(StrEnum):
    """What a process does for its services: all, or one half where two processes share them on one machine or more."""

    ALL = "all"
    REQUESTS = "requests"  # REST and the questions of other services
    EVENTS = "events"  # consumers, workers, relays

    @property
    def has_requests(self) -> bool:
        """Whether others are answered."""
        return self is not Share.EVENTS

    @property
    def has_events(self) -> bool:
        """Whether streams are followed and work that nobody asked for is done."""
        return self is not Share.REQUESTS
