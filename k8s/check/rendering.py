"""Objects of the chart, rendered by Helm as a library."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import helm_python
import yaml
from helm_python import HelmError

CHART = Path(__file__).parents[1] / "chart"
RELEASE = "chargeyard"
# Where charts are installed to; the version that objects are validated for.
KUBERNETES_VERSION = "1.34.0"

Values = Mapping[str, Any]  # Any: YAML
Object = dict[str, Any]  # Any: a Kubernetes object, as YAML has it


class ChartRefused(Exception):
    """The chart makes nothing of these values; says which and why."""


def environments() -> Sequence[str]:
    """Those that have a file of values."""
    return sorted(path.stem for path in (CHART / "environments").glob("*.yaml"))


def values_of(environment: str) -> Values:
    """What the environment's file says over `values.yaml`."""
    values: Values = yaml.safe_load((CHART / "environments" / f"{environment}.yaml").read_text())
    return values


def namespace_of(environment: str) -> str:
    """Where it lives."""
    return f"ev-platform-{environment}"


def lint(values: Values, *, namespace: str) -> Sequence[str]:
    """What Helm's lint says of the chart, warnings and errors."""
    report = helm_python.lint(CHART, dict(values), namespace=namespace, kube_version=f"v{KUBERNETES_VERSION}")
    return [f"{row['path']}: {row['error']}" for row in report["messages"] if row["severity"] > 1]


def render_files(values: Values, *, namespace: str, chart: Path = CHART, is_upgrade: bool = False) -> Mapping[str, str]:
    """The text of each template that has any, by its path in the chart. Raises ChartRefused."""
    try:
        with helm_python.Chart.load(chart) as loaded:
            rendered = loaded.render(
                dict(values), name=RELEASE, namespace=namespace, is_install=not is_upgrade, is_upgrade=is_upgrade
            )
    except HelmError as error:
        raise ChartRefused(str(error)) from error
    texts = {path.removeprefix(f"{RELEASE}/templates/"): text for path, text in rendered.items()}
    return {path: text for path, text in sorted(texts.items()) if path.endswith(".yaml") and _objects_in(text)}


def render(values: Values, *, namespace: str, chart: Path = CHART, is_upgrade: bool = False) -> Sequence[Object]:
    """All objects. Raises ChartRefused."""
    texts = render_files(values, namespace=namespace, chart=chart, is_upgrade=is_upgrade).values()
    return [one for text in texts for one in _objects_in(text)]


def _objects_in(text: str) -> Sequence[Object]:
    return [one for one in yaml.safe_load_all(text) if one]
