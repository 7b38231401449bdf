"""Standard configuration keys of OCPP 1.6 and their values."""

import pytest

from protocol.blocks.provisioning.keys_v16 import KeyKind, find_flaw, find_standard_key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HeartbeatInterval", "300"),
        ("heartbeatinterval", "0"),
        ("LocalPreAuthorize", "True"),
        ("MeterValuesSampledData", "Energy.Active.Import.Register,Voltage"),
        ("MeterValuesSampledData", ""),
        ("SomeVendorsOwn", "anything, at all,"),
        ("CpoName", "Yard"),
    ],
)
def test_value_that_the_standard_allows(name: str, value: str) -> None:
    assert find_flaw(name, value) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HeartbeatInterval", "-1"),
        ("HeartbeatInterval", "5 s"),
        ("HeartbeatInterval", ""),
        ("HeartbeatInterval", "²"),
        ("LocalPreAuthorize", "yes"),
        ("StopTxnSampledData", "Voltage,,SoC"),
    ],
)
def test_value_that_the_standard_does_not_allow(name: str, value: str) -> None:
    assert find_flaw(name, value) is not None


def test_kinds_and_units() -> None:
    interval = find_standard_key("ConnectionTimeOut")

    assert interval is not None
    assert (interval.kind, interval.unit, interval.is_readonly) == (KeyKind.INTEGER, "s", False)
    assert find_standard_key("NumberOfConnectors") == (KeyKind.INTEGER, "", True)
    assert find_standard_key("Unheard") is None
