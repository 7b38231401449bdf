"""From a commit to what runs: the changelog's form, the image's tags, and the commands of a roll-out."""

import json
import os
import re
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from chargeyard.version import current_version
from k8s.check.__main__ import CHART_FILE, chart_file
from k8s.check.rendering import environments, namespace_of
from k8s.delivery import changelog, rollout, tags
from k8s.delivery.changelog import CHANGELOG, find_faults, notes_of
from k8s.delivery.revisions import BRINGS, WORKS, History
from k8s.delivery.rollout import Command, go_back, roll_out, target_of, upgrade
from k8s.delivery.tags import NotPublished, tags_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"
DIGEST = f"sha256:{'5' * 64}"
GOOD = """# Changelog

## [Unreleased]

## [1.10.0] - 2026-02-01

### Fixed

- This.

## [1.9.0] - 2026-01-01

### Added

- That.
"""


def test_changelog_is_in_form_and_its_newest_version_is_the_projects() -> None:
    assert list(find_faults(CHANGELOG.read_text(), version=current_version())) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("# Changelog\n", "# Changes\n", "it does not begin with"),
        ("## [Unreleased]\n\n", "", "its first section is not"),
        ("## [1.10.0] - 2026-02-01", "## 1.10.0", "1.10.0 has no day"),
        ("[1.10.0]", "[1.10]", "1.10 is no semantic version"),
        ("[1.10.0]", "[1.8.0]", "1.8.0 of 2026-02-01 stands above 1.9.0"),
        ("2026-02-01", "2025-02-01", "1.10.0 of 2025-02-01 stands above 1.9.0"),
        ("### Fixed", "### Mended", "1.10.0 has Mended"),
        ("### Fixed\n\n- This.\n\n", "", "1.10.0 says nothing"),
        ("[1.10.0]", "[1.11.0]", "its newest version is 1.11.0, and pyproject.toml says 1.10.0"),
    ],
)
def test_fault_of_the_changelog_is_said(before: str, after: str, said: str) -> None:
    assert list(find_faults(GOOD, version="1.10.0")) == []
    assert before in GOOD

    faults = find_faults(GOOD.replace(before, after), version="1.10.0")

    assert any(fault.startswith(said) for fault in faults)


def test_notes_are_those_of_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert notes_of(GOOD, "1.9.0") == "### Added\n\n- That."
    assert changelog.main([]) == 0
    assert "### Added" in capsys.readouterr().out
    assert changelog.main(["0.0.7"]) == 1


def test_chart_has_the_projects_version_twice() -> None:
    made = chart_file(CHART_FILE.read_text(), version="7.8.9")

    assert CHART_FILE.read_text() == chart_file(made, version=current_version())
    assert re.findall(r"(?m)^(?:v|appV)ersion: (.*)$", made) == ["7.8.9", '"7.8.9"']


@pytest.mark.parametrize(
    ("ref", "wanted"),
    [
        ("refs/tags/v1.2.3", ["1.2.3", "1.2"]),
        ("refs/heads/main", ["1.2.3-main.0123456789ab", "main"]),
    ],
)
def test_image_has_tags_of_the_version(ref: str, wanted: Sequence[str]) -> None:
    assert tags_of(ref, COMMIT, version="1.2.3") == wanted


@pytest.mark.parametrize("ref", ["refs/tags/v1.2.4", "refs/tags/1.2.3", "refs/heads/other", "refs/pull/7/merge"])
def test_what_is_neither_main_nor_this_version_is_not_published(ref: str) -> None:
    with pytest.raises(NotPublished):
        tags_of(ref, COMMIT, version="1.2.3")
    assert tags.main([ref, COMMIT]) == 1


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_roll_out_goes_to_the_environments_namespace_with_its_values(environment: str) -> None:
    target = target_of(environment, domain="example.org")

    command = upgrade(target, image="registry.example.org/chargeyard", digest=DIGEST)

    assert environment in environments()
    assert command[:5] == ["helm", "upgrade", "chargeyard", "--namespace", namespace_of(environment)]
    assert {"--atomic", f"image.digest={DIGEST}", "domain=example.org"} <= set(command)
    assert (rollout.ROOT / command[command.index("--values") + 1]).exists()


