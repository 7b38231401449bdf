"""OCPP 1.6 local authorization list: GetLocalListVersion, SendLocalList."""

from msgspec import UNSET

from protocol.blocks.local_auth_list.messages import (
    GetLocalListVersion,
    ListUpdate,
    LocalListEntry,
    LocalListVersionReply,
    SendLocalList,
)
from protocol.dialects.answers import read_status, status_writer
from protocol.dialects.v16 import read_id_tag, read_id_tag_info, write_id_tag, write_id_tag_info
from protocol.dialects.words import given, spelled
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.wire import v16


def decode_get_version(_request: v16.GetLocalListVersionRequest) -> GetLocalListVersion:
    """Source: OCPP 1.6 §5.10."""
    return GetLocalListVersion()


def encode_get_version(_message: GetLocalListVersion) -> v16.GetLocalListVersionRequest:
    """Source: OCPP 1.6 §5.10."""
    return v16.GetLocalListVersionRequest()


def decode_version(response: v16.GetLocalListVersionResponse) -> LocalListVersionReply:
    """Source: OCPP 1.6 §6.28."""
    return LocalListVersionReply(version=response.list_version)


def encode_version(reply: LocalListVersionReply) -> v16.GetLocalListVersionResponse:
    """Source: OCPP 1.6 §6.28."""
    return v16.GetLocalListVersionResponse(list_version=reply.version)


def decode_send_list(request: v16.SendLocalListRequest) -> SendLocalList:
    """Source: OCPP 1.6 §5.15, §6.41."""
    return SendLocalList(
        version=request.list_version,
        update=ListUpdate(request.update_type),
        entries=tuple(_read_entry(entry) for entry in given(request.local_authorization_list) or ()),
    )


def encode_send_list(message: SendLocalList) -> v16.SendLocalListRequest:
    """Source: OCPP 1.6 §6.41. Raises NotExpressible for a token that is too long."""
    return v16.SendLocalListRequest(
        list_version=message.version,
        local_authorization_list=tuple(_write_entry(entry) for entry in message.entries) or UNSET,
        update_type=spelled(message.update),
    )


def _read_entry(entry: v16.AuthorizationData) -> LocalListEntry:
    info = given(entry.id_tag_info)
    return LocalListEntry(id_token=read_id_tag(entry.id_tag), info=None if info is None else read_id_tag_info(info))


def _write_entry(entry: LocalListEntry) -> v16.AuthorizationData:
    return v16.AuthorizationData(
        id_tag=write_id_tag(entry.id_token),
        id_tag_info=UNSET if entry.info is None else write_id_tag_info(entry.info),
    )


ROUTES = (
    Route(
        action="GetLocalListVersion",
        direction=Direction.FROM_CSMS,
        messages=(GetLocalListVersion,),
        reply=LocalListVersionReply,
        request=v16.GetLocalListVersionRequest,
        response=v16.GetLocalListVersionResponse,
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
        request=v16.SendLocalListRequest,
        response=v16.SendLocalListResponse,
        decode_request=decode_send_list,
        encode_request=encode_send_list,
        decode_response=read_status,
        encode_response=status_writer(v16.SendLocalListResponse),
    ),
)
