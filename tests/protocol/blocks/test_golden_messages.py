"""Each file in `tests/frames/v16/`: a CALL as a station or a CSMS writes it, and what it says in our words.

`Action.frame` is the frame as received, `Action.json` the message that is read from it. Round trips prove that both
directions agree; these prove what they agree on.
"""

import json
from pathlib import Path

import msgspec
import pytest

from protocol.domain.version import OcppVersion
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import IncomingCall
from protocol.versions import ROUTES
from protocol.wire import codec

FRAMES = Path(__file__).parents[2] / "frames" / "v16"


@pytest.mark.parametrize("action", sorted(ROUTES[OcppVersion.V16]))
def test_message_is_what_the_frame_says_in_our_words(action: str) -> None:
    connection = OcppConnection(OcppVersion.V16, new_message_id=iter("abc").__next__)

    call = connection.receive((FRAMES / f"{action}.frame").read_bytes(), 0.0)

    assert isinstance(call, IncomingCall)
    route = ROUTES[OcppVersion.V16][call.action]
    message = route.decode_request(codec.decode(call.payload, route.request))
    expected = json.loads((FRAMES / f"{action}.json").read_text("utf-8"))
    assert {"message": type(message).__name__} | json.loads(msgspec.json.encode(message)) == expected


def test_every_golden_message_is_of_an_action() -> None:
    names = {path.stem for path in FRAMES.iterdir()}

    assert names == ROUTES[OcppVersion.V16].keys()
