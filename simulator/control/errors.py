"""Why a request to the fleet's control cannot be done. None knows HTTP: `problems.py` maps the classes to statuses."""

from simulator.errors import SimulatorError


class ControlError(SimulatorError):
    """Base of them; `advice` says what to do instead."""

    def __init__(self, sentence: str, *, advice: str) -> None:
        self.advice = advice
        super().__init__(sentence)


class NotThere(ControlError):
    """What the request names does not exist in this fleet."""


class Refused(ControlError):
    """It exists, and cannot do this now."""


class Invalid(ControlError):
    """The request itself cannot be meant."""


class Away(ControlError):
    """The process that has the station is gone, or does not answer."""


class Broken(ControlError):
    """The simulator itself has failed at it, and says how on its standard error."""


class Unauthorized(ControlError):
    """The request has no token, or another."""

    def __init__(self) -> None:
        super().__init__(
            "this fleet is controlled with a token only",
            advice="send `Authorization: Bearer TOKEN`; the fleet has printed it, or has it from its environment",
        )


class FromBrowser(ControlError):
    """A web page asks, which no page is meant to."""

    def __init__(self) -> None:
        super().__init__(
            "a request with an Origin comes from a web page, and pages do not control this fleet",
            advice="ask with curl, or with the HTTP client of your tests",
        )
