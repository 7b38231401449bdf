"""Stations, passwords and tokens from the command line and from files."""

from pathlib import Path

import pytest

from protocol.domain.identifiers import IdToken, IdTokenType
from protocol.domain.version import OcppVersion
from simulator.errors import InvalidPlan
from simulator.inventory import lay_out_stations, read_credentials, read_tokens, split_tokens


def test_drivers_carry_cards_unless_something_else_is_said(tmp_path: Path) -> None:
    file = tmp_path / "tokens.txt"
    file.write_text("CARD1\n\nDE-ABC-1,eMAID\n")

    assert split_tokens("CARD1, CARD2,") == (
        IdToken("CARD1", IdTokenType.ISO14443),
        IdToken("CARD2", IdTokenType.ISO14443),
    )
    assert read_tokens(file) == (IdToken("CARD1", IdTokenType.ISO14443), IdToken("DE-ABC-1", IdTokenType.EMAID))


@pytest.mark.parametrize("text", ["", "\n", "CARD1,Coin"])
def test_bad_tokens_are_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens.txt"
    file.write_text(text)

    with pytest.raises(InvalidPlan):
        read_tokens(file)


def test_bad_line_of_credentials_is_named(tmp_path: Path) -> None:
    file = tmp_path / "passwords.csv"
    file.write_text("CP1,secret\nCP2\n")

    with pytest.raises(InvalidPlan, match="line 2"):
        read_credentials(file)


@pytest.mark.parametrize(
    ("ocpp", "versions"),
    [("2.1", ["2.1"] * 4), ("mixed", ["1.6", "2.0.1", "1.6", "2.0.1"]), ("all", ["1.6", "2.0.1", "2.1", "1.6"])],
)
def test_versions_are_dealt_in_turn(ocpp: str, versions: list[str]) -> None:
    assert [station.version for station in lay_out_stations(4, ocpp=ocpp, seed=1)] == list(map(OcppVersion, versions))