def test_urls_are_those_that_the_environments_values_make() -> None:
    assert target_of("dev").station_url == "ws://ocpp.dev.chargeyard.example.com/ocpp"
    assert target_of("prod").rest_url == "https://app.chargeyard.example.com"
    assert target_of("prod", domain="example.org").station_url == "wss://ocpp.example.org/ocpp"


@pytest.mark.parametrize(("environment", "is_charged"), [("dev", True), ("staging", True), ("prod", False)])
def test_nobody_charges_for_a_test_where_money_is_real(environment: str, is_charged: bool) -> None:
    commands = rollout.checks(target_of(environment))

    assert commands[0][:2] == ["helm", "test"]
    assert any("smoke" in command for command in commands) is is_charged


def history(*descriptions: str) -> str:
    return json.dumps([{"revision": n, "description": said} for n, said in enumerate(descriptions, start=1)])


A, B = [BRINGS + "a", WORKS + "a"], [BRINGS + "b", WORKS + "b"]


@dataclass
class Cluster:
    """Runs commands by their names, of which some fail; its history is what it is told."""

    failing: Sequence[str] = ()
    said: str = "[]"
    ran: list[str] = field(default_factory=list)

    def run(self, command: Command) -> int:
        names = ("upgrade", "test", "chargeyard.probe", "smoke", "rollback")
        name = next(word for word in command if word in names)
        if name == "rollback":
            name += f" {command[5]}"
        self.ran.append("mark" if "--no-hooks" in command else name)
        return 3 + self.failing.index(self.ran[-1]) if self.ran[-1] in self.failing else 0

    def ask(self, command: Command) -> str:
        assert command[1] == "history"
        return self.said


