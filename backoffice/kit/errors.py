"""Everything that can go wrong in the back office, one class per thing a caller can do something about.

    BackofficeError
     ├─ Refusal                 the rules say no; trying again changes nothing
     │   ├─ NotFound
     │   ├─ Conflict            the state of things forbids it
     │   ├─ ChangedMeanwhile    it is not what the asker last saw (If-Match)
     │   ├─ Unauthenticated     nobody we know is asking
     │   ├─ Forbidden           someone we know, who may not
     │   ├─ InvalidRequest      well-formed, and still not a request that can be understood
     │   ├─ BodyTooLarge        more than we take at once
     │   └─ TooManyRequests     later it may be allowed
     └─ Failure                 something did not work
         ├─ Unavailable         a part is silent; trying again may work
         ├─ OutcomeUnknown      no answer came in time, and it may have been done
         └─ PeerFailed          a part answered with an error of its own

A service's errors are subclasses. None knows HTTP: `problems.py` maps the classes of this tree to statuses. A consumer
puts the event of a Refusal among the dead letters, and one with a value that no column takes; it waits for what is
Unavailable, and tries any other error again.
"""

from collections.abc import Sequence

# A class names what happened, as in ReservationConflict.


class BackofficeError(Exception):
    """Base of every error that this package raises."""


class Refusal(BackofficeError):
    """The rules say no; trying again changes nothing."""


class NotFound(Refusal):
    """There is no such thing, or none that the asker may know of."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f"There is no {kind} {name}.")


class Conflict(Refusal):
    """The state of things forbids it."""


class ChangedMeanwhile(Refusal):
    """It is not what the asker last saw, and named by If-Match."""


class Unauthenticated(Refusal):
    """Nobody we know is asking."""


class Forbidden(Refusal):
    """Someone we know is asking, and may not."""


class InvalidRequest(Refusal):
    """Well-formed, and still not a request that can be understood."""


class TooManyRequests(Refusal):
    """Asked too often; after `retry_after_s` it may be allowed."""

    retry_after_s = 2


class AskedTooOften(TooManyRequests):
    """One principal, or one address, asks more often than it may."""

    def __init__(self, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"Too many requests. Try again in {retry_after_s} s.")


class BodyTooLarge(Refusal):
    """The body of a request is larger than any that we take."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        super().__init__(f"The body is larger than {limit_bytes} bytes.")


class Failure(BackofficeError):
    """Something did not work."""


class Unavailable(Failure):
    """A part is silent; trying again may work."""


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, or ended our connection."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The database cannot be reached: {reason}.")


class SchemasBehind(Unavailable):
    """Tables are older than this release, and our role may not change that: a migration is to come."""

    def __init__(self, schemas: Sequence[str]) -> None:
        self.schemas = tuple(schemas)
        super().__init__(
            f"These schemas wait for a migration: {', '.join(schemas)}. Run `python -m backoffice --migrate-only` with"
            " the owner's DATABASE_URL."
        )


class BusUnavailable(Unavailable):
    """NATS cannot be reached, or did not acknowledge in time."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The bus cannot be reached: {reason}.")


class ServiceSilent(Unavailable):
    """No instance of a service answered a query in time."""

    def __init__(self, service: str, *, query: str) -> None:
        self.service = service
        self.query = query
        super().__init__(f"The service {service} did not answer {query}.")


class OutcomeUnknown(Failure):
    """No answer came in time, and it may have been done."""


class PeerFailed(Failure):
    """A part answered with an error of its own; `code` is the class it named."""

    def __init__(self, peer: str, *, code: str, detail: str) -> None:
        self.peer = peer
        self.code = code
        self.detail = detail
        super().__init__(f"{peer} failed with {code}: {detail}")
