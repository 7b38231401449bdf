"""The quirk battery: what real stations do, what our gateway answers, and which deviation it records.

    python -m tests.quirks            write docs/generated/quirks.md from tests/frames/quirks/*.json
    python -m tests.quirks --check    exit 1 when it is not what would be written

A case is one JSON file: `section` and `quirk` say what is odd, `version` and `entry` what the station is registered as,
and `steps` what happens, in order: a text is a frame of the station; `{"command": …, "message": …}` one of ours;
`{"answer": …}` the station's answer to it; `{"socket": "new"}` another connection; `{"head": …}` an upgrade request.
Expected are the frames that went out (`*` where they tell the time or an id of ours), the `deviations` by rule, and
the `facts` that were stated.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from csms.adapters.memory import MemoryPresence
from csms.commands import CommandDesk
from csms.handshake import Accept, read_head
from csms.session import StationSession
from csms.settings import read_settings
from csms.transport.head import PlainResponse
from protocol.bus.commands import CommandRequest, RegistryEntry
from protocol.domain.version import OcppVersion
from protocol.tolerance.rules import RULES
from tests.csms.harness import ENVIRONMENT, GatewayInMemory, station_key

CASES = Path(__file__).parent / "frames" / "quirks"
TABLE = Path(__file__).parents[1] / "docs" / "generated" / "quirks.md"
NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
SECTIONS = (
    "Handshake", "Liveness", "Order", "JSON", "Types", "Ids", "Time", "Meter", "2.0.1", "Replay", "Refused",
)  # fmt: skip
# Rules beside those of the tables: what is odd in a payload that its schema accepts.
OBSERVATIONS = frozenset(
    (
        "timestamp_without_zone", "clock_not_set", "clock_skew", "start_without_evse", "transaction_id_never_given",
        "evse_zero", "strip_token_junk", "strip_token_suffix", "read_register_as_kwh", "start_without_meter",
        "stop_without_meter", "sum_phases", "energy_falls", "meter_values_after_stop", "seq_no_repeated",
        "seq_no_not_from_0", "seq_no_hole", "seq_no_overtaken", "start_missing", "transaction_id_reused",
        "event_after_end", "drop_nul", "report_not_from_0", "report_part_missing", "report_part_repeated",
    )
)  # fmt: skip
EVERY_RULE = OBSERVATIONS | {rule.__name__ for rule in RULES}
_TURNS = 40
_CELL = 150


@dataclass
class Outcome:
    """What a case came to."""

    answers: list[Any]
    deviations: list[str]
    facts: list[str]


class FakeSocket:
    """Keeps what is sent."""

    def __init__(self, sent: list[Any]) -> None:
        self._sent = sent

    def send_text(self, text: bytes) -> None:
        self._sent.append(blank(json.loads(text)))

    def send_ping(self) -> None:
        self._sent.append("ping")

    def close(self, code: int, reason: str) -> None:
        self._sent.append(f"close {code}")

    def pause_reading(self) -> None:
        self._sent.append("pause")

    def resume_reading(self) -> None:
        self._sent.append("resume")


def read_cases() -> dict[str, dict[str, Any]]:
    """Every case by the name of its file."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(CASES.glob("*.json"))}


async def play(case: dict[str, Any]) -> Outcome:
    """Let the station of the case do what it does, against the real gateway without its network."""
    async with asyncio.TaskGroup() as tasks:
        memory = GatewayInMemory(read_settings(ENVIRONMENT), tasks, MemoryPresence(), now=lambda: NOW)
        memory.registry.entries[station_key()] = msgspec.convert(case.get("entry", {}), RegistryEntry)
        player = _Player(memory, OcppVersion(case["version"]), tasks)
        for step in case["steps"]:
            await player.take(step)
        deviations = player.deviations()
        for session in list(memory.gateway.sessions):
            session.on_closed("the case is over")
        await asyncio.sleep(0)
    facts = [fact for fact in memory.facts if fact not in ("connected", "disconnected", "deviated")]
    return Outcome(player.answers, deviations, facts)


