"""A run as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from loadtest.chart import draw_lines
from loadtest.metrics import Kind, Sample, read_timeline
from loadtest.thresholds import VERDICTS, Verdict, read_verdicts

REPORT = "report.html"

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c62828; --p50: #3b78c4; --p99: #d98324; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: .95rem; margin: 1.2rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.held { color: var(--good); } .failed { color: var(--bad); font-weight: 600; }
svg { max-width: 100%; height: auto; }
.ticks line { stroke: var(--line); } .ticks text { font-size: 9px; fill: currentColor; opacity: .7; }
.ticks .y { text-anchor: end; } .ticks .x { text-anchor: middle; }
.lines polyline { fill: none; stroke-width: 1.5; stroke: var(--p50); }
.lines .p99 { stroke: var(--p99); } .lines .failures { stroke: var(--bad); }
.p50 { color: var(--p50); } .p99 { color: var(--p99); }
.wide { overflow-x: auto; }
"""

_COLUMNS = {
    "Requests": "Request Count",
    "Failures": "Failure Count",
    "A second": "Requests/s",
    "p50 ms": "50%",
    "p90 ms": "90%",
    "p99 ms": "99%",
    "p99.9 ms": "99.9%",
    "Longest ms": "Max Response Time",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What was run, against what, when."""

    users: int
    shape: str
    minutes: float
    url: str
    began_at: datetime


@dataclass(frozen=True, slots=True)
class _Markup:
    """Text of ours that is HTML already."""

    text: str


def write_report(folder: Path, run: Run) -> Path:
    """The file that shows what lies in the folder of a run: verdicts, Locust's CSV files, the timeline."""
    verdicts = read_verdicts(folder / VERDICTS)
    samples = read_timeline(folder / "timeline.csv")
    path = folder / REPORT
    stats, failures = (_read(folder / f"locust_{name}.csv") for name in ("stats", "failures"))
    path.write_text(draw_report(run, verdicts, samples, stats=stats, failures=failures), "utf-8")
    return path


def draw_report(
    run: Run,
    verdicts: Sequence[Verdict],
    samples: Sequence[Sample],
    *,
    stats: Sequence[Mapping[str, str]],
    failures: Sequence[Mapping[str, str]],
) -> str:
    """The verdicts first, then what went wrong, the whole run, every action in figures, and each over time."""
    failed = sum(not verdict.has_held for verdict in verdicts)
    head = f"{failed} of {len(verdicts)} thresholds failed." if failed else "Every threshold has held."
    seconds = max((sample.elapsed_s for sample in samples), default=0.0)
    at_most = max((sample.users for sample in samples), default=0)
    facts = (
        f"Shape {run.shape} with {run.users} users for {run.minutes:g} minutes against {run.url}, from "
        f"{run.began_at:%Y-%m-%d %H:%M:%S} UTC: {at_most} users at most, "
        f"{sum(sample.requests for sample in samples)} requests and journeys in {seconds:.0f} s, "
        f"{sum(sample.failures for sample in samples)} failures."
    )
    parts = [
        f'<h1>Load test</h1><p class="{"failed" if failed else "held"}">{head}</p><p>{escape(facts)}</p>',
        _table("Thresholds", ("", "Threshold", "Figures"), map(_verdict_row, verdicts)),
        _table(
            "Failures",
            ("Type", "Name", "Count", "Error"),
            ((row["Method"], row["Name"], row["Occurrences"], row["Error"]) for row in failures),
        ),
        _whole(samples),
        _table("Actions", ("Type", "Name", *_COLUMNS), map(_stats_row, stats)),
        _actions(samples),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Load test</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _whole(samples: Sequence[Sample]) -> str:
    looks = sorted({sample.elapsed_s for sample in samples})
    users = {sample.elapsed_s: float(sample.users) for sample in samples}
    requests, failures = (dict.fromkeys(looks, 0.0) for _ in range(2))
    for sample in samples:
        requests[sample.elapsed_s] += sample.requests
        failures[sample.elapsed_s] += sample.failures
    spans = {at_s: at_s - before_s for before_s, at_s in zip([0.0, *looks], looks, strict=False)}
    rates = [
        (name, [(at_s, counted[at_s] / spans[at_s]) for at_s in looks if spans[at_s] > 0])
        for name, counted in (("requests", requests), ("failures", failures))
    ]
    charts = [
        ("Users", draw_lines([("users", sorted(users.items()))], title="Users over time", unit="", is_log=False)),
        (
            "Requests and failures a second",
            draw_lines(rates, title="Requests and failures a second over time", unit="/s", is_log=False),
        ),
    ]
    return "<h2>The whole run</h2>" + "".join(f"<h3>{name}</h3>{chart}" for name, chart in charts)


def _actions(samples: Sequence[Sample]) -> str:
    by_kind: dict[Kind, list[Sample]] = {}
    for sample in samples:
        by_kind.setdefault(sample.kind, []).append(sample)
    drawn = []
    for kind, kept in sorted(by_kind.items()):
        lines = [
            ("p50", [(sample.elapsed_s, sample.p50_ms) for sample in kept]),
            ("p99", [(sample.elapsed_s, sample.p99_ms) for sample in kept]),
        ]
        name = " ".join(kind)
        chart = draw_lines(lines, title=f"Latency of {name} over time", unit="ms", is_log=True)
        drawn.append(f"<h3>{escape(name)}</h3>{chart}")
    legend = '<p>Of each two seconds: <span class="p50">p50</span>, <span class="p99">p99</span>.</p>'
    return f"<h2>Latency by action over time</h2>{legend}{''.join(drawn)}" if drawn else ""


def _verdict_row(verdict: Verdict) -> Sequence[object]:
    word = '<span class="held">held</span>' if verdict.has_held else '<span class="failed">failed</span>'
    return _Markup(word), verdict.name, verdict.figures


def _stats_row(row: Mapping[str, str]) -> Sequence[object]:
    return row["Type"], row["Name"], *(_rounded(row[column]) for column in _COLUMNS.values())


def _rounded(text: str) -> str:
    try:
        return f"{float(text):.1f}".removesuffix(".0")
    except ValueError:
        return text


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table under its title; nothing without a row."""
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f'<h2>{escape(title)}</h2><div class="wide"><table><tr>{head}</tr>{body}</table></div>\n'


def _cell(value: object) -> str:
    if isinstance(value, _Markup):
        return f"<td>{value.text}</td>"
    text = escape(str(value))
    return f'<td class="n">{text}</td>' if text.replace(".", "", 1).isdigit() else f"<td>{text}</td>"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
