"""python -m k8s.check: every environment lints, renders, and is what Kubernetes and our own rules let through."""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chargeyard.nats_users import users_file
from chargeyard.version import current_version
from k8s.check.policy import find_violations
from k8s.check.rendering import CHART, ChartRefused, environments, lint, namespace_of, render, render_files, values_of
from k8s.check.schemas import find_misfits
from k8s.observability.dashboards import ALERTS, DASHBOARDS as DASHBOARDS_OF_PROJECT, make_dashboard

PLAIN_ENVIRONMENT = "dev"
PLAIN_FOLDER = CHART.parent / "rendered" / PLAIN_ENVIRONMENT
CHART_FILE = CHART / "Chart.yaml"
USERS_FILE = CHART / "files" / "nats-users.conf"
ALERTS_FILE = CHART / "files" / "alerts.yml"
DASHBOARDS = CHART / "files" / "dashboards"
_HEADER = "# Rendered from k8s/chart by `python -m k8s.check --write`, for whoever has no Helm.\n"


def main(argv: Sequence[str] | None = None) -> int:
    """0 where nothing is wrong, 1 with a line for each fault."""
    parser = argparse.ArgumentParser(prog="python -m k8s.check", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files that are made of others anew")
    options = parser.parse_args(argv)
    if options.write:
        for stale in DASHBOARDS.glob("*.json"):
            stale.unlink()
        # First what the rendered files are made of.
        for path, text in _made_files().items():
            _write(path, text)
        for stale in PLAIN_FOLDER.glob("*.yaml"):
            stale.unlink()
        for name, text in _plain_files():
            _write(PLAIN_FOLDER / name, text)
    faults = [f"{name}: {fault}" for name in environments() for fault in _faults_of(name)] + list(_stale_files())
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _faults_of(environment: str) -> Iterator[str]:
    values, namespace = values_of(environment), namespace_of(environment)
    yield from lint(values, namespace=namespace)
    for is_upgrade in (False, True):
        try:
            objects = render(values, namespace=namespace, is_upgrade=is_upgrade)
        except ChartRefused as error:
            yield str(error)
            return
        yield from find_misfits(objects)
        yield from find_violations(objects)


def _stale_files() -> Iterator[str]:
    wanted = {**_made_files(), **{PLAIN_FOLDER / name: text for name, text in _plain_files()}}
    for path in sorted(wanted.keys() | set(PLAIN_FOLDER.glob("*.yaml")) | set(DASHBOARDS.glob("*.json"))):
        if not path.exists() or path.read_text() != wanted.get(path):
            yield f"{path.relative_to(CHART.parents[1])} is out of date; `python -m k8s.check --write` makes it anew"


def _made_files() -> Mapping[Path, str]:
    """What of the chart is made of other files of the project."""
    dashboards = {DASHBOARDS / f"{name}.json": make_dashboard(name) for name in DASHBOARDS_OF_PROJECT}
    return {
        CHART_FILE: chart_file(CHART_FILE.read_text(), version=current_version()),
        USERS_FILE: users_file(),
        ALERTS_FILE: ALERTS.read_text(),
        **dashboards,
    }


def chart_file(text: str, *, version: str) -> str:
    """Chart.yaml with the project's version as the chart's and as the application's: they are released together."""
    text = re.sub(r"(?m)^version: .*$", f"version: {version}", text)
    return re.sub(r"(?m)^appVersion: .*$", f'appVersion: "{version}"', text)


def _plain_files() -> Iterator[tuple[str, str]]:
    files = render_files(values_of(PLAIN_ENVIRONMENT), namespace=namespace_of(PLAIN_ENVIRONMENT))
    for path, text in files.items():
        if not path.startswith("tests/"):
            yield path.replace("/", "-"), _HEADER + text.lstrip().removeprefix("---\n").rstrip() + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


if __name__ == "__main__":
    sys.exit(main())
