"""Dashboards and alerts: every metric is one that our programs have, and every alert has a test and a runbook."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY as BACKOFFICE_REGISTRY, CollectorRegistry

from backoffice.contracts.admin import SERVICES
from backoffice.services import load_services
from csms.telemetry import REGISTRY as GATEWAY_REGISTRY
from k8s.check.rendering import Object, namespace_of, render, values_of
from k8s.observability import dashboards

FOLDER = Path(dashboards.__file__).parent
ALERTS: Any = yaml.safe_load((FOLDER / "alerts.yml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
TESTED: Any = yaml.safe_load((FOLDER / "alerts.test.yml").read_text())
RUNBOOK = Path(__file__).parents[2] / "docs" / "guide" / "runbook.md"
# What Prometheus makes by itself, and the words of its language.
OF_PROMETHEUS = {"up"}
METRIC = re.compile(r"\b(?:csms|backoffice|fleet|business|platform)_\w+|\bup\b")
SUFFIXES = ("_total", "_bucket", "_count", "_sum", "")


def names_in(registry: CollectorRegistry) -> Iterator[str]:
    for family in registry.collect():
        for suffix in SUFFIXES:
            yield f"{family.name}{suffix}"


@pytest.fixture(scope="module")
def known() -> set[str]:
    load_services()
    return {*names_in(GATEWAY_REGISTRY), *names_in(BACKOFFICE_REGISTRY), *OF_PROMETHEUS}


def expressions() -> Iterator[tuple[str, str]]:
    for name in dashboards.DASHBOARDS:
        for panel in json.loads((FOLDER / "dashboards" / f"{name}.json").read_text())["panels"]:
            yield from ((f"{name}: {panel['title']}", target["expr"]) for target in panel["targets"])
    yield from ((rule.get("alert") or rule["record"], rule["expr"]) for rule in RULES)


@pytest.mark.parametrize(("place", "expression"), list(expressions()))
def test_every_metric_is_one_that_a_program_has(known: set[str], place: str, expression: str) -> None:
    used = set(METRIC.findall(re.sub(r"slo:[\w:]+", "", expression)))

    assert used or "slo:" in expression, place
    assert used <= known, place


def test_promises_are_recorded_before_anything_is_said_of_them() -> None:
    recorded = {rule["record"] for rule in RULES if "record" in rule}
    used = {name for _, expression in expressions() for name in re.findall(r"slo:[\w:]+", expression)}

    assert used == recorded


@pytest.mark.parametrize(("promise", "budget"), dashboards.BUDGETS.values())
def test_budget_is_the_same_in_the_dashboard_and_in_both_alerts(promise: str, budget: float) -> None:
    burns = [rule["expr"] for rule in RULES if f"slo:{promise}" in rule["expr"]]

    assert len(burns) == 2
    for expression in burns:
        assert set(re.findall(r"> [\d.]+ \* ([\d.]+)", expression)) == {str(budget)}


def test_dashboards_are_what_their_tables_say() -> None:
    assert dashboards.main(["--check"]) == 0


def test_every_alert_has_a_section_in_the_runbook_and_a_test_that_sees_it_fire() -> None:
    sections = {line[3:].strip().lower() for line in RUNBOOK.read_text().splitlines() if line.startswith("## ")}
    alerts = {rule["alert"]: rule for rule in RULES if "alert" in rule}
    seen = {one["alertname"] for test in TESTED["tests"] for one in test["alert_rule_test"] if one["exp_alerts"]}

    assert {rule["annotations"]["runbook"].partition("#")[2] for rule in alerts.values()} == sections
    assert seen == set(alerts)


def test_alerts_fire_where_they_should_and_nowhere_else() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("there is no promtool here; Debian, Ubuntu: apt-get install prometheus")
    done = subprocess.run([promtool, "test", "rules", "alerts.test.yml"], cwd=FOLDER, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def monitored(environment: str, kind: str, **monitoring: object) -> list[Object]:
    values = values_of(environment)
    values = {**values, "monitoring": {**values.get("monitoring", {}), **monitoring}}
    return [one for one in render(values, namespace=namespace_of(environment)) if one["kind"] == kind]


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_cluster_has_every_alert_and_dashboard_as_they_are_here(environment: str) -> None:
    (rules,) = monitored(environment, "PrometheusRule")
    maps = {one["metadata"]["name"]: one for one in monitored(environment, "ConfigMap")}

    assert rules["spec"] == ALERTS
    for name in dashboards.DASHBOARDS:
        found = maps[f"dashboard-{name}"]
        assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert found["data"] == {f"chargeyard-{name}.json": dashboards.make_dashboard(name)}


@pytest.mark.parametrize("environment", ["dev", "homelab"])
def test_cluster_without_the_operator_has_none(environment: str) -> None:
    kinds = [monitored(environment, kind) for kind in ("PrometheusRule", "ServiceMonitor")]
    maps = [one for one in monitored(environment, "ConfigMap") if one["metadata"]["name"].startswith("dashboard-")]

    assert (kinds, maps) == ([[], []], [])


def test_what_is_monitored_has_the_labels_that_are_looked_for() -> None:
    kinds = ("ServiceMonitor", "PrometheusRule", "ConfigMap")
    found = [one for kind in kinds for one in monitored("prod", kind, labels={"release": "prometheus"})]
    labelled = {one["metadata"]["name"] for one in found if one["metadata"]["labels"].get("release") == "prometheus"}

    assert labelled == {*SERVICES, "csms", "chargeyard", *(f"dashboard-{name}" for name in dashboards.DASHBOARDS)}


def test_jobs_that_alerts_name_are_asked_by_these_names_everywhere() -> None:
    named = {job for rule in RULES for job in re.findall(r'job="(\w+)"', rule["expr"])}
    compose = yaml.safe_load((FOLDER.parent / "compose" / "prometheus.yml").read_text())["scrape_configs"]
    monitors = [one["spec"]["endpoints"][0]["relabelings"] for one in monitored("prod", "ServiceMonitor")]
    in_cluster = {row["replacement"] for rows in monitors for row in rows if row["targetLabel"] == "job"}

    assert named
    assert named <= in_cluster
    assert in_cluster == {job["job_name"] for job in compose}
