"""A report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from simulator.figures import ActionFigures, SiteFigures
from simulator.reports.histogram import draw_histogram
from simulator.reports.report import Report
from simulator.scenarios.assertions import Verdict


@dataclass(frozen=True, slots=True)
class Markup:
    """Text of ours that is HTML already."""

    text: str


_STYLE = """
:root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #c62828; --bar: #3b78c4; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.held { color: var(--good); } .failed { color: var(--bad); font-weight: 600; }
.bars rect { fill: var(--bar); } .ticks line { stroke: var(--line); }
.ticks text { font-size: 9px; fill: currentColor; opacity: .7; text-anchor: middle; }
.wide { overflow-x: auto; }
"""


def write_html(report: Report) -> str:
    """The assertions first, then the sites, the latencies of each action, and what went wrong."""
    figures = report.figures
    failed = sum(not verdict.has_held for verdict in report.verdicts)
    title = f"Fleet: {figures.scenario}" if figures.scenario else "Fleet"
    verdict = f"{failed} of {len(report.verdicts)} assertions failed" if failed else "Every assertion has held"
    head = f"{verdict}." if report.verdicts else "Nothing was asserted."
    facts = (
        f"{figures.stations} stations for {figures.elapsed_s:.0f} s from {figures.began_at:%Y-%m-%d %H:%M:%S} UTC "
        f"against {figures.url}, seed {figures.seed}: {figures.sessions_ended} sessions, of which "
        f"{figures.sessions_acknowledged} were confirmed, and {figures.energy_wh / 1000:.3f} kWh. "
        f"{figures.readings_acknowledged} of {figures.readings_said} readings were confirmed, "
        f"{figures.sockets_lost} sockets were lost."
    )
    if figures.costs_shown:
        facts += f" Of {figures.costs_shown} sessions the station showed what they cost."
    parts = [
        f'<h1>{escape(title)}</h1><p class="{"failed" if failed else "held"}">{head}</p><p>{escape(facts)}</p>',
        write_section("Assertions", ("", "Assertion", "Figures"), map(_verdict_row, report.verdicts)),
        write_section(
            "Sites",
            ("Site", "Stations", "Online", "Charging", "Sessions", "kWh"),
            map(_site_row, figures.sites),
        ),
        _actions(figures.actions),
        write_section("Commands of the CSMS", ("Action", "Count"), sorted(figures.commands.items())),
        write_section("Faults", ("Fault", "Struck"), sorted(figures.faults.items())),
        write_section("Given up by stations", ("Message", "Count"), sorted(figures.given_up.items())),
    ]
    return write_page(title, "".join(parts))


def write_page(title: str, body: str, *, style: str = "") -> str:
    """A whole file around this HTML."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}{style}</style></head>\n'
        f"<body>{body}</body></html>\n"
    )


def _verdict_row(verdict: Verdict) -> Sequence[object]:
    word = Markup('<span class="held">held</span>' if verdict.has_held else '<span class="failed">failed</span>')
    return word, verdict.name, verdict.figures


def _site_row(one: SiteFigures) -> Sequence[object]:
    counts = one.stations, one.online, one.charging, one.sessions_ended
    return one.site or "all", *counts, f"{one.energy_wh / 1000:.3f}"


def _actions(actions: Sequence[ActionFigures]) -> str:
    times = ("Mean ms", "p50 ms", "p90 ms", "p99 ms", "Longest ms")
    heads = ("Action", "Answered", "Refused", "Silent", *times, "Latencies")
    return write_section("Latencies", heads, map(_action_row, actions))


def _action_row(one: ActionFigures) -> Sequence[object]:
    times = (one.mean_s, one.p50_s, one.p90_s, one.p99_s, one.longest_s)
    histogram = Markup(draw_histogram(one.buckets, title=f"Latencies of {one.action}"))
    return one.action, one.answered, one.refused, one.silent, *(f"{at_s * 1000:.1f}" for at_s in times), histogram


def write_section(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table under its title; nothing without a row."""
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    if not body:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    return f'<h2>{escape(title)}</h2><div class="wide"><table><tr>{head}</tr>{body}</table></div>\n'


def _cell(value: object) -> str:
    if isinstance(value, Markup):
        return f"<td>{value.text}</td>"
    text = escape(str(value))
    is_number = isinstance(value, int) or text.replace(".", "", 1).isdigit()
    return f'<td class="n">{text}</td>' if is_number else f"<td>{text}</td>"
