"""What the record of commands shows: no secret, whether it was said in our words or in the wire's."""

from typing import Any

import msgspec
import pytest

from backoffice.stations.masking import masked
from protocol.blocks.diagnostics.messages import GetLog, LogKind
from protocol.blocks.local_auth_list.messages import ListUpdate, LocalListEntry, SendLocalList
from protocol.blocks.provisioning.messages import (
    PASSWORD_VARIABLE,
    SetVariables,
    VariableAssignment,
    VariableName,
    VariableResult,
    VariablesReply,
    VariableStatus,
)
from protocol.blocks.remote_control.messages import RequestStart
from protocol.bus.commands import RawAnswer, RawCall
from protocol.domain.identifiers import IdToken

NAME = {
    "variable": "HeartbeatInterval",
    "component": "",
    "evse": None,
    "connector": None,
    "component_instance": None,
    "instance": None,
    "attribute": "Actual",
}
SECRET = "s3cret-0123456789"


def raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


@pytest.mark.parametrize("payload", [b'{"x":1e999}', b"[" * 900 + b"]" * 900, b'{"x":"\xff"}', b"1" * 5_000])
def test_answer_that_is_no_json_of_ours_is_shown_as_its_text(payload: bytes) -> None:
    shown = masked(RawAnswer(msgspec.Raw(payload)))

    assert isinstance(shown, str | list | int)


@pytest.mark.parametrize(
    "message",
    [
        SetVariables((VariableAssignment(PASSWORD_VARIABLE, SECRET),)),
        SetVariables((VariableAssignment(VariableName("AuthorizationKey"), SECRET),)),
        VariablesReply((VariableResult(PASSWORD_VARIABLE, VariableStatus.ACCEPTED, SECRET),)),
        RequestStart(IdToken(SECRET), 1),
        SendLocalList(1, ListUpdate.FULL, (LocalListEntry(IdToken(SECRET)),)),
        GetLog(location=f"ftp://user:{SECRET}@host/x", kind=LogKind.SECURITY, request_id=1),
        RawCall("ChangeConfiguration", raw(f'{{"key":"AuthorizationKey","value":"{SECRET}"}}')),
        RawCall("RemoteStartTransaction", raw(f'{{"idTag":"{SECRET}"}}')),
        RawAnswer(raw(f'{{"configurationKey":[{{"key":"authorizationKEY","value":"{SECRET}"}}]}}')),
    ],
    ids=lambda message: type(message).__name__,
)
def test_secret_is_not_shown(message: msgspec.Struct) -> None:
    assert SECRET not in msgspec.json.encode(masked(message)).decode()


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (RawCall("Reset", raw('{"type":"Hard"}')), {"type": "Hard"}),
        (
            SetVariables((VariableAssignment(VariableName("HeartbeatInterval"), "60"),)),
            {"assignments": [{"name": NAME, "value": "60"}]},
        ),
    ],
)
def test_the_rest_is_shown(message: msgspec.Struct, shown: Any) -> None:
    assert masked(message) == shown
