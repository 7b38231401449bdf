"""Coverage-guided fuzzing of what reads a station's frames: connection, frame repair, tolerance, codec, translators.

    python -m tests.fuzz --frames 1000000 --seed 1

Inputs are golden frames, changed; one that reaches a line that none reached before is changed further. Lines are traced
in one input of `TRACED_EVERY` and in every one that a cheap sign (the kind of event, the rules) shows to be new, for
tracing costs ten times what it watches. Said at the end, and an exit code of 1 where one does not hold:

1. Nothing escapes that is not an OcppError.
2. Memory does not grow: the resident size after the first tenth of the run and at its end.
3. Time is linear: no frame takes longer than a fixed time and a time for each of its bytes.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from protocol.bus.masking import mask_frame
from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from protocol.errors import OcppError, RpcError
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import IncomingCall, IncomingResult
from protocol.tolerance.decoding import ALL_RULES, Ruleset, decode, observe
from protocol.versions import route_of_action
from tests.quirks import read_cases

FRAMES = Path(__file__).parent / "frames"
WATCHED = ("protocol/ocppj/", "protocol/tolerance/", "protocol/wire/codec.py", "protocol/bus/masking.py")
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
TRACED_EVERY = 50
LARGEST_FRAME = 64 * 1024
MOST_SEEDS = 4_000
SLOW_S = 0.25  # a collection of garbage, or another process that wants the core, is no finding
SLOW_S_A_BYTE = 40e-6
GROWTH_KIB = 24 * 1024

_TOKENS = (
    b"null", b'"true"', b"-1", b"0", b"9223372036854775807", b"1e999", b"1.0", b'""', b"[]", b"{}", b"[[", b"{{",
    b",", b":", b'"', b"\\", b"\\u0000", b"\\ud800", b"\xff\xfe", b"\xef\xbb\xbf", b"\0", b'"transactionId":,', b"[,{",
    b"[2,", b"[3,", b"[4,", b"[9,", b'"1970-01-01T00:00:00"', b'"2026-01-01T25:00:00Z"', b'"9999-12-31T23:59:59-14:00"',
    b'"idTag":', b'"connectorId":', b'"sampledValue":', b'"unit":"Hz"', b'"seqNo":', b"://a:b@",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 1.5, 1e300, "", "x", "X" * 300, "true", "1.0", "Hz", "Error",
    "accepted", "1970-01-01T00:00:00", "\ud83d\udd0c", "\x01\x02A", [], {}, [[]], [{}], {"x": {}}, [None] * 40,
)  # fmt: skip


@dataclass
class Findings:
    """What a run came to."""

    frames: int = 0
    seeds: int = 0
    lines: int = 0
    seconds: float = 0.0
    growth_kib: int = 0
    slowest_s: float = 0.0
    escaped: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What should not be; empty for a good run."""
        grown = [f"memory grew by {self.growth_kib} KiB"] if self.growth_kib > GROWTH_KIB else []
        return [*self.escaped, *self.slow, *grown]


def read_seeds() -> list[bytes]:
    """The golden frames and the frames of the quirk battery."""
    golden = [path.read_bytes() for path in sorted(FRAMES.glob("*.frame"))]
    quirks = [step for case in read_cases().values() for step in case["steps"] if isinstance(step, str)]
    return list(dict.fromkeys([*golden, *(step.encode() for step in quirks)]))


class Target:
    """Takes frames as the gateway does, on one connection of each version."""

    def __init__(self) -> None:
        self._connections = {
            version: OcppConnection(version, new_message_id=lambda: "1")
            for version in (OcppVersion.V16, OcppVersion.V201)
        }
        self._rules = (ALL_RULES, Ruleset(off=["drop_unknown_fields"], pinned=["keep_long_text"]))
        self._turn = 0

    def take(self, frame: bytes) -> object:
        """A cheap sign of what became of it. Raises what should not escape."""
        self._turn += 1
        return tuple(self._take(frame, connection) for connection in self._connections.values())

    def _take(self, frame: bytes, connection: OcppConnection) -> object:
        if self._turn % 4 == 0:
            connection.expire(float("inf"))
            action = "GetConfiguration" if connection.version is OcppVersion.V16 else "GetVariables"
            connection.call(action, b"{}", now=0, timeout_s=1)
        event = connection.receive(frame, float(self._turn))
        mask_frame(frame, None)
        match event:
            case IncomingCall():
                return event.action[:20], self._answer(connection, event)
            case IncomingResult():
                return event.action, self._read_result(connection, event)
            case _:
                return type(event).__name__

    def _answer(self, connection: OcppConnection, call: IncomingCall) -> object:
        try:
            route = route_of_action(connection.version, call.action)
            if route.direction is Direction.FROM_CSMS:
                return "from CSMS"
            rules = self._rules[self._turn % 2]
            request, forgiven = decode(call.payload, route.request, rules=rules, received_at=NOW)
            observe(request, rules=rules, received_at=NOW)
            route.decode_request(request)
            return tuple(deviation.rule for deviation in (*call.deviations, *forgiven))
        except RpcError as error:
            connection.reply_error(call, error)
            return type(error).__name__

    def _read_result(self, connection: OcppConnection, result: IncomingResult) -> object:
        try:
            route = route_of_action(connection.version, result.action)
            response, forgiven = decode(result.payload, route.response, rules=ALL_RULES, received_at=NOW)
            route.decode_response(response)
            return tuple(deviation.rule for deviation in forgiven)
        except OcppError as error:
            return type(error).__name__


