"""The dashboards, as tables of panels, and the JSON that Grafana takes.

python -m k8s.observability.dashboards            write k8s/observability/dashboards/*.json
python -m k8s.observability.dashboards --check    exit 1 when one of them is not what would be written
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dashboards"
ALERTS = Path(__file__).parent / "alerts.yml"
_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 8
_RATE = "[$__rate_interval]"

# By what people call a promise: its recording rules, and the share of a month that may break it.
BUDGETS = {
    "stations": ("station_calls_late", 0.001),
    "requests": ("requests_failed", 0.01),
    "receipts": ("receipts_late", 0.01),
}


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot of expressions of PromQL, each with its legend; the unit is Grafana's name of it."""

    title: str
    unit: str
    expressions: Mapping[str, str]


def _rate(metric: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) (rate({metric}{_RATE}))"


def _quantiles(metric: str, *by: str) -> Mapping[str, str]:
    legend = " ".join(f"{{{{{label}}}}}" for label in by)
    grouped = ", ".join(("le", *by))
    return {
        f"p{round(quantile * 100)} {legend}".strip(): (
            f"histogram_quantile({quantile}, sum by ({grouped}) (rate({metric}_bucket{_RATE})))"
        )
        for quantile in (0.5, 0.99)
    }


def _windows(promise: str) -> Mapping[str, str]:
    """A promise's share of what broke it, over the windows that alerts look at."""
    return {window: f"slo:{promise}:ratio_rate{window}" for window in ("5m", "1h", "6h")}


