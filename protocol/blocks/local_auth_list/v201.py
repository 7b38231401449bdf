"""OCPP 2.0.1 local authorization list: GetLocalListVersion, SendLocalList."""

from msgspec import UNSET, UnsetType

from protocol.blocks.local_auth_list.messages import (
    GetLocalListVersion,
    ListUpdate,
    LocalListEntry,
    LocalListVersionReply,
    SendLocalList,
)
from protocol.dialects.v201 import (
    answer_writer,
    read_answer,
    read_id_token,
    read_id_token_info,
    write_id_token,
    write_id_token_info,
)
from protocol.dialects.words import given, spelled
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.wire import v201


def decode_get_version(_request: v201.GetLocalListVersionRequest) -> GetLocalListVersion:
    """Source: OCPP 2.0.1 D02."""
    return GetLocalListVersion()


def encode_get_version(_message: GetLocalListVersion) -> v201.GetLocalListVersionRequest:
    """Source: OCPP 2.0.1 D02."""
    return v201.GetLocalListVersionRequest()


def decode_version(response: v201.GetLocalListVersionResponse) -> LocalListVersionReply:
    """0 where the station has no list (D02.FR.03)."""
    return LocalListVersionReply(version=response.version_number)


def encode_version(reply: LocalListVersionReply) -> v201.GetLocalListVersionResponse:
    """No list, -1 in 1.6, is version 0 here (D02.FR.03)."""
    return v201.GetLocalListVersionResponse(version_number=max(reply.version, 0))


def decode_send_list(request: v201.SendLocalListRequest) -> SendLocalList:
    """Source: OCPP 2.0.1 D01."""
    return SendLocalList(
        version=request.version_number,
        update=ListUpdate(request.update_type),
        entries=tuple(_read_entry(entry) for entry in given(request.local_authorization_list) or ()),
    )


def encode_send_list(message: SendLocalList) -> v201.SendLocalListRequest:
    """A full list without entries empties the station's (D01.FR.04). Raises NotExpressible for a token too long."""
    return v201.SendLocalListRequest(
        version_number=message.version,
        update_type=spelled(message.update),
        local_authorization_list=tuple(_write_entry(entry) for entry in message.entries) or UNSET,
    )


def _read_entry(entry: v201.AuthorizationData) -> LocalListEntry:
    info = entry.id_token_info
    return LocalListEntry(
        id_token=read_id_token(entry.id_token), info=None if isinstance(info, UnsetType) else read_id_token_info(info)
    )


def _write_entry(entry: LocalListEntry) -> v201.AuthorizationData:
    return v201.AuthorizationData(
        id_token=write_id_token(entry.id_token),
        id_token_info=UNSET if entry.info is None else write_id_token_info(entry.info),
    )


ROUTES = (
    Route(
        action="GetLocalListVersion",
        direction=Direction.FROM_CSMS,
        messages=(GetLocalListVersion,),
        reply=LocalListVersionReply,
        request=v201.GetLocalListVersionRequest,
        response=v201.GetLocalListVersionResponse,
        decode_request=decode_get_version,
        encode_request=encode_get_version,
        decode_response=decode_version,
        encode_response=encode_version,
    ),
    Route(
        action="SendLocalList",
        direction=Direction.FROM_CSMS,
        messages=(SendLocalList,),
        reply=CommandReply,
        request=v201.SendLocalListRequest,
        response=v201.SendLocalListResponse,
        decode_request=decode_send_list,
        encode_request=encode_send_list,
        decode_response=read_answer,
        encode_response=answer_writer(v201.SendLocalListResponse, nearest={"NotSupported": "Failed"}),
    ),
)