@pytest.mark.parametrize(
    ("failing", "before", "wanted", "code", "said"),
    [
        ([], A, ["upgrade", "test", "chargeyard.probe", "smoke", "mark"], 0, ""),
        (["upgrade"], A, ["upgrade"], 3, ""),
        (["test"], A, ["upgrade", "test", "rollback 2"], 3, "was taken back to revision 2"),
        (
            ["smoke"],
            A,
            ["upgrade", "test", "chargeyard.probe", "smoke", "rollback 2"],
            3,
            "was taken back to revision 2",
        ),
        (["test"], [], ["upgrade", "test"], 3, "stays: no revision before it is known to be good"),
        (["test", "rollback 2"], A, ["upgrade", "test", "rollback 2"], 4, "could not be taken back to revision 2"),
        (["mark"], A, ["upgrade", "test", "chargeyard.probe", "smoke", "mark"], 3, "is not marked"),
    ],
)
def test_what_works_is_marked_and_what_does_not_is_taken_back(
    failing: Sequence[str],
    before: Sequence[str],
    wanted: Sequence[str],
    code: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cluster = Cluster(failing, history(*before, BRINGS + "b"))

    assert roll_out(target_of("staging"), cluster.run, cluster.ask, image="i", digest="b") == code

    assert cluster.ran == wanted
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("revisions", "wanted"),
    [
        ([*A, *B], 2),
        ([*A, *B, *B], 2),
        ([*A, BRINGS + "b", "Rollback to 2"], None),
        ([*A, *B, "Rollback to 2"], None),
        ([*A, *B, BRINGS + "c", "Rollback to 4"], 2),
        ([*A, *B, "Rollback to 2", BRINGS + "c", WORKS + "c"], 2),
        ([*A, *B, 'Upgrade "chargeyard" failed: not ready'], 4),
        ([*A, *B, "Upgrade complete"], 4),
        (["Install complete", "Upgrade complete"], None),
        (A, None),
    ],
)
def test_back_is_to_the_newest_good_revision_of_another_image_that_was_not_left_behind(
    revisions: Sequence[str], wanted: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = Cluster(said=history(*revisions))

    code = go_back(target_of("prod"), cluster.run, cluster.ask)

    assert cluster.ran == ([f"rollback {wanted}", "test", "chargeyard.probe"] if wanted else [])
    assert (code, "no revision before this one" in capsys.readouterr().err) == ((0, False) if wanted else (1, True))


def test_history_that_helm_has_in_another_order_is_the_same() -> None:
    rows = json.loads(history(*A, *B))

    assert History.read(json.dumps(rows[::-1])).good(other_than="b") == 2


def test_revision_to_go_back_to_may_be_named_and_has_to_work() -> None:
    cluster = Cluster(failing=["test"], said="helm is not asked")

    assert go_back(target_of("prod"), cluster.run, cluster.ask, revision="41") == 3
    assert cluster.ran == ["rollback 41", "test"]


def test_what_marks_a_revision_brings_the_same_and_runs_nothing() -> None:
    target = target_of("prod")
    brought, marked = (made(target, image="i", digest=DIGEST) for made in (upgrade, rollout.mark))

    at = brought.index("--atomic")
    assert marked[:at] == brought[:at]
    assert marked[at:] == ["--no-hooks", "--description", f"works: {DIGEST}"]


def test_job_lasts_as_long_as_everything_that_may_happen_in_it() -> None:
    chart = yaml.safe_load((rollout.ROOT / rollout.CHART / "values.yaml").read_text())
    jobs = yaml.safe_load((rollout.ROOT / ".github" / "workflows" / "deploy.yml").read_text())["jobs"]
    prepared_within_min = 15

    assert chart["migrate"]["deadlineSeconds"] == 60 * rollout.MIGRATED_WITHIN_MIN
    for job in ("dev", "staging", "prod", "back"):
        assert jobs[job]["timeout-minutes"] >= rollout.LONGEST_MIN + prepared_within_min


HELM = """#!{python}
import os, pathlib, sys
config = pathlib.Path(os.environ["KUBECONFIG"])
log = pathlib.Path({log!r})
log.write_text(f"{{config.read_text()}} {{oct(config.stat().st_mode)[-3:]}} {{' '.join(sys.argv[1:])}}")
if sys.argv[1] == "history":
    print('[{{"revision": 1, "description": "works: a"}}, {{"revision": 2, "description": "works: b"}}]')
    sys.exit(0 if log.with_name("has_history").exists() else 9)
sys.exit(7 if "KUBECONFIG_TEXT" not in os.environ else 8)
"""


def test_access_to_the_cluster_is_a_file_for_us_alone_while_it_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    helm = tmp_path / "helm"
    helm.write_text(HELM.format(python=sys.executable, log=str(log)))
    helm.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv(rollout.KUBECONFIG_VARIABLE, "secret access")

    code = rollout.main(["prod", "--back", "--revision", "41"])

    assert code == 7
    assert log.read_text().startswith("secret access 600 rollback chargeyard --namespace ev-platform-prod 41 ")
    assert rollout.main(["prod", "--back"]) == 9
    assert "helm history chargeyard --namespace ev-platform-prod --output json ended" in capsys.readouterr().err
    (tmp_path / "has_history").touch()
    assert rollout.main(["prod", "--back"]) == 7
    assert log.read_text().startswith("secret access 600 rollback chargeyard --namespace ev-platform-prod 1 ")


@pytest.mark.parametrize("arguments", [[], ["--image", "i"], ["--back", "--image", "i", "--digest", DIGEST]])
def test_roll_out_is_told_either_an_image_or_to_go_back(arguments: Sequence[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        rollout.main(["dev", *arguments])

    assert caught.value.code == 2
