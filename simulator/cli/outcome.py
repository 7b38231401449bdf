"""What became of a fleet: its assertions said line by line, its report written."""

from pathlib import Path

from simulator.figures import Figures
from simulator.reports.files import write_report
from simulator.reports.report import judge
from simulator.scenarios.assertions import Assertion

FAILED = 1


def conclude(figures: Figures, assertions: tuple[Assertion, ...], *, path: Path | None) -> int:
    """0 where every assertion has held, else 1; the report is in its file. Raises OSError."""
    report = judge(figures, assertions)
    for verdict in report.verdicts:
        print(f"{'held' if verdict.has_held else 'FAILED':<6}  {verdict.name}: {verdict.figures}", flush=True)
    if path is not None:
        write_report(path, report)
        print(f"report: {path}", flush=True)
    return 0 if report.has_held else FAILED
