"""How each OCPP version spells the RPC errors (OCPP-J 1.6 §4.2.3, OCPP 2.x Part 4 §4.3).

1. Every RpcError has a spelling in every version; a subclass without a row of its own uses its parent's.
2. 1.6 says FormationViolation and OccurenceConstraintViolation; 2.x says FormatViolation and Occurrence….
"""

from collections.abc import Mapping

from protocol import errors
from protocol.domain.version import OcppVersion

_SAME_EVERYWHERE: Mapping[type[errors.RpcError], str] = {
    errors.RpcError: "GenericError",
    errors.GenericError: "GenericError",
    errors.InternalError: "InternalError",
    errors.ActionNotImplemented: "NotImplemented",
    errors.ActionNotSupported: "NotSupported",
    errors.PropertyConstraintViolation: "PropertyConstraintViolation",
    errors.ProtocolError: "ProtocolError",
    errors.SecurityError: "SecurityError",
    errors.TypeConstraintViolation: "TypeConstraintViolation",
}

_CODES_16: Mapping[type[errors.RpcError], str] = {
    **_SAME_EVERYWHERE,
    errors.FormatViolation: "FormationViolation",
    errors.OccurrenceConstraintViolation: "OccurenceConstraintViolation",
    # 1.6 has no code for a broken RPC frame; a frame that cannot be read is the nearest to a malformed payload.
    errors.RpcFrameworkError: "FormationViolation",
}

_CODES_2: Mapping[type[errors.RpcError], str] = {
    **_SAME_EVERYWHERE,
    errors.FormatViolation: "FormatViolation",
    errors.MessageTypeNotSupported: "MessageTypeNotSupported",
    errors.OccurrenceConstraintViolation: "OccurrenceConstraintViolation",
    errors.RpcFrameworkError: "RpcFrameworkError",
}

CODES: Mapping[OcppVersion, Mapping[type[errors.RpcError], str]] = {
    OcppVersion.V16: _CODES_16,
    OcppVersion.V201: _CODES_2,
    OcppVersion.V21: _CODES_2,
}


def spell_code(error: errors.RpcError, version: OcppVersion) -> str:
    """Return the errorCode that tells this error in this version."""
    codes = CODES[version]
    return next(codes[kind] for kind in type(error).__mro__ if kind in codes)
