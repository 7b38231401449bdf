"""Bring an environment to an image, or back to a revision, by Helm, and see whether it works.

    python3 dev.py rollout staging --image registry.example.com/chargeyard --digest sha256:…
    python3 dev.py rollout prod --back
    python3 dev.py rollout prod --back --revision 41

1. An upgrade that does not become ready is taken back by Helm (`--atomic`), and one whose checks fail by us, to the
   last revision that was good. Where there was none it stays, and that is said.
2. Every program says that it is ready (`helm test`), and the edge leads to them.
3. Where money is play money, sessions are charged and paid from outside; in prod nobody charges for a test.
4. What works is marked so in Helm's history, by a second revision that changes nothing. To go back without naming a
   revision is to the newest one that is marked, was not left behind before, and runs another image.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from k8s.delivery.revisions import BRINGS, WORKS, History

RELEASE = "chargeyard"
ROOT = Path(__file__).parents[2]
CHART = Path("k8s") / "chart"
KUBECONFIG_VARIABLE = "KUBECONFIG_TEXT"
REVISIONS_KEPT = "20"  # two of each roll-out

# Helm's --timeout holds for each of its operations and not for them together: an upgrade may take that long in its
# hook, again until all is ready, and again to be taken back.
MIGRATED_WITHIN_MIN = 10
"""The hook that migrates: `migrate.deadlineSeconds` of the chart, which ends it before Helm would."""
READY_WITHIN_MIN = 15
TESTED_WITHIN_MIN = 5
SMOKED_WITHIN_MIN = 5
LONGEST_MIN = max(
    MIGRATED_WITHIN_MIN + READY_WITHIN_MIN + READY_WITHIN_MIN,  # not ready, and taken back by Helm
    MIGRATED_WITHIN_MIN + READY_WITHIN_MIN + TESTED_WITHIN_MIN + SMOKED_WITHIN_MIN + READY_WITHIN_MIN,  # … and by us
)
"""Minutes after which a roll-out is over, whatever happens."""

CHARGED = frozenset({"dev", "staging"})
"""Environments whose payments are the sandbox's."""

Command = Sequence[str]
Run = Callable[[Command], int]
Ask = Callable[[Command], str]
"""What the command says. Raises CalledProcessError."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is rolled out, and by which URLs it is reached."""

    environment: str
    domain: str
    rest_url: str
    station_url: str

    @property
    def namespace(self) -> str:
        """As the chart's README names it."""
        return f"ev-platform-{self.environment}"


def target_of(environment: str, *, domain: str = "") -> Target:
    """What the environment's values say of it; the domain too, where none is given."""
    values = yaml.safe_load((ROOT / CHART / "environments" / f"{environment}.yaml").read_text())
    domain = domain or values["domain"]
    rest = "https" if values.get("certificates", {}).get("enabled", True) else "http"
    stations = "wss" if values.get("gateway", {}).get("tls", {}).get("enabled", True) else "ws"
    return Target(environment, domain, f"{rest}://app.{domain}", f"{stations}://ocpp.{domain}/ocpp")


def upgrade(target: Target, *, image: str, digest: str) -> Command:
    """Helm installs or upgrades, and takes it back where it does not become ready in time."""
    in_time = ["--atomic", "--timeout", f"{READY_WITHIN_MIN}m"]
    return [*_bring(target, image=image, digest=digest), *in_time, "--description", f"{BRINGS}{digest}"]


def mark(target: Target, *, image: str, digest: str) -> Command:
    """The same once more, which changes nothing but what the history says of it.

    Only that the Job of a first installation, which has migrated and is over, is cleared away, as by any upgrade.
    """
    return [*_bring(target, image=image, digest=digest), "--no-hooks", "--description", f"{WORKS}{digest}"]


def roll_back(target: Target, revision: str) -> Command:
    """Helm goes back to the revision."""
    return [*_helm("rollback", target), revision, "--wait", "--timeout", f"{READY_WITHIN_MIN}m"]


def checks(target: Target) -> Sequence[Command]:
    """What has to succeed afterwards, in this order."""
    python = [sys.executable, "-m"]
    test = [*_helm("test", target), "--timeout", f"{TESTED_WITHIN_MIN}m"]
    is_ready = [test, [*python, "chargeyard.probe", f"{target.rest_url}/api/openapi.json"]]
    smoke = [*python, "chargeyard", "smoke", "--rest", target.rest_url, "--stations", target.station_url]
    return [*is_ready, smoke] if target.environment in CHARGED else is_ready


