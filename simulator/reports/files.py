"""A report's file: its kind is said by the ending of its name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from simulator.errors import InvalidPlan
from simulator.reports.html import write_html
from simulator.reports.junit import write_junit
from simulator.reports.report import Report, write_json

_WRITERS: Mapping[str, Callable[[Report], str]] = {".json": write_json, ".xml": write_junit, ".html": write_html}


def check_report_file(path: Path) -> None:
    """A report can be written there. Raises InvalidPlan for an ending that says no kind, and where no folder is."""
    if path.suffix.lower() not in _WRITERS:
        raise InvalidPlan(f"{path} says no kind of report: end it with {', '.join(_WRITERS)}")
    if not path.parent.is_dir():
        raise InvalidPlan(f"{path} cannot be written: there is no folder {path.parent}")


def write_report(path: Path, report: Report) -> None:
    """The file holds the report. Raises OSError."""
    path.write_text(_WRITERS[path.suffix.lower()](report), "utf-8")
