"""The versions and their names in the WebSocket handshake."""

from protocol.domain.version import OcppVersion


def test_a_subprotocol_names_its_version_and_back() -> None:
    assert [version.subprotocol for version in OcppVersion] == ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]
    assert all(OcppVersion.from_subprotocol(version.subprotocol) is version for version in OcppVersion)


def test_a_subprotocol_that_is_not_ours_names_none() -> None:
    assert OcppVersion.from_subprotocol("ocpp1.5") is None
    assert OcppVersion.from_subprotocol("OCPP1.6") is None
