"""Which tags the image of a commit has: `python3 -m k8s.delivery.tags refs/tags/v1.2.3 <commit>`.

| Of | Tags |
|---|---|
| the tag `v1.2.3` | `1.2.3`, `1.2` |
| `main` | `1.2.3-main.<commit>`, `main` |
| anything else | none: it is not published |

1.2.3 is the project's version: a Git tag of another one is refused. Standard library only.
"""

import sys
from collections.abc import Sequence

from chargeyard.version import current_version

_MAIN = "refs/heads/main"
_TAG = "refs/tags/v"
_COMMIT_CHARACTERS = 12


class NotPublished(Exception):
    """No image is published of this; says why."""


def tags_of(ref: str, commit: str, *, version: str) -> Sequence[str]:
    """The tags, the one that never moves first. Raises NotPublished."""
    if ref == _MAIN:
        return [f"{version}-main.{commit[:_COMMIT_CHARACTERS]}", "main"]
    if not ref.startswith(_TAG):
        raise NotPublished(f"{ref} is neither main nor the tag of a version")
    if ref != _TAG + version:
        raise NotPublished(f"{ref} is tagged, and pyproject.toml says {version}")
    return [version, version.rpartition(".")[0]]


def main(arguments: Sequence[str]) -> int:
    """0 and a line for each tag; 1 where nothing is published."""
    ref, commit = arguments
    try:
        print("\n".join(tags_of(ref, commit, version=current_version())))
    except NotPublished as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
