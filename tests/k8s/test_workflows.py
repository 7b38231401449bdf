"""Workflows are what they should be, and what is wrong with one is found: by schema, by zizmor, by rules of our own."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import dev
from chargeyard.version import current_version
from k8s.delivery import __main__ as delivery
from k8s.delivery.workflows import FOLDER, PAGE, find_faults, read_texts, workflows_of

TEXTS = read_texts()
PAGE_TEXT = PAGE.read_text()
CI, IMAGE, DEPLOY, NIGHTLY = (f".github/workflows/{name}.yml" for name in ("ci", "image", "deploy", "nightly"))
IN_TURN = {"cancel-in-progress": False, "queue": "max"}
BACK_APPROVAL = "${{ inputs.environment == 'dev' && 'dev' || format('{0}-approval', inputs.environment) }}"
PREPARE, ROLL_OUT = (f".github/actions/{name}/action.yml" for name in ("prepare", "roll-out"))


def test_all_hold_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(find_faults(TEXTS, page=PAGE_TEXT)) == []
    assert delivery.main() == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (PREPARE, "@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "@v6", "checkout@v6 is not pinned"),
        (PREPARE, "ce83dd # v6.0.2", "ce83dd # v6", "does not say of which version"),
        (PREPARE, "ce83dd # v6.0.2", "ce83dd", "does not say of which version"),
        (PREPARE, "checkout@de0fac2e", "checkout@ae0fac2e", "actions/checkout is pinned in 2 ways"),
        (CI, "$/.github/actions/prepare", "$/.github/actions/prepared", "there is no .github/actions/prepared"),
        (DEPLOY, "$/.github/workflows/image.yml", "$/.github/workflows/i.yml", "there is no .github/workflows/i.yml"),
        (CI, "permissions: {}", "permissions: write-all", "`permissions: {}` by itself"),
        (CI, "    permissions:\n      contents: read\n", "", "does not say what it may do"),
        (CI, "      contents: read\n", "      contents: write\n", "ci.yml checks may contents: write"),
        (NIGHTLY, "actions: read", "actions: write", "nightly.yml benchmarks may actions: write"),
        (IMAGE, "id-token: write", "id-token: read", "image.yml publish may id-token: read, packages: write"),
        (CI, "dev.py check\n", "dev.py czech\n", "dev.py has no verb czech"),
        (CI, "dev.py check chart", "dev.py check charts", "dev.py has no check charts"),
        (CI, "tests/web\n", "tests/webs\n", "there is no tests/webs"),
        (DEPLOY, "environments/dev.yaml", "environments/developer.yaml", "k8s/chart/environments/developer.yaml"),
        (NIGHTLY, "test_two_nodes.py", "test_three_nodes.py", "there is no test_three_nodes.py"),
        (NIGHTLY, "loadtest.bench.compare", "loadtest.bench.compared", "there is no module loadtest.bench.compared"),
        (DEPLOY, "secrets.KUBECONFIG", "secrets.CLUSTER", "does not list the secret CLUSTER"),
        (DEPLOY, "{{ vars.CNPG_CHART", "{{ vars.CNPG", "releasing.md lists the variable CNPG_CHART: nobody needs it"),
        (DEPLOY, "environment: prod\n", "environment: production\n", "does not list the environment production"),
        (DEPLOY, "name: prod-approval", "name: prod-consent", "does not list the environment prod-consent"),
        (NIGHTLY, "    shell: bash", "    shell: sh", "in a pipe that fails is hidden"),
    ],
)
def test_mutation_is_found_by_our_rules(file: str, before: str, after: str, said: str) -> None:
    assert before in TEXTS[file]

    faults = list(find_faults({**TEXTS, file: TEXTS[file].replace(before, after, 1)}, page=PAGE_TEXT))

    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("| `REGISTRY` | variable |", "| `THE_REGISTRY` | variable |", "does not list the variable REGISTRY"),
        ("| `nightly.yml` | `benchmarks` |", "| `nightly.yml` | `fuzz` |", "nightly.yml benchmarks may actions: read"),
    ],
)
def test_page_that_says_otherwise_is_found(before: str, after: str, said: str) -> None:
    assert before in PAGE_TEXT

    faults = list(find_faults(TEXTS, page=PAGE_TEXT.replace(before, after)))

    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (CI, "runs-on: ubuntu-24.04", "run-on: ubuntu-24.04", "is not valid under any of the given schemas"),
        (CI, "    timeout-minutes: 20\n", "", "timeout-minutes"),
        (PREPARE, "using: composite", "using: composed", "Schema validation errors"),
        (PREPARE, "persist-credentials: false", "persist-credentials: true", "artipacked"),
        (DEPLOY, '"$CNPG_CHART"', '"${{ github.head_ref }}"', "template-injection"),
        (CI, "  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        (".github/dependabot.yml", "interval: weekly", "interval: sometimes", "Schema validation errors"),
    ],
)
def test_mutation_is_found_by_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, before: str, after: str, said: str
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / ".github")
    mutated = tmp_path / file
    assert before in mutated.read_text()
    mutated.write_text(mutated.read_text().replace(before, after))

    assert delivery.main(folder=folder) == 1
    assert said in capsys.readouterr().err


def test_every_python_that_the_project_runs_on_is_tested() -> None:
    matrix = workflows_of(TEXTS)[CI]["jobs"]["tests"]["strategy"]["matrix"]

    assert matrix["python"] == [f"{major}.{minor}" for major, minor in dev.SUPPORTED_PYTHONS]


def ancestors(jobs: Mapping[str, Any], name: str) -> set[str]:
    needs = jobs[name].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*(ancestors(jobs, one) for one in direct))


def test_nothing_is_rolled_out_that_was_not_checked_proven_and_met_before() -> None:
    jobs = workflows_of(TEXTS)[DEPLOY]["jobs"]

    assert {"checked", "image", "compose", "chart"} <= ancestors(jobs, "publish")
    assert jobs["publish"]["if"] == "github.event_name == 'push'"
    assert ancestors(jobs, "prod") >= {"publish", "dev", "staging"}
    assert jobs["prod"]["if"] == jobs["prod-approval"]["if"] == "startsWith(github.ref, 'refs/tags/v')"
    assert ancestors(jobs, "release") >= {"prod"}
    for environment in ("dev", "staging", "prod"):
        job = jobs[environment]
        assert job["environment"] == job["steps"][0]["with"]["environment"] == environment
        assert job["concurrency"] == {"group": f"roll-out-{environment}", **IN_TURN}


def test_nothing_waits_for_what_waits_for_an_approval() -> None:
    workflow = workflows_of(TEXTS)[DEPLOY]
    jobs = workflow["jobs"]

    assert workflow["concurrency"]["group"].endswith("== 'pull_request' && github.ref || github.run_id }}")
    for name, environment in (("staging", "staging-approval"), ("prod", "prod-approval"), ("back", BACK_APPROVAL)):
        approval = jobs[f"{name}-approval"]
        assert approval["environment"] == {"name": environment, "deployment": False}
        assert f"{name}-approval" in ancestors(jobs, name)
        assert "concurrency" not in approval
    assert jobs["back"]["concurrency"] == {"group": "roll-out-${{ inputs.environment }}", **IN_TURN}


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    return subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_tag_beside_main_is_not_published(tmp_path: Path) -> None:
    (step,) = (step for step in workflows_of(TEXTS)[IMAGE]["jobs"]["build"]["steps"] if "lies on main" in str(step))
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "reviewed")
    reviewed = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "later")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "beside it")

    def publish(commit: str) -> subprocess.CompletedProcess[str]:
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(dev.REPOSITORY),
            "GITHUB_REF": f"refs/tags/v{current_version()}",
            "GITHUB_SHA": commit,
        }
        command = ["bash", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)

    assert publish(reviewed).returncode == 0
    assert publish(git(tmp_path, "rev-parse", "HEAD")).returncode == 1
    assert "does not lie on main" in publish(git(tmp_path, "rev-parse", "HEAD")).stdout


def test_signature_is_verified_before_anything_is_rolled_out() -> None:
    runs = [step.get("run", "") for step in yaml.safe_load(TEXTS[ROLL_OUT])["runs"]["steps"]]
    verifies, rolls_out = (
        next(n for n, run in enumerate(runs) if what in run) for what in ("cosign verify", "rollout")
    )

    assert verifies < rolls_out
    assert "/.github/workflows/image.yml@${{ github.ref }}" in TEXTS[ROLL_OUT]


def scripts() -> Iterator[tuple[str, str]]:
    for file, text in TEXTS.items():
        content = yaml.safe_load(text)
        parts = {**content.get("jobs", {}), "runs": content.get("runs", {})}
        for part, one in parts.items():
            for number, step in enumerate(one.get("steps", [])):
                if "run" in step:
                    yield f"{Path(file).parent.name}/{Path(file).name} {part} {number}", step["run"]


@pytest.mark.parametrize(("place", "script"), list(scripts()))
def test_script_is_one_that_bash_can_read(place: str, script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, ""), place


DOCKER = """#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in *inspect*) echo '{"digest": "sha256:both"}' ;; esac
"""


@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq here, as there is on GitHub's machines")
@pytest.mark.parametrize(
    ("ref", "tags"),
    [
        (f"refs/tags/v{current_version()}", [current_version(), current_version().rpartition(".")[0]]),
        ("refs/heads/main", [f"{current_version()}-main.0123456789ab", "main"]),
    ],
)
def test_index_of_both_architectures_is_published_by_the_versions_tags(
    tmp_path: Path, ref: str, tags: list[str]
) -> None:
    (script,) = (step["run"] for step in workflows_of(TEXTS)[IMAGE]["jobs"]["publish"]["steps"] if "id" in step)
    docker = tmp_path / "docker"
    docker.write_text(DOCKER)
    docker.chmod(stat.S_IRWXU)
    (tmp_path / "digests").mkdir()
    for architecture in ("amd64", "arm64"):
        (tmp_path / "digests" / f"digest-{architecture}").write_text(f"sha256:{architecture}\n")
    environ = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(dev.REPOSITORY),
        "LOG": str(tmp_path / "log"),
        "REGISTRY": "registry.example.com",
        "GITHUB_REPOSITORY": "Some/Project",
        "GITHUB_REF": ref,
        "GITHUB_SHA": "0123456789abcdef",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }

    subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=environ, check=True)

    image = "registry.example.com/some/project"
    created = (tmp_path / "log").read_text().splitlines()[0].split()
    assert created[3:] == [
        *(f"--tag={image}:{tag}" for tag in tags), f"{image}@sha256:amd64", f"{image}@sha256:arm64"
    ]  # fmt: skip
    assert (tmp_path / "output").read_text() == f"image={image}\ndigest=sha256:both\n"
