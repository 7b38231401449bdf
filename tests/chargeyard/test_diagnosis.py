"""What is said of a station that does not get in."""

import pytest

from chargeyard.diagnosis import (
    Target,
    explain_refusals,
    explain_registration,
    explain_silence,
    explain_strangers,
)
from protocol.domain.security import RefusalCause

TARGET = Target("BOX-1", "ws://192.168.1.5:9000/ocpp")


def refusal(cause: RefusalCause, station_id: str | None = "BOX-1", path: str = "/ocpp/BOX-1") -> dict[str, object]:
    return {"cause": cause, "station_id": station_id, "path": path, "peer": "192.168.1.77", "detail": "the reason"}


@pytest.mark.parametrize("cause", list(RefusalCause))
def test_every_cause_has_its_fix(cause: RefusalCause) -> None:
    [finding] = explain_refusals([refusal(cause)], TARGET)

    assert "192.168.1.77" in finding.seen
    assert "the reason" in finding.seen
    assert finding.fix.endswith(".")
    assert "{" not in finding.fix


def test_refusals_of_other_stations_are_not_ours() -> None:
    theirs = [refusal(RefusalCause.WRONG_PASSWORD, "OTHER"), refusal(RefusalCause.NO_COMMON_SUBPROTOCOL, "OTHER")]
    perhaps_ours = [refusal(RefusalCause.UNKNOWN_STATION, "box-1"), refusal(RefusalCause.TLS_FAILED, None, "")]

    assert explain_refusals(theirs, TARGET) == []
    assert len(explain_refusals(perhaps_ours, TARGET)) == 2


def test_refusals_that_are_alike_are_one_finding() -> None:
    assert len(explain_refusals([refusal(RefusalCause.WRONG_PASSWORD)] * 3, TARGET)) == 1


def test_silence_is_explained_by_the_address() -> None:
    assert "up --lan" in explain_silence(Target("BOX-1", "ws://127.0.0.1:9000/ocpp")).fix
    assert "firewall" in explain_silence(TARGET).fix


@pytest.mark.parametrize(
    ("registration", "heard", "said"),
    [
        ("Pending", "Pending", "--accept"),
        ("Rejected", "Rejected", "--accept"),
        ("Accepted", "Pending", "next boot"),
    ],
)
def test_station_that_may_not_work_yet_is_told_how(registration: str, heard: str, said: str) -> None:
    finding = explain_registration({"registration": registration, "heard_registration": heard}, TARGET)

    assert finding is not None
    assert said in finding.fix


def test_station_that_heard_accepted_is_fine() -> None:
    assert explain_registration({"registration": "Accepted", "heard_registration": "Accepted"}, TARGET) is None


def test_stranger_that_is_online_may_be_the_one() -> None:
    strangers = [
        {"station_id": "SN-4711", "is_registered": False, "is_online": True},
        {"station_id": "GONE", "is_registered": False, "is_online": False},
        {"station_id": "PENDING", "is_registered": True, "is_online": True},
    ]

    [finding] = explain_strangers(strangers, TARGET)

    assert "SN-4711" in finding.seen
