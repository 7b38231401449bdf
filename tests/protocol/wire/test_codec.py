"""Payloads, between text and Structs (invariants of `protocol.wire.codec`)."""

import pytest

from protocol import errors
from protocol.wire import codec, v16, v21, v201
from protocol.wire.structs import CustomData


@pytest.mark.parametrize(
    ("payload", "violation", "path"),
    [
        (b'{"connectorId":1,', errors.FormatViolation, "$"),
        (b'{"connectorId":1,"meterValue":[{"timestamp":"\xff","sampledValue":[]}]}', errors.FormatViolation, "$"),
        (b'{"connectorId":1,"evseId":1}', errors.FormatViolation, "$"),
        (b'{"connectorId":1}', errors.OccurrenceConstraintViolation, "$"),
        (b'{"connectorId":1,"meterValue":[]}', errors.OccurrenceConstraintViolation, "$.meterValue"),
        (b'{"connectorId":"1"}', errors.TypeConstraintViolation, "$.connectorId"),
        (b'{"connectorId":null}', errors.TypeConstraintViolation, "$.connectorId"),
        (b"[]", errors.TypeConstraintViolation, "$"),
        (
            b'{"connectorId":1,"meterValue":[{"timestamp":"","sampledValue":[{"value":"1","unit":"Hz"}]}]}',
            errors.PropertyConstraintViolation,
            "$.meterValue[0].sampledValue[0].unit",
        ),
    ],
)
def test_a_violation_is_told_by_its_kind_and_its_place(payload, violation, path) -> None:
    with pytest.raises(violation) as raised:
        codec.decode(payload, v16.MeterValuesRequest)

    assert raised.value.path == path


def test_a_text_too_long_and_a_bound_passed_are_violations_of_a_property() -> None:
    with pytest.raises(errors.PropertyConstraintViolation, match=r"length <= 20 at \$\.idTag"):
        codec.decode(b'{"idTag":"123456789012345678901"}', v16.AuthorizeRequest)
    with pytest.raises(errors.PropertyConstraintViolation, match=r">= 0 at \$\.evse\.id"):
        codec.decode(b'{"operationalStatus":"Operative","evse":{"id":-1}}', v21.ChangeAvailabilityRequest)


def test_a_charging_limit_has_at_most_one_decimal_in_1_6() -> None:
    with pytest.raises(errors.PropertyConstraintViolation, match=r"multiple of 0\.1 in `limit`"):
        codec.decode(b'{"startPeriod":0,"limit":16.25}', v16.ChargingSchedulePeriod)

    assert codec.decode(b'{"startPeriod":0,"limit":21.4}', v16.ChargingSchedulePeriod).limit == 21.4


class TestCustomData:
    def test_what_a_vendor_adds_survives(self) -> None:
        text = b'{"customData":{"vendorId":"com.example","depth":[1.5,null,{"a":true}]}}'

        request = codec.decode(text, v201.HeartbeatRequest)

        assert isinstance(request.custom_data, CustomData)
        assert codec.encode(request) == text

    @pytest.mark.parametrize(
        ("custom_data", "violation"),
        [
            (b"{}", errors.OccurrenceConstraintViolation),
            (b'{"vendorId":1}', errors.TypeConstraintViolation),
            (b"[]", errors.TypeConstraintViolation),
            (b"null", errors.TypeConstraintViolation),
            (b'{"vendorId":"' + b"x" * 256 + b'"}', errors.PropertyConstraintViolation),
        ],
    )
    def test_a_vendor_says_who_it_is(self, custom_data, violation) -> None:
        with pytest.raises(violation):
            codec.decode(b'{"customData":' + custom_data + b"}", v201.HeartbeatRequest)


def test_the_data_of_a_data_transfer_stay_as_sent() -> None:
    text = b'{"data":{"b": [1,  2.50]},"vendorId":"com.example"}'

    assert codec.encode(codec.decode(text, v201.DataTransferRequest)) == text
