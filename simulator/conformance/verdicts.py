"""What a case can come to, and what a script raises for it."""

from dataclasses import dataclass
from enum import StrEnum

from simulator.conformance.log import Record
from simulator.errors import SimulatorError


class Verdict(StrEnum):
    """`error`: nothing can be said, since the judge or its driver could not do its part."""

    PASS = "pass"  # noqa: S105 # a word
    FAIL = "fail"
    NOT_APPLICABLE = "n/a"
    ERROR = "error"


class Failed(SimulatorError):
    """The peer under test did what it must not, or did not do what it must."""


class CannotJudge(SimulatorError):
    """The judge's side could not do its part: a driver that was refused, nobody who answers at the address."""


class NotApplicable(SimulatorError):
    """The peer under test has no such thing."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a case came to. `reason` is a sentence wherever the verdict is not pass."""

    case_id: str
    version: str
    block: str
    title: str
    verdict: Verdict
    reason: str
    elapsed_s: float
    records: tuple[Record, ...] = ()
