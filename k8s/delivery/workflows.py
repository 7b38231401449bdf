"""What has to hold of `.github` that neither its schemas nor zizmor know, by the text of its files.

1. An action of others is pinned by the commit of a version that the comment names, the same one everywhere; one of ours
   is there, by `$/`, which needs no checkout.
2. No workflow may do anything by itself. A job may read the repository; what it may do beyond is a row of the page.
3. Every command of `dev.py`, every module and every path that a file names is there.
4. Secrets, variables and environments are those of the page, and no others.
5. A command in a pipe that fails is not hidden: `bash` is named, which then has pipefail.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

import dev

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github"
PAGE = ROOT / "docs" / "guide" / "releasing.md"

Texts = Mapping[str, str]
"""The files of `.github` by their paths from the root."""
Workflow = Mapping[Any, Any]  # Any: YAML, whose `on` is a truth

_USES = re.compile(r"uses: *(?P<action>\S+)(?: +# (?P<version>\S+))?")
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
_VERSION = re.compile(r"v\d+\.\d+\.\d+")
_OF_OURS = "$/"
_DEV = re.compile(r"python3 dev\.py +(?P<verb>[\w-]+)(?P<rest>[^\n|>;&]*)")
_MODULE = re.compile(r"python3? -m +(?P<module>[\w.]+)")
_PATH = re.compile(r"(?<![\w$.{-])/?(?P<path>(?:[a-z]\w*|\.github|\.ci)/[\w./-]*[\w-])")
_TEST_FILE = re.compile(r"\btest_\w+\.py\b")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
_NEEDED = re.compile(r"\b(?P<kind>secrets|vars)\.(?P<name>\w+)")
_ROW = re.compile(r"(?m)^\| `(?P<name>[\w.-]+)` \| (?P<kind>secret|variable|environment) \|")
_PERMISSION_ROW = re.compile(r"(?m)^\| `(?P<file>[\w.-]+)` \| `(?P<job>[\w-]+)` \| (?P<scopes>[^|]+) \|")
_KINDS = {"secrets": "secret", "vars": "variable"}
_READS = {"contents": "read"}


def read_texts(folder: Path = FOLDER) -> Texts:
    """Everything of `.github` that is YAML."""
    return {path.relative_to(folder.parent).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.yml")}


def find_faults(texts: Texts, *, page: str) -> Iterator[str]:
    """A sentence for each rule that a file breaks."""
    yield from _faults_of_pins(texts)
    yield from _faults_of_permissions(texts, page)
    yield from _faults_of_needs(texts, page)
    for file, text in texts.items():
        yield from (f"{file}: {fault}" for fault in (*_faults_of_names(text), *_faults_of_shell(text)))


def workflows_of(texts: Texts) -> Mapping[str, Workflow]:
    """The workflows among them, by their paths."""
    return {file: yaml.safe_load(text) for file, text in texts.items() if file.startswith(".github/workflows/")}


def _faults_of_pins(texts: Texts) -> Iterator[str]:
    pins: Mapping[str, set[str]] = defaultdict(set)
    for file, text in texts.items():
        for found in _USES.finditer(text):
            action, version = found["action"], found["version"] or ""
            if action.startswith(_OF_OURS):
                path = action.removeprefix(_OF_OURS)
                if not {path, f"{path}/action.yml"} & texts.keys():
                    yield f"{file}: there is no {path}"
            elif not _PINNED.fullmatch(action):
                yield f"{file}: {action} is not pinned by the whole hash of a commit"
            elif not _VERSION.fullmatch(version):
                yield f"{file}: {action} does not say of which version that is: `# v1.2.3`"
            else:
                pins[action.partition("@")[0]].add(action.partition("@")[2])
    yield from (f"{action} is pinned in {len(found)} ways" for action, found in pins.items() if len(found) > 1)


def _faults_of_permissions(texts: Texts, page: str) -> Iterator[str]:
    allowed = {(row["file"], row["job"]): _scopes(row["scopes"]) for row in _PERMISSION_ROW.finditer(page)}
    used = {}
    for file, workflow in workflows_of(texts).items():
        if workflow.get("permissions") != {}:
            yield f"{file}: what it may do is said by its jobs, and `permissions: {{}}` by itself"
        for name, job in workflow["jobs"].items():
            permissions = job.get("permissions")
            if not isinstance(permissions, dict):
                yield f"{file}: {name} does not say what it may do, scope by scope"
            elif permissions != _READS:
                used[Path(file).name, name] = set(permissions.items()) - set(_READS.items())
    for place in sorted(used.keys() | allowed.keys()):
        if used.get(place) != allowed.get(place):
            yield f"{' '.join(place)} may {_said(used.get(place))}; {PAGE.name} says: {_said(allowed.get(place))}"


def _scopes(cell: str) -> set[tuple[str, str]]:
    return {(scope, level) for scope, level in re.findall(r"`([\w-]+): (\w+)`", cell)}


def _said(scopes: set[tuple[str, str]] | None) -> str:
    return ", ".join(sorted(f"{scope}: {level}" for scope, level in scopes or ())) or "read the repository alone"


def _faults_of_needs(texts: Texts, page: str) -> Iterator[str]:
    documented = {(row["kind"], row["name"]) for row in _ROW.finditer(page)}
    expressions = " ".join(found for text in texts.values() for found in _EXPRESSION.findall(text))
    needed = {(_KINDS[found["kind"]], found["name"]) for found in _NEEDED.finditer(expressions)}
    needed |= {("environment", name) for workflow in workflows_of(texts).values() for name in _environments(workflow)}
    yield from (f"{PAGE.name} does not list the {kind} {name}" for kind, name in sorted(needed - documented))
    yield from (f"{PAGE.name} lists the {kind} {name}: nobody needs it" for kind, name in sorted(documented - needed))


def _environments(workflow: Workflow) -> Iterator[str]:
    for job in workflow["jobs"].values():
        environment = job.get("environment", "")
        name = environment["name"] if isinstance(environment, dict) else environment
        if name and "${{" not in name:
            yield name


def _faults_of_names(text: str) -> Iterator[str]:
    verbs = {verb.name for verb in dev.VERBS}
    for found in _DEV.finditer(text):
        if found["verb"] not in verbs:
            yield f"dev.py has no verb {found['verb']}"
        if found["verb"] == "check":
            yield from (f"dev.py has no check {name}" for name in found["rest"].split() if name not in dev.CHECKS)
    for found in _MODULE.finditer(text):
        path = ROOT / found["module"].replace(".", "/")
        if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists()):
            yield f"there is no module {found['module']}"
    at_root = {path.name for path in ROOT.iterdir() if path.is_dir()}
    for found in _PATH.finditer(text):
        if found["path"].partition("/")[0] in at_root and not (ROOT / found["path"]).exists():
            yield f"there is no {found['path']}"
    tests = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    yield from (f"there is no {name}" for name in _TEST_FILE.findall(text) if name not in tests)


def _faults_of_shell(text: str) -> Iterator[str]:
    content = yaml.safe_load(text)
    steps = [step for job in content.get("jobs", {}).values() for step in job.get("steps", [])]
    shell = content.get("defaults", {}).get("run", {}).get("shell")
    if any("run" in step for step in steps) and shell != "bash":
        yield "a command in a pipe that fails is hidden: `defaults.run.shell` has to be bash"
