"""What leaves the process (invariants of `protocol.bus.masking`)."""

import json
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, strategies as st

from protocol.bus.masking import SECRET_MEMBERS, TOKEN_MEMBERS, mask_frame
from protocol.wire import v21, v201

SECRET = "s3cr3t-Wort-9471"
PLANTED = {
    "change": ("ChangeConfiguration", {"key": "AuthorizationKey", "value": "%s"}),
    "configuration": (
        "GetConfiguration",
        {"configurationKey": [{"key": "authorizationkey", "readonly": False, "value": "%s"}]},
    ),
    "set_variables": (
        "SetVariables",
        {
            "setVariableData": [
                {
                    "attributeValue": "%s",
                    "component": {"name": "SecurityCtrlr"},
                    "variable": {"name": "BasicAuthPassword"},
                }
            ]
        },
    ),
    "web_payments": (
        "SetVariables",
        {
            "setVariableData": [
                {
                    "attributeValue": "%s",
                    "component": {"name": "WebPaymentsCtrlr"},
                    "variable": {"name": "SharedSecret"},
                }
            ]
        },
    ),
    "get_variables": (
        "GetVariables",
        {"getVariableResult": [{"attributeValue": "%s", "variable": {"name": "BasicAuthPassword"}}]},
    ),
    "report": (
        "NotifyReport",
        {"reportData": [{"variable": {"name": "BasicAuthPassword"}, "variableAttribute": [{"value": "%s"}]}]},
    ),
    "event": ("NotifyEvent", {"eventData": [{"actualValue": "%s", "variable": {"name": "BasicAuthPassword"}}]}),
    "network": ("SetNetworkProfile", {"connectionData": {"basicAuthPassword": "%s", "apn": {"apnPassword": "%s"}}}),
    "vpn": ("SetNetworkProfile", {"connectionData": {"vpn": {"password": "%s", "key": "%s", "user": "%s"}}}),
    "url": ("GetDiagnostics", {"location": "ftp://user:%s@host/path"}),
    "url_in_status": ("StatusNotification", {"info": "see https://u:%s@host now"}),
    "id_tag": ("StartTransaction", {"idTag": "%s"}),
    "parent": ("Authorize", {"idTagInfo": {"parentIdTag": "%s"}}),
    "id_token": ("Authorize", {"idToken": {"idToken": "%s", "type": "Central"}}),
    "additional": (
        "Authorize",
        {"idToken": {"idToken": "x", "additionalInfo": [{"additionalIdToken": "%s", "type": "app"}]}},
    ),
    "tariffs": (
        "GetTariffs",
        {"status": "Accepted", "tariffAssignments": [{"tariffId": "T", "idTokens": ["x", "%s"]}]},
    ),
    "vehicle": ("Get15118EVCertificate", {"action": "Install", "exiRequest": "%s", "prioritizedEMAIDs": ["x", "%s"]}),
    "provider": ("Get15118EVCertificate", {"status": "Accepted", "exiResponse": "%s"}),
    "list": ("SendLocalList", {"localAuthorizationList": [{"idTag": "%s"}]}),
    "customer": ("NotifyCustomerInformation", {"data": "%s", "seqNo": 0, "dta": ["%s"], "requestId": 1}),
    "customer_identifier": ("CustomerInformation", {"customerIdentifier": "%s", "report": True}),
    "key": ("DataTransfer", {"data": "-----BEGIN PRIVATE KEY-----%s"}),
    "nested": ("DataTransfer", {"data": '{"idTag":"%s"}'}),
    "nested_url": ("DataTransfer", {"data": '["ftp://u:%s@h"]'}),
}
_SECRETS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="\"'\\@%/"),
    min_size=8,
    max_size=20,
)


@pytest.mark.parametrize("place", PLANTED)
@pytest.mark.parametrize("is_known", [True, False])
@given(secret=_SECRETS)
def test_secret_planted_at_any_place_never_comes_out(place: str, is_known: bool, secret: str) -> None:
    action, payload = PLANTED[place]
    assume(secret not in json.dumps([action, payload]))  # it is a name that stays, then
    planted = json.loads(json.dumps(payload).replace("%s", secret))
    for ascii_only in (True, False):
        text = json.dumps([2, "1", action, planted], ensure_ascii=ascii_only).encode()

        masked = mask_frame(text, action if is_known else None)

        assert secret not in json.dumps(json.loads(masked), ensure_ascii=False)


@pytest.mark.parametrize("place", [place for place in PLANTED if not place.startswith("nested")])
def test_secret_in_a_frame_that_is_cut_off_does_not_come_out(place: str) -> None:
    action, payload = PLANTED[place]
    text = json.dumps([2, "1", action, payload]).replace("%s", SECRET)

    for end in range(len(text)):
        masked = mask_frame(text[:end].encode(), None).decode()
        assert SECRET not in masked


def test_last_characters_of_a_token_stay() -> None:
    assert b"471" in mask_frame(b'[2,"1","Authorize",{"idTag":"04A1B471"}]', "Authorize")
    assert b"A1B" not in mask_frame(b'[2,"1","Authorize",{"idTag":"A1B"}]', "Authorize")