class _Player:
    def __init__(self, memory: GatewayInMemory, version: OcppVersion, tasks: asyncio.TaskGroup) -> None:
        self.answers: list[Any] = []
        self._memory = memory
        self._version = version
        self._tasks = tasks
        self._sessions: list[StationSession] = []

    async def take(self, step: Any) -> None:
        if isinstance(step, dict) and "head" in step:
            self.answers.append(await self._ask_to_upgrade(step["head"]))
        elif isinstance(step, dict) and "command" in step:
            self._tasks.create_task(self._command(step))
        elif isinstance(step, dict) and "answer" in step:
            pending = self._session().connection.pending
            assert pending is not None
            self._session().on_text(json.dumps([3, pending.message_id, step["answer"]]).encode())
        elif isinstance(step, dict):
            self._open()
        else:
            self._session().on_text(step.encode("utf-8", "surrogateescape"))
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    def deviations(self) -> list[str]:
        counts = [session.station.deviations for session in self._sessions]
        return list(dict.fromkeys(rule for book in counts for rule in book.rules))

    def _session(self) -> StationSession:
        return self._sessions[-1] if self._sessions else self._open()

    def _open(self) -> StationSession:
        decision = Accept(
            station_key(), self._version, self._version.subprotocol, 0, self._memory.registry.find(station_key())
        )
        self._sessions.append(self._memory.gateway.open_session(FakeSocket(self.answers), decision))
        return self._sessions[-1]

    async def _ask_to_upgrade(self, head: str) -> str:
        decision = await self._memory.gateway.admit(read_head(head.replace("\n", "\r\n").encode("latin-1")), "peer")
        if isinstance(decision, PlainResponse):
            return str(decision.status)
        served = decision.subprotocol or "no subprotocol header"
        closed = ", then closed" if decision.is_closed_at_once else f", speaks {decision.version}"
        return f"101 {decision.station}: {served}{closed}"

    async def _command(self, step: dict[str, Any]) -> None:
        message = msgspec.Raw(json.dumps(step["message"]).encode())
        epoch = self._memory.presence.epochs[station_key()]
        desk = CommandDesk(self._memory.gateway.sessions.find)
        answer = await desk.carry_out(
            station_key(), msgspec.json.encode(CommandRequest(step["command"], message, epoch=epoch, timeout_s=2))
        )
        self.answers.append({"command": json.loads(answer)})


def blank(frame: Any) -> Any:
    """The frame without what is different in each run."""
    if isinstance(frame, list) and frame and frame[0] == 2:
        return [2, "*", *frame[2:]]
    if isinstance(frame, list):
        return [blank(item) for item in frame]
    if isinstance(frame, dict):
        return {name: "*" if name == "currentTime" else blank(value) for name, value in frame.items()}
    return frame


def write_table() -> str:
    """The battery as Markdown."""
    lines = [
        "# What real stations do, and what they hear",
        "",
        "Generated by `python -m tests.quirks` from `tests/frames/quirks/`, where the whole frames are; each row is a",
        "test. A deviation is counted against the station, and readable at",
        "`/api/v1/telemetry/stations/{id}/deviations`. Where none is recorded the standard leaves the station free,",
        "and the row shows that we do.",
    ]
    cases = read_cases()
    for section in SECTIONS:
        rows = [case for case in cases.values() if case["section"] == section]
        lines += ["", f"## {section}", "", "| Quirk | Input | Answer | Deviation recorded |", "|---|---|---|---|"]
        lines += [_row(case) for case in rows]
    return "\n".join(lines) + "\n"


def _row(case: dict[str, Any]) -> str:
    said = " ".join(_words(case["steps"]))
    heard = " ".join(json.dumps(answer, ensure_ascii=False, separators=(",", ":")) for answer in case["answers"])
    rules = ", ".join(f"`{rule}`" for rule in case["deviations"]) or "none"
    kept = "; quarantined" if "quarantined" in case["facts"] else ""
    return f"| {case['quirk']} ({case['version']}) | {_cell(said)} | {_cell(heard)} | {rules}{kept} |"


def _words(steps: list[Any]) -> Iterator[str]:
    for step in steps:
        yield step if isinstance(step, str) else step.get("head", "").partition("\n")[0] or json.dumps(step)


def _cell(text: str) -> str:
    shown = json.dumps(text, ensure_ascii=True)[1:-1].replace('\\"', '"')
    shown = shown if len(shown) <= _CELL else shown[:_CELL] + " …"
    return f"`{shown.replace('|', chr(92) + '|').replace('`', chr(39))}`" if shown else "nothing"


def main(arguments: list[str]) -> int:
    """Write the table, or with `--check` only compare it; 1 where it is stale."""
    table = write_table()
    if arguments == ["--check"]:
        return 0 if TABLE.exists() and TABLE.read_text("utf-8") == table else 1
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
