"""OCPP 2.0.1 display messages: set, asked for, cleared."""

from msgspec import UNSET, UnsetType

from protocol.blocks.display_message.messages import (
    ClearDisplayMessage,
    DisplayMessage,
    GetDisplayMessages,
    MessageFormat,
    MessagePriority,
    MessageState,
    NotifyDisplayMessages,
    SetDisplayMessage,
)
from protocol.dialects.answers import heard_writer, read_heard
from protocol.dialects.v201 import (
    answer_writer,
    read_answer,
    read_is_last,
    read_variable_name,
    write_component,
    write_to_be_continued,
)
from protocol.dialects.words import given, read_number, read_optional_timestamp, sent, spelled, write_optional_timestamp
from protocol.domain.commands import CommandReply, Heard
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201

_CONTENT_LENGTH = 512  # OCPP 2.0.1 §2 MessageContentType.content
_STATES_OF_21 = frozenset((MessageState.SUSPENDED, MessageState.DISCHARGING))


def decode_set(request: v201.SetDisplayMessageRequest) -> SetDisplayMessage:
    """Source: OCPP 2.0.1 O01."""
    return SetDisplayMessage(message=_read_message(request.message))


def encode_set(message: SetDisplayMessage) -> v201.SetDisplayMessageRequest:
    """Source: OCPP 2.0.1 O01. Raises NotExpressible for words that came with 2.1, and a text that is too long."""
    return v201.SetDisplayMessageRequest(message=_write_message(message.message))


def decode_get(request: v201.GetDisplayMessagesRequest) -> GetDisplayMessages:
    """Source: OCPP 2.0.1 O03, O04."""
    priority, state = given(request.priority), given(request.state)
    return GetDisplayMessages(
        request_id=read_number(request.request_id, "$.requestId"),
        message_ids=given(request.id) or (),
        priority=None if priority is None else MessagePriority(priority),
        state=None if state is None else MessageState(state),
    )


def encode_get(message: GetDisplayMessages) -> v201.GetDisplayMessagesRequest:
    """Source: OCPP 2.0.1 O03, O04."""
    return v201.GetDisplayMessagesRequest(
        id=message.message_ids or UNSET,
        request_id=message.request_id,
        priority=UNSET if message.priority is None else spelled(message.priority),
        state=_write_state(message.state),
    )


def decode_clear(request: v201.ClearDisplayMessageRequest) -> ClearDisplayMessage:
    """Source: OCPP 2.0.1 O05."""
    return ClearDisplayMessage(message_id=read_number(request.id, "$.id"))


def encode_clear(message: ClearDisplayMessage) -> v201.ClearDisplayMessageRequest:
    """Source: OCPP 2.0.1 O05."""
    return v201.ClearDisplayMessageRequest(id=message.message_id)


def decode_report(request: v201.NotifyDisplayMessagesRequest) -> NotifyDisplayMessages:
    """Source: OCPP 2.0.1 O03, O04."""
    return NotifyDisplayMessages(
        request_id=read_number(request.request_id, "$.requestId"),
        is_last=read_is_last(request.tbc),
        messages=tuple(_read_message(item) for item in given(request.message_info) or ()),
    )


def encode_report(message: NotifyDisplayMessages) -> v201.NotifyDisplayMessagesRequest:
    """Source: OCPP 2.0.1 O03, O04."""
    return v201.NotifyDisplayMessagesRequest(
        message_info=tuple(_write_message(one) for one in message.messages) or UNSET,
        request_id=message.request_id,
        tbc=write_to_be_continued(message.is_last),
    )


def _read_message(info: v201.MessageInfo) -> DisplayMessage:
    state, display = given(info.state), given(info.display)
    return DisplayMessage(
        message_id=read_number(info.id, "$.messageInfo.id"),
        priority=MessagePriority(info.priority),
        content=info.message.content,
        format=MessageFormat(info.message.format),
        language=given(info.message.language),
        state=None if state is None else MessageState(state),
        starts_at=read_optional_timestamp(info.start_date_time, "$.startDateTime"),
        ends_at=read_optional_timestamp(info.end_date_time, "$.endDateTime"),
        transaction_id=given(info.transaction_id),
        display=None if display is None else read_variable_name(display, UNSET),
    )


def _write_message(message: DisplayMessage) -> v201.MessageInfo:
    if message.format is MessageFormat.QR_CODE:
        raise NotExpressible(OcppVersion.V201, f"a message in the format {message.format}")
    if len(message.content) > _CONTENT_LENGTH:
        raise NotExpressible(OcppVersion.V201, f"a message of {len(message.content)} characters")
    return v201.MessageInfo(
        display=UNSET if message.display is None else write_component(message.display),
        id=message.message_id,
        priority=spelled(message.priority),
        state=_write_state(message.state),
        start_date_time=write_optional_timestamp(message.starts_at),
        end_date_time=write_optional_timestamp(message.ends_at),
        transaction_id=sent(message.transaction_id),
        message=v201.MessageContent(
            format=spelled(message.format), language=sent(message.language), content=message.content
        ),
    )


def _write_state(state: MessageState | None) -> v201.MessageStateEnum | UnsetType:
    if state is None:
        return UNSET
    if state in _STATES_OF_21:
        raise NotExpressible(OcppVersion.V201, f"a message in the state {state}")
    word: v201.MessageStateEnum = spelled(state)
    return word


ROUTES = (
    Route(
        action="SetDisplayMessage",
        direction=Direction.FROM_CSMS,
        messages=(SetDisplayMessage,),
        reply=CommandReply,
        request=v201.SetDisplayMessageRequest,
        response=v201.SetDisplayMessageResponse,
        decode_request=decode_set,
        encode_request=encode_set,
        decode_response=read_answer,
        encode_response=answer_writer(v201.SetDisplayMessageResponse),
    ),
    Route(
        action="GetDisplayMessages",
        direction=Direction.FROM_CSMS,
        messages=(GetDisplayMessages,),
        reply=CommandReply,
        request=v201.GetDisplayMessagesRequest,
        response=v201.GetDisplayMessagesResponse,
        decode_request=decode_get,
        encode_request=encode_get,
        decode_response=read_answer,
        encode_response=answer_writer(v201.GetDisplayMessagesResponse),
    ),
    Route(
        action="ClearDisplayMessage",
        direction=Direction.FROM_CSMS,
        messages=(ClearDisplayMessage,),
        reply=CommandReply,
        request=v201.ClearDisplayMessageRequest,
        response=v201.ClearDisplayMessageResponse,
        decode_request=decode_clear,
        encode_request=encode_clear,
        decode_response=read_answer,
        encode_response=answer_writer(v201.ClearDisplayMessageResponse),
    ),
    Route(
        action="NotifyDisplayMessages",
        direction=Direction.FROM_STATION,
        messages=(NotifyDisplayMessages,),
        reply=Heard,
        request=v201.NotifyDisplayMessagesRequest,
        response=v201.NotifyDisplayMessagesResponse,
        decode_request=decode_report,
        encode_request=encode_report,
        decode_response=read_heard,
        encode_response=heard_writer(v201.NotifyDisplayMessagesResponse),
    ),
)