def test_frame_about_a_customer_still_tells_which_part_it_is() -> None:
    body = b'{"data":"Jane Doe","seqNo":3,"tbc":true,"generatedAt":"2026-01-01T12:00:00Z","requestId":7}'

    masked = json.loads(mask_frame(b'[2,"1","NotifyCustomerInformation",' + body + b"]", "NotifyCustomerInformation"))

    assert masked[3] == json.loads(body) | {"data": "…"}


@pytest.mark.parametrize(
    "text",
    [
        b'[2, "1", "MeterValues", {"connectorId":1, "meterValue":[]}]',
        b'[2,"1","ChangeConfiguration",{"key":"HeartbeatInterval","value":"300"}]',
        b'[2,"1","GetDiagnostics",{"location":"https://host/a?b=c"}]',
    ],
)
def test_frame_without_a_secret_comes_out_as_it_was(text: bytes) -> None:
    assert mask_frame(text, None) == text


@pytest.mark.parametrize(
    "piece", [b'"idTag":', b"://", b'"', b"\\", b"a@", b'{"data":"', b"[", b'authorizationkey"value":']
)
def test_masking_takes_time_linear_in_the_text(piece: bytes) -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        mask_frame(piece * count, None)
        return time.process_time() - began

    seconds(1000)
    assert seconds(100_000) < 2.0


def test_ticket_of_an_upload_is_not_shown_by_a_message_that_has_no_secrets_of_its_own() -> None:
    ticket = "T" * 43
    info = {"reasonCode": "Failed", "additionalInfo": f"PUT https://h/api/v1/uploads/{ticket}"}
    frame = json.dumps([2, "m", "LogStatusNotification", {"status": "UploadFailure", "statusInfo": info}]).encode()

    assert ticket.encode() not in mask_frame(frame, "LogStatusNotification")


def test_contract_certificate_names_a_token_and_is_not_kept() -> None:
    text = b'[2,"1","Authorize",{"idToken":{"idToken":"DE8ACC12E46L89","type":"eMAID"},"certificate":"MIIB DE8ACC"}]'

    masked = mask_frame(text, "Authorize")

    assert b"ACC" not in masked
    assert mask_frame(b'[2,"1","InstallCertificate",{"certificate":"MIIB"}]', "InstallCertificate").count(b"MIIB") == 1


def test_event_of_a_transaction_is_looked_at_only_where_it_may_hold_a_secret() -> None:
    plain = b'[2, "1","TransactionEvent",{"triggerReason":"Trigger","meterValue":[{"measurand":"Voltage"}]}]'
    bearing = b'[2,"1","TransactionEvent",{"idToken":{"idToken":"04A1B471","type":"ISO14443"}}]'

    assert mask_frame(plain, "TransactionEvent") is plain
    assert b"A1B" not in mask_frame(bearing, "TransactionEvent")
    assert b"A1B" not in mask_frame(bearing.replace(b"idToken", b"ID_TOKEN"), "TransactionEvent")
    assert b"A1B" not in mask_frame(bearing.replace(b"idToken", b"id_tag"), "TransactionEvent")


@pytest.mark.parametrize(
    "members",
    [
        '"idToken":{"idToken":"%s","type":"ISO14443"}',
        '"idToken":{"idToken":"x","type":"ISO14443","additionalInfo":[{"additionalIdToken":"%s","type":"app"}]}',
        '"customData":{"vendorId":"x","password":"%s"}',
        '"meterValue":[{"sampledValue":[{"value":1,"signedMeterValue":{"signedMeterData":"PRIVATE KEY %s"}}]}]',
    ],
)
def test_event_of_a_transaction_that_its_schema_accepts_is_masked_too(members: str) -> None:
    frame = f'[2,"1","TransactionEvent",{{{members % SECRET}}}]'.encode()

    assert SECRET.encode() not in mask_frame(frame, "TransactionEvent", is_closed=True)


@pytest.mark.parametrize("request_type", [v201.TransactionEventRequest, v21.TransactionEventRequest])
def test_schema_of_a_transaction_event_names_no_secret_but_its_token(request_type: type[msgspec.Struct]) -> None:
    names = {name.lower() for name in _members_of(msgspec.inspect.type_info(request_type), set())}

    assert {"idtoken", "additionalidtoken", "customdata"} <= names
    assert names & (SECRET_MEMBERS | TOKEN_MEMBERS | {"key", "name", "variable", "vpn"}) == {
        "idtoken",
        "additionalidtoken",
    }


def _members_of(found: Any, seen: set[type]) -> Iterator[str]:  # Any: msgspec's description of a type
    for inner in getattr(found, "types", ()):
        yield from _members_of(inner, seen)
    if (item := getattr(found, "item_type", None)) is not None:
        yield from _members_of(item, seen)
    if isinstance(found, msgspec.inspect.StructType) and found.cls not in seen:
        seen.add(found.cls)
        for field in found.fields:
            yield field.encode_name
            yield from _members_of(field.type, seen)
