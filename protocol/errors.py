"""Everything that can go wrong in OCPP, one class per thing a caller can do something about.

    OcppError
     ├─ RpcError                               what one side tells the other in a CALLERROR
     │   ├─ RpcFrameworkError                  the frame itself is no RPC message
     │   ├─ MessageTypeNotSupported            the frame's type number is unknown
     │   ├─ ActionNotImplemented               nobody knows this action
     │   ├─ ActionNotSupported                 the action is known, this side does not offer it
     │   ├─ InternalError
     │   ├─ SecurityError
     │   ├─ GenericError
     │   └─ PayloadViolation                   the payload breaks a rule of its schema, at `path`
     │       ├─ FormatViolation                no JSON, or a field that the schema does not know
     │       ├─ ProtocolError                  the payload is incomplete
     │       ├─ OccurrenceConstraintViolation  a field or an element is missing or one too many
     │       ├─ PropertyConstraintViolation    a value outside its range, length or enumeration
     │       └─ TypeConstraintViolation        a value of the wrong JSON type
     ├─ CallInFlight                           a second CALL before the first is answered
     ├─ IllegalTransition                      a state machine was driven where its table has no way
     └─ NotExpressible                         a version has no words for what was asked

How a class is spelled on the wire is the edge's business (`protocol.ocppj.codes`): the versions differ.
"""


class OcppError(Exception):
    """Base of every error that this package raises."""


class RpcError(OcppError):
    """A request that gets a CALLERROR; the sentence becomes its errorDescription (OCPP-J 1.6 §4.2.3, 2.x Part 4)."""


class RpcFrameworkError(RpcError):
    """The text is not an RPC message: no array, too few elements, or no readable message id."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Not an RPC message: {reason}.")


class MessageTypeNotSupported(RpcError):
    """The first element of the frame is no message type of this OCPP version."""

    def __init__(self, message_type: object, *, version: str) -> None:
        self.message_type = message_type
        self.version = version
        super().__init__(f"OCPP {version} has no message type {message_type!r}.")


class ActionNotImplemented(RpcError):
    """The action is not known to the receiver."""

    def __init__(self, action: str, *, version: str) -> None:
        self.action = action
        self.version = version
        super().__init__(f"OCPP {version} action {action!r} is not known here.")


class ActionNotSupported(RpcError):
    """The action is known to the receiver, which does not support it."""

    def __init__(self, action: str, *, version: str) -> None:
        self.action = action
        self.version = version
        super().__init__(f"OCPP {version} action {action!r} is known but not supported here.")


class InternalError(RpcError):
    """The receiver failed; `reason` goes on the wire, so it names no internals."""

    def __init__(self, reason: str = "The request could not be processed.") -> None:
        self.reason = reason
        super().__init__(reason)


class SecurityError(RpcError):
    """Processing stopped for a reason of security."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class GenericError(RpcError):
    """None of the other classes fits."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class PayloadViolation(RpcError):
    """The payload breaks a rule of its schema; `path` is the place, as `$.meterValue[0].timestamp`."""

    def __init__(self, reason: str, *, path: str = "$") -> None:
        self.reason = reason
        self.path = path
        super().__init__(f"{reason} at {path}.")


class FormatViolation(PayloadViolation):
    """The payload is not JSON, or has a field that its schema does not know."""


class ProtocolError(PayloadViolation):
    """The payload is incomplete in a way that no single field names."""


class OccurrenceConstraintViolation(PayloadViolation):
    """A required field is missing, or an array has too few or too many elements."""


class PropertyConstraintViolation(PayloadViolation):
    """A value of the right type lies outside its range, length or enumeration."""


class TypeConstraintViolation(PayloadViolation):
    """A value has another JSON type than its schema says."""


class CallInFlight(OcppError):
    """A CALL was asked for while another one has no answer yet (OCPP-J 1.6 §4.1.1)."""

    def __init__(self, *, requested: str, pending: str, message_id: str) -> None:
        self.requested = requested
        self.pending = pending
        self.message_id = message_id
        super().__init__(f"{requested} has to wait: {pending} ({message_id}) has no answer yet.")


class IllegalTransition(OcppError):
    """A state machine was driven by a trigger that its state has no transition for; the state is unchanged."""

    def __init__(self, machine: str, *, state: object, trigger: object) -> None:
        self.machine = machine
        self.state = state
        self.trigger = trigger
        super().__init__(f"{machine} in state {state} has no transition for {trigger}.")


class NotExpressible(OcppError):
    """An OCPP version has no words for what was asked; `version` reads as `1.6`."""

    def __init__(self, version: str, what: str) -> None:
        self.version = version
        self.what = what
        super().__init__(f"OCPP {version} cannot express {what}.")
