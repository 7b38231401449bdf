"""What can go wrong in the simulator, said so that a person can act on it."""


class SimulatorError(Exception):
    """Base of the simulator's errors; the command line prints the sentence."""


class InvalidPlan(SimulatorError):
    """A fleet cannot be made of what was given."""


class CsmsUnreachable(SimulatorError):
    """No station could connect, and none ever has."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(
            f"no station could connect to {url}: {reason}. Is the CSMS running there, and is the path right? "
            "The station's id is added to the URL."
        )


class ConditionNotMet(SimulatorError):
    """What was waited for did not come true in time."""

    def __init__(self, station: str, *, timeout_s: float, state: str) -> None:
        self.station = station
        self.timeout_s = timeout_s
        super().__init__(f"station {station}: not so within {timeout_s:g} s; it is {state}")
