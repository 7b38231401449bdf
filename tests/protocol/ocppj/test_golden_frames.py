"""Each file in `tests/frames/`: what is read from it, by which repairs, or what is answered to it.

`name.frame` is the frame as received, `name.json` what is expected of it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from protocol.domain.version import OcppVersion
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import ProtocolViolation
from protocol.ocppj.frames import read_frame, write_frame
from protocol.ocppj.repairs import REPAIRS, drop_nul

FRAMES = Path(__file__).parents[2] / "frames"
EXPECTED = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FRAMES.glob("*.json"))}
READABLE = {name: expected for name, expected in EXPECTED.items() if "frame" in expected}
BROKEN = {name: expected for name, expected in EXPECTED.items() if "error" in expected}


@pytest.mark.parametrize("name", READABLE)
def test_a_frame_is_read_and_its_deviations_are_named(name: str) -> None:
    expected = READABLE[name]

    frame, deviations = read_frame((FRAMES / f"{name}.frame").read_bytes(), OcppVersion(expected["version"]))

    assert json.loads(write_frame(frame)) == expected["frame"]
    assert [deviation.rule for deviation in deviations] == expected["deviations"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_frame_gets_the_answer_of_its_version(name: str) -> None:
    expected = BROKEN[name]
    connection = OcppConnection(OcppVersion(expected["version"]), new_message_id=iter("abc").__next__)

    event = connection.receive((FRAMES / f"{name}.frame").read_bytes(), 0.0)

    assert isinstance(event, ProtocolViolation)
    assert (type(event.error).__name__, event.message_id) == (expected["error"], expected["message_id"])
    assert _head_of(event.reply) == expected["reply"]


def test_every_repair_has_its_golden_frame() -> None:
    shown = {rule for expected in READABLE.values() for rule in expected["deviations"]}

    assert {repair.__name__ for repair in (*REPAIRS, drop_nul)} <= shown


def _head_of(reply: bytes | None) -> Any:
    return None if reply is None else json.loads(reply)[:3]