class Mutator:
    """Changes frames: their bytes, or a value somewhere in their JSON."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def change(self, frame: bytes, other: bytes) -> bytes:
        """Something like the frame, and sometimes like both."""
        for _ in range(1 + self._rng.getrandbits(2) // 2):
            frame = self._change_json(frame) if self._rng.random() < 0.6 else self._change_bytes(frame, other)
        return frame[:LARGEST_FRAME]

    def _change_bytes(self, frame: bytes, other: bytes) -> bytes:
        rng, at = self._rng, self._rng.randrange(len(frame) + 1)
        end = min(len(frame), at + rng.randrange(1, 12))
        match rng.randrange(7):
            case 0:
                return frame[:at] + bytes((rng.getrandbits(8),)) + frame[at + 1 :]
            case 1:
                return frame[:at] + rng.choice(_TOKENS) + frame[at:]
            case 2:
                return frame[:at] + frame[end:]
            case 3:
                return frame[:end] + frame[at:end] * rng.choice((1, 2, 50)) + frame[end:]
            case 4:
                return frame[:at]
            case 5:
                return frame[:at] + other[rng.randrange(len(other) + 1) :]
            case _:
                return frame[:at] + rng.choice((b"[", b'{"a":', b"\\", b'"')) * rng.choice((3, 2000)) + frame[at:]

    def _change_json(self, frame: bytes) -> bytes:
        try:
            value = json.loads(frame)
        except (ValueError, RecursionError):
            return self._change_bytes(frame, frame)
        places = list(_places(value))
        if not places:
            return json.dumps([2, "1", "Heartbeat", value]).encode()
        rng = self._rng
        holder, key = rng.choice(places)
        match rng.randrange(6):
            case 0:
                del holder[key]
            case 1:
                holder[key] = [holder[key]]
            case 2 if isinstance(holder[key], int | float):
                holder[key] = str(holder[key])
            case 3 if isinstance(holder, dict):
                holder[rng.choice(("x", "unit", "idTag", "connectorId", "timestamp"))] = rng.choice(_VALUES)
            case 4 if isinstance(holder[key], str):
                change = rng.choice((str.upper, str.lower, str.title))
                holder[key] = change(holder[key][:200]) * rng.choice((1, 40))
            case _:
                holder[key] = rng.choice(_VALUES)
        return json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            waiting.append(holder[key])


class LineCoverage:
    """Which lines of the watched files were ever reached."""

    def __init__(self) -> None:
        self.lines: set[tuple[CodeType, int]] = set()
        self._is_watched: dict[CodeType, bool] = {}

    def trace(self, run: Callable[[], object]) -> bool:
        """Run, and tell whether a line was reached for the first time."""
        before = len(self.lines)
        outer = sys.gettrace()
        sys.settrace(self._on_call)
        try:
            run()
        finally:
            sys.settrace(outer)
        return len(self.lines) > before

    def _on_call(self, frame: FrameType, _event: str, _argument: object) -> Any:
        code = frame.f_code
        is_watched = self._is_watched.get(code)
        if is_watched is None:
            name = code.co_filename.replace("\\", "/")
            is_watched = self._is_watched[code] = any(part in name for part in WATCHED)
        return self._on_line if is_watched else None

    def _on_line(self, frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line":
            self.lines.add((frame.f_code, frame.f_lineno))
        return self._on_line


def fuzz(frames: int, *, seed: int, say: Callable[[str], None] = lambda _: None) -> Findings:
    """Let `frames` frames be taken; the same seed makes the same run."""
    rng = random.Random(seed)
    target, mutator, coverage, found = Target(), Mutator(rng), LineCoverage(), Findings()
    seeds, signs = read_seeds(), set[object]()
    began, first_kib = time.perf_counter(), 0
    for number in range(frames):
        frame = seeds[number] if number < len(seeds) else mutator.change(rng.choice(seeds), rng.choice(seeds))
        started = time.process_time()
        try:
            sign = target.take(frame)
            spent_s = time.process_time() - started
            is_new_sign = sign not in signs and len(signs) < MOST_SEEDS
            if is_new_sign:
                signs.add(sign)
            is_traced = is_new_sign or number % TRACED_EVERY == 0
            # On connections that do not know it: the second time it would be a duplicate.
            if is_traced and coverage.trace(partial(Target().take, frame)) and len(seeds) < MOST_SEEDS:
                seeds.append(frame)
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            found.escaped.append(f"{type(error).__name__}: {error} at {frame[:300]!r}")
            continue
        found.slowest_s = max(found.slowest_s, spent_s)
        if spent_s > SLOW_S + SLOW_S_A_BYTE * len(frame):
            found.slow.append(f"{spent_s:.3f} s for {len(frame)} bytes: {frame[:200]!r}")
        if number == frames // 10:
            first_kib = _resident_kib()
        if number and number % 50_000 == 0:
            say(f"{number} frames, {len(coverage.lines)} lines, {len(seeds)} seeds")
    found.frames, found.seeds, found.lines = frames, len(seeds), len(coverage.lines)
    found.seconds, found.growth_kib = time.perf_counter() - began, _resident_kib() - first_kib
    return found


def _resident_kib() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


def main(arguments: list[str]) -> int:
    """Fuzz and print what was found as JSON; 1 where something should not be."""
    parser = argparse.ArgumentParser(prog="dev.py fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=1_000_000, help="how many (default 1000000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same run (default 1)")
    options = parser.parse_args(arguments)
    found = fuzz(options.frames, seed=options.seed, say=lambda line: print(line, file=sys.stderr, flush=True))
    report = {
        "frames": found.frames,
        "seconds": round(found.seconds, 1),
        "seeds": found.seeds,
        "lines": found.lines,
        "growth_kib": found.growth_kib,
        "slowest_s": round(found.slowest_s, 4),
        "problems": found.problems[:20],
    }
    print(json.dumps(report, indent=2))
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
