"""The JSON schema of scenario files, for editors that complete and check YAML as it is written.

python -m simulator.scenarios.schema            write docs/generated/scenario.schema.json
python -m simulator.scenarios.schema --check    exit 1 when it is not what would be written
"""

import sys
from pathlib import Path
from typing import Any

import msgspec

from simulator.scenarios.model import Scenario
from simulator.scenarios.quantities import describe_quantity

FILE = Path(__file__).parents[2] / "docs" / "generated" / "scenario.schema.json"


def make_schema() -> str:
    """The schema as JSON text."""
    (_, components) = msgspec.json.schema_components(
        [Scenario], schema_hook=describe_quantity, ref_template="#/$defs/{name}"
    )
    root: dict[str, Any] = components.pop(Scenario.__name__)  # Any: JSON
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "$defs": components}
    return msgspec.json.format(msgspec.json.encode(schema, order="deterministic"), indent=2).decode() + "\n"


def main(arguments: list[str]) -> int:
    """Write the schema, or with `--check` only compare it; 1 where it is stale."""
    schema = make_schema()
    if arguments == ["--check"]:
        return 0 if FILE.exists() and FILE.read_text("utf-8") == schema else 1
    FILE.write_text(schema, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
