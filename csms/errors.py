"""What can go wrong in the gateway, one class per thing a caller can do something about."""


class CsmsError(Exception):
    """Base of every error that this package raises."""


class InvalidSettings(CsmsError):
    """The environment lacks a setting or has a wrong one; a line per problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("the settings are not usable:\n" + "\n".join(f"  {problem}" for problem in problems))


class PublishFailed(CsmsError):
    """A fact did not become durable: its station must not be answered."""

    def __init__(self, subject: str, reason: str) -> None:
        self.subject = subject
        self.reason = reason
        super().__init__(f"{subject} is not in its stream: {reason}")


class FactTooLarge(CsmsError):
    """A fact is larger than the broker takes: saying it again will not help."""

    def __init__(self, subject: str, payload: bytes, *, size_bytes: int, limit_bytes: int) -> None:
        self.payload = payload
        super().__init__(f"{subject} has {size_bytes} bytes; NATS takes {limit_bytes}")


class BusUnavailable(CsmsError):
    """NATS does not answer."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what} needs NATS, which does not answer: {reason}")


class HeldByNewer(CsmsError):
    """Another node holds a newer socket of the station."""

    def __init__(self, station: str, node: str) -> None:
        super().__init__(f"node {node} holds a newer socket of {station}")


class CallNotValid(CsmsError):
    """What was to be sent breaks the schema of the station's version: nothing was sent."""


class OcspAnswerRefused(CsmsError):
    """A responder's answer says nothing of the certificate today."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the OCSP answer is not used: {reason}")


class StationGone(CsmsError):
    """The socket closed. `was_sent`: a CALL may have been on its way, and may have been acted on."""

    def __init__(self, station: str, *, was_sent: bool) -> None:
        self.was_sent = was_sent
        super().__init__(f"the connection of {station} closed")


class CommandTimedOut(CsmsError):
    """The station did not answer in time: what it did is unknown."""

    def __init__(self, station: str, action: str) -> None:
        super().__init__(f"{station} did not answer {action} in time; it may have acted on it")


class CommandRefused(CsmsError):
    """The station answered with a CALLERROR."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}")


class AnswerUnreadable(CsmsError):
    """The station answered with something that is no answer: nobody can tell whether it did what it was asked."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"unreadable answer: {reason}")


class TooManyCommands(CsmsError):
    """More commands wait for one station than its queue takes."""

    def __init__(self, station: str, waiting: int) -> None:
        super().__init__(f"{waiting} commands already wait for {station}")
