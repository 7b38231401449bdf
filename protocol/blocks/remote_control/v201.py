"""OCPP 2.0.1 remote control: RequestStartTransaction, RequestStopTransaction, TriggerMessage, UnlockConnector."""

from msgspec import UNSET, UnsetType

from protocol.blocks.remote_control.messages import (
    RequestStart,
    RequestStop,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
)
from protocol.dialects.v201 import (
    answer_writer,
    read_answer,
    read_evse,
    read_id_token,
    read_status_info,
    write_evse,
    write_id_token,
    write_status_info,
)
from protocol.dialects.v201_charging import read_profile, write_profile
from protocol.dialects.words import (
    given,
    read_number,
    read_optional_number,
    spelled,
)
from protocol.domain.charging_profile import ProfilePurpose
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import TransactionId
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotSupported, NotExpressible
from protocol.wire import v201

_KINDS = {str(kind): kind for kind in TriggerKind}


def decode_request_start(request: v201.RequestStartTransactionRequest) -> RequestStart:
    """Source: OCPP 2.0.1 F01, F02."""
    group, profile = request.group_id_token, given(request.charging_profile)
    return RequestStart(
        id_token=read_id_token(request.id_token),
        remote_start_id=request.remote_start_id,
        evse=read_optional_number(request.evse_id, "$.evseId", bits=32),
        group=None if isinstance(group, UnsetType) else read_id_token(group),
        charging_profile=None if profile is None else read_profile(profile),
    )


def encode_request_start(message: RequestStart) -> v201.RequestStartTransactionRequest:
    """Raises NotExpressible for a profile that is not for the transaction to come (OCPP 2.0.1 F01)."""
    profile = message.charging_profile
    if profile is not None and (profile.purpose is not ProfilePurpose.TX or profile.transaction_id is not None):
        raise NotExpressible(OcppVersion.V201, "a remote start with a profile that is not for its own transaction")
    return v201.RequestStartTransactionRequest(
        id_token=write_id_token(message.id_token),
        remote_start_id=message.remote_start_id,
        evse_id=UNSET if message.evse is None else message.evse,
        group_id_token=UNSET if message.group is None else write_id_token(message.group),
        charging_profile=UNSET if profile is None else write_profile(profile),
    )


def decode_request_start_reply(response: v201.RequestStartTransactionResponse) -> CommandReply:
    """The transaction id is there where the transaction already runs (F02)."""
    reply = read_status_info(response.status, response.status_info)
    transaction = given(response.transaction_id)
    if transaction is None:
        return reply
    return CommandReply(status=reply.status, reason=reply.reason, transaction_id=TransactionId(transaction))


def encode_request_start_reply(reply: CommandReply) -> v201.RequestStartTransactionResponse:
    """Accepted or Rejected."""
    return v201.RequestStartTransactionResponse(
        status=spelled(reply.status),
        status_info=write_status_info(reply) or UNSET,
        transaction_id=UNSET if reply.transaction_id is None else reply.transaction_id,
    )


def decode_request_stop(request: v201.RequestStopTransactionRequest) -> RequestStop:
    """Source: OCPP 2.0.1 F03."""
    return RequestStop(transaction_id=TransactionId(request.transaction_id))


def encode_request_stop(message: RequestStop) -> v201.RequestStopTransactionRequest:
    """Source: OCPP 2.0.1 F03."""
    return v201.RequestStopTransactionRequest(transaction_id=message.transaction_id)


def decode_request_stop_reply(response: v201.RequestStopTransactionResponse) -> CommandReply:
    """Accepted or Rejected."""
    return read_status_info(response.status, response.status_info)


def encode_request_stop_reply(reply: CommandReply) -> v201.RequestStopTransactionResponse:
    """Accepted or Rejected."""
    return v201.RequestStopTransactionResponse(
        status=spelled(reply.status), status_info=write_status_info(reply) or UNSET
    )