DASHBOARDS: Mapping[str, tuple[str, Sequence[Panel]]] = {
    "promises": (
        "Promises",
        [
            Panel("Calls of stations, late or not answered", "percentunit", _windows("station_calls_late")),
            Panel("Requests that failed", "percentunit", _windows("requests_failed")),
            Panel("Receipts that are late", "percentunit", _windows("receipts_late")),
            Panel(
                "How often a month's budget would be spent at this rate",
                "short",
                {name: f"slo:{promise}:ratio_rate1h / {budget}" for name, (promise, budget) in BUDGETS.items()},
            ),
        ],
    ),
    "gateway": (
        "Gateway",
        [
            Panel("Connections", "short", {"{{version}}": "sum by (version) (csms_connections)"}),
            Panel("Calls answered, a second", "reqps", {"{{action}}": _rate("csms_call_seconds_count", "action")}),
            Panel("Time to answer", "s", _quantiles("csms_call_seconds", "version")),
            Panel(
                "Calls answered with an error",
                "reqps",
                {"{{action}} {{error}}": _rate("csms_calls_refused_total", "action", "error")},
            ),
            Panel("Handshakes", "reqps", {"{{status}}": _rate("csms_handshakes_total", "status")}),
            Panel("Refused connections", "reqps", {"{{cause}}": _rate("csms_refusals_total", "cause")}),
            Panel(
                "Publishes",
                "short",
                {"in flight": "sum(csms_publishes_in_flight)", "last values held": "sum(csms_latest_events_held)"},
            ),
            Panel(
                "Where it waits or gives way",
                "reqps",
                {
                    "calls not answered": "sum(rate(csms_calls_unanswered_total[$__rate_interval]))",
                    "not durable in time": "sum(rate(csms_publish_failures_total[$__rate_interval]))",
                    "stations slowed": "sum(rate(csms_slowed_total[$__rate_interval]))",
                    "frames not logged": "sum(rate(csms_frames_dropped_total[$__rate_interval]))",
                    "sockets superseded": "sum(rate(csms_takeovers_total[$__rate_interval]))",
                },
            ),
            Panel("Commands", "reqps", {"{{command}} {{outcome}}": _rate("csms_commands_total", "command", "outcome")}),
        ],
    ),
    "fleet": (
        "Fleet",
        [
            Panel("Stations", "short", {"online {{is_online}}": "max by (is_online) (fleet_stations)"}),
            Panel("EVSEs", "short", {"{{state}}": "max by (state) (fleet_evses)"}),
            Panel("Stations by node", "short", {"{{node}}": "max by (node) (platform_node_stations)"}),
            Panel("Deviations forgiven", "reqps", {"{{rule}}": _rate("csms_deviations_total", "rule")}),
            Panel("Messages in quarantine", "reqps", {"{{result}}": _rate("csms_quarantined_total", "result")}),
            Panel("Alarms that stand", "short", {"{{kind}}": "max by (kind) (platform_alarms)"}),
        ],
    ),
    "business": (
        "Business",
        [
            Panel("Sold, an hour", "short", {"{{kind}}": "sum by (kind) (increase(business_sold_total[1h]))"}),
            Panel("Energy, an hour", "watth", {"energy": "sum(increase(business_energy_wh_total[1h]))"}),
            Panel(
                "Revenue, an hour",
                "short",
                {"{{kind}} {{currency}}": "sum by (kind, currency) (increase(business_revenue_total[1h]))"},
            ),
            Panel("Time to a receipt", "s", _quantiles("business_receipt_seconds")),
            Panel("EVSEs that charge", "short", {"charging": 'max(fleet_evses{state="charging"})'}),
            Panel(
                "Told to people",
                "reqps",
                {"{{channel}} {{state}}": _rate("backoffice_deliveries_total", "channel", "state")},
            ),
        ],
    ),
    "services": (
        "Services",
        [
            Panel("Requests, a second", "reqps", {"{{status}}": _rate("backoffice_request_seconds_count", "status")}),
            Panel("Time to answer a request", "s", _quantiles("backoffice_request_seconds")),
            Panel(
                "Slowest routes (p99)",
                "s",
                {
                    "{{method}} {{route}}": (
                        "topk(10, histogram_quantile(0.99, sum by (le, method, route) "
                        "(rate(backoffice_request_seconds_bucket[$__rate_interval]))))"
                    )
                },
            ),
            Panel("Queries between services", "s", _quantiles("backoffice_query_seconds", "service")),
            Panel(
                "Queries that failed",
                "reqps",
                {
                    "{{service}} {{query}} {{result}}": (
                        "sum by (service, query, result) "
                        '(rate(backoffice_query_seconds_count{result!="ok"}[$__rate_interval]))'
                    )
                },
            ),
            Panel(
                "Periodic work that failed",
                "reqps",
                {"{{service}} {{worker}}": _rate("backoffice_worker_failures_total", "service", "worker")},
            ),
        ],
    ),
    "streams": (
        "Streams and database",
        [
            Panel("Events that wait", "short", {"{{service}}": "sum by (service) (backoffice_consumer_lag_events)"}),
            Panel(
                "Events applied, a second",
                "reqps",
                {"{{service}} {{result}}": _rate("backoffice_events_consumed_total", "service", "result")},
            ),
            Panel("Time of a batch", "s", _quantiles("backoffice_batch_seconds", "service")),
            Panel("Messages in a stream", "short", {"{{stream}}": "max by (stream) (platform_stream_messages)"}),
            Panel("Size of a stream", "bytes", {"{{stream}}": "max by (stream) (platform_stream_bytes)"}),
            Panel("How full a stream is", "percent", {"{{stream}}": "max by (stream) (platform_stream_fill_percent)"}),
            Panel("Events published", "reqps", {"{{service}}": _rate("backoffice_outbox_published_total", "service")}),
            Panel("Size of the database", "bytes", {"database": "max(platform_database_bytes)"}),
        ],
    ),
}


def make_dashboard(name: str) -> str:
    """The JSON of one dashboard."""
    title, panels = DASHBOARDS[name]
    dashboard: dict[str, Any] = {  # Any: JSON
        "uid": f"chargeyard-{name}",
        "title": f"Chargeyard: {title}",
        "tags": ["chargeyard"],
        "timezone": "browser",
        "schemaVersion": 41,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }
    return json.dumps(dashboard, indent=2) + "\n"


def _panel(number: int, panel: Panel) -> dict[str, Any]:  # Any: JSON
    source = {"type": "prometheus", "uid": "${source}"}
    row, column = divmod(number, _COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + place), "datasource": source, "expr": expression, "legendFormat": legend}
            for place, (legend, expression) in enumerate(panel.expressions.items())
        ],
    }


def main(arguments: Sequence[str]) -> int:
    """Write the dashboards, or with `--check` only compare them; 1 where one is stale."""
    wanted = {FOLDER / f"{name}.json": make_dashboard(name) for name in DASHBOARDS}
    if arguments == ["--check"]:
        found = {file: file.read_text("utf-8") for file in FOLDER.glob("*.json")}
        return 0 if found == wanted else 1
    FOLDER.mkdir(exist_ok=True)
    for file, text in wanted.items():
        file.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
