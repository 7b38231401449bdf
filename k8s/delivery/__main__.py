"""python -m k8s.delivery: the workflows, their actions and the changelog are what they should be; 1 where they are not.

By the schemas of GitHub's files, by zizmor without a network, and by rules of our own.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from chargeyard.version import current_version
from k8s.delivery.changelog import CHANGELOG, find_faults as find_faults_of_changelog
from k8s.delivery.workflows import FOLDER, PAGE, ROOT, find_faults, read_texts

SCHEMAS = {
    "workflows/*.yml": ("vendor.github-workflows", "custom.github-workflows-require-timeout"),
    "actions/*/action.yml": ("vendor.github-actions",),
    "dependabot.yml": ("vendor.dependabot",),
}
# The strictest: what it says is false here is better said to it, in the file, than not heard.
ZIZMOR = ["zizmor", "--offline", "--no-progress", "--quiet", "--persona", "auditor", "--strict-collection"]


def main(*, folder: Path = FOLDER, page: Path = PAGE) -> int:
    """0 where nothing is wrong, 1 with a line or more for each fault."""
    faults = [*_said_by_programs(folder), *find_faults(read_texts(folder), page=page.read_text("utf-8"))]
    changelog = find_faults_of_changelog(CHANGELOG.read_text("utf-8"), version=current_version())
    faults += [f"{CHANGELOG.name}: {fault}" for fault in changelog]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def _said_by_programs(folder: Path) -> Iterator[str]:
    for pattern, schemas in SCHEMAS.items():
        files = [str(path) for path in sorted(folder.glob(pattern))]
        for schema in schemas:
            yield from _said_by("check-jsonschema", "--builtin-schema", schema, *files)
    yield from _said_by(*ZIZMOR, "--collect=all", str(folder))


def _said_by(program: str, *arguments: str) -> Iterator[str]:
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 # words of ours
    if done.returncode != 0:
        yield (done.stdout + done.stderr).rstrip()


if __name__ == "__main__":
    sys.exit(main())