def _bring(target: Target, *, image: str, digest: str) -> Command:
    settings = {"domain": target.domain, "image.repository": image, "image.digest": digest}
    return [
        *_helm("upgrade", target), str(CHART), "--install",
        "--history-max", REVISIONS_KEPT, "--values", str(CHART / "environments" / f"{target.environment}.yaml"),
        *[word for name, value in settings.items() for word in ("--set-string", f"{name}={value}")],
    ]  # fmt: skip


def _helm(verb: str, target: Target) -> list[str]:
    return ["helm", verb, RELEASE, "--namespace", target.namespace]


def roll_out(target: Target, run: Run, ask: Ask, *, image: str, digest: str) -> int:
    """0 where the image is there, works and is marked so; else the code of what failed: of the undoing, if that did."""
    if code := run(upgrade(target, image=image, digest=digest)):
        return code
    if code := _check(target, run):
        return _take_back(target, run, ask) or code
    if code := run(mark(target, image=image, digest=digest)):
        _say("it works, but is not marked so: nobody comes back to it without naming its revision")
        return code
    return 0


def go_back(target: Target, run: Run, ask: Ask, *, revision: str = "") -> int:
    """0 where the revision, or the newest that was good and runs another image, is there and works; else a code."""
    if not revision:
        history = History.read(ask(_history(target)))
        good = history.good(other_than=history.image)
        if good is None:
            _say("no revision before this one is known to be good and runs another image: name one (helm history)")
            return 1
        revision = str(good)
    return run(roll_back(target, revision)) or _check(target, run)


def _check(target: Target, run: Run) -> int:
    return next((code for check in checks(target) if (code := run(check))), 0)


def _take_back(target: Target, run: Run, ask: Ask) -> int:
    """0 unless it should be taken back and could not be."""
    good = History.read(ask(_history(target))).good()
    if good is None:
        _say("it does not work, and stays: no revision before it is known to be good")
        return 0
    if code := run(roll_back(target, str(good))):
        _say(f"it does not work, and could not be taken back to revision {good}: helm ended with {code}")
        return code
    _say(f"it does not work, and was taken back to revision {good}")
    return 0


def _history(target: Target) -> Command:
    return [*_helm("history", target), "--output", "json"]


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of what failed, or 0."""
    parser = argparse.ArgumentParser(
        prog="rollout", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", choices=["dev", "staging", "prod"])
    parser.add_argument("--image", default="", help="the image's repository, with its registry")
    parser.add_argument("--digest", default="", help="of the image, with sha256: in front")
    parser.add_argument("--back", action="store_true", help="go back, in place of an upgrade")
    parser.add_argument("--revision", default="", help="of Helm, to go back to (default: the last good one)")
    parser.add_argument("--domain", default="", help="where it is reached (default: of the environment's values)")
    options = parser.parse_args(argv)
    if options.back == bool(options.image or options.digest) or bool(options.image) != bool(options.digest):
        parser.error("either --image and --digest, or --back")
    target = target_of(options.environment, domain=options.domain)
    with tempfile.TemporaryDirectory(prefix="chargeyard-rollout-") as folder:
        environ = _environ(Path(folder))
        run, ask = partial(_run, environ=environ), partial(_ask, environ=environ)
        try:
            if options.back:
                return go_back(target, run, ask, revision=options.revision)
            return roll_out(target, run, ask, image=options.image, digest=options.digest)
        except subprocess.CalledProcessError as error:
            _say(f"{' '.join(error.cmd)} ended with {error.returncode}")
            return error.returncode


def _environ(folder: Path) -> Mapping[str, str]:
    """With the cluster's access as a file that only we can read, where a variable holds it as text."""
    environ = dict(os.environ)
    if text := environ.pop(KUBECONFIG_VARIABLE, ""):
        file = folder / "kubeconfig"
        file.touch(mode=0o600)
        file.write_text(text)
        environ["KUBECONFIG"] = str(file)
    return environ


def _run(command: Command, environ: Mapping[str, str]) -> int:
    print(f"==> {' '.join(command)}", flush=True)
    limit_s = None if command[0] == "helm" else 60 * SMOKED_WITHIN_MIN  # Helm has limits of its own
    try:
        return subprocess.call(command, cwd=ROOT, env=environ, timeout=limit_s)  # noqa: S603 # the words are ours
    except subprocess.TimeoutExpired:
        _say(f"not over within {limit_s} s")
        return 1


def _ask(command: Command, environ: Mapping[str, str]) -> str:
    print(f"==> {' '.join(command)}", flush=True)
    return subprocess.check_output(command, cwd=ROOT, env=environ, text=True)  # noqa: S603 # the words are ours


if __name__ == "__main__":
    sys.exit(main())