def decode_trigger(request: v201.TriggerMessageRequest) -> TriggerMessage:
    """Raises ActionNotSupported for a trigger that we have no word for.

    Source: OCPP 2.0.1 F06.
    """
    kind = _KINDS.get(request.requested_message)
    if kind is None:
        raise ActionNotSupported(f"TriggerMessage {request.requested_message}", version=OcppVersion.V201)
    evse, connector = read_evse(request.evse)
    return TriggerMessage(requested=kind, evse=evse, connector=connector)


def encode_trigger(message: TriggerMessage) -> v201.TriggerMessageRequest:
    """A status is asked of one connector, the first where none is named (F06.FR.12).

    Raises NotExpressible for the status of no EVSE (F06.FR.13).
    """
    connector = message.connector
    if message.requested is TriggerKind.STATUS_NOTIFICATION:
        if message.evse is None:
            raise NotExpressible(OcppVersion.V201, "a trigger of StatusNotification without an EVSE")
        connector = connector or 1
    return v201.TriggerMessageRequest(
        requested_message=spelled(message.requested), evse=write_evse(message.evse, connector)
    )


def decode_trigger_reply(response: v201.TriggerMessageResponse) -> CommandReply:
    """Accepted, Rejected or NotImplemented."""
    return read_status_info(response.status, response.status_info)


def encode_trigger_reply(reply: CommandReply) -> v201.TriggerMessageResponse:
    """Accepted, Rejected or NotImplemented."""
    return v201.TriggerMessageResponse(status=spelled(reply.status), status_info=write_status_info(reply) or UNSET)


def decode_unlock(request: v201.UnlockConnectorRequest) -> UnlockConnector:
    """Source: OCPP 2.0.1 F05."""
    return UnlockConnector(
        evse=read_number(request.evse_id, "$.evseId", bits=32),
        connector=read_number(request.connector_id, "$.connectorId", bits=32),
    )


def encode_unlock(message: UnlockConnector) -> v201.UnlockConnectorRequest:
    """Source: OCPP 2.0.1 F05."""
    return v201.UnlockConnectorRequest(evse_id=message.evse, connector_id=message.connector)


ROUTES = (
    Route(
        action="RequestStartTransaction",
        direction=Direction.FROM_CSMS,
        messages=(RequestStart,),
        reply=CommandReply,
        request=v201.RequestStartTransactionRequest,
        response=v201.RequestStartTransactionResponse,
        decode_request=decode_request_start,
        encode_request=encode_request_start,
        decode_response=decode_request_start_reply,
        encode_response=encode_request_start_reply,
    ),
    Route(
        action="RequestStopTransaction",
        direction=Direction.FROM_CSMS,
        messages=(RequestStop,),
        reply=CommandReply,
        request=v201.RequestStopTransactionRequest,
        response=v201.RequestStopTransactionResponse,
        decode_request=decode_request_stop,
        encode_request=encode_request_stop,
        decode_response=decode_request_stop_reply,
        encode_response=encode_request_stop_reply,
    ),
    Route(
        action="TriggerMessage",
        direction=Direction.FROM_CSMS,
        messages=(TriggerMessage,),
        reply=CommandReply,
        request=v201.TriggerMessageRequest,
        response=v201.TriggerMessageResponse,
        decode_request=decode_trigger,
        encode_request=encode_trigger,
        decode_response=decode_trigger_reply,
        encode_response=encode_trigger_reply,
    ),
    Route(
        action="UnlockConnector",
        direction=Direction.FROM_CSMS,
        messages=(UnlockConnector,),
        reply=CommandReply,
        request=v201.UnlockConnectorRequest,
        response=v201.UnlockConnectorResponse,
        decode_request=decode_unlock,
        encode_request=encode_unlock,
        decode_response=read_answer,
        encode_response=answer_writer(v201.UnlockConnectorResponse),
    ),
)
