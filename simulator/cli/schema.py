"""`chargeyard fleet schema`: the JSON schema of scenario files, for an editor that checks and completes them."""

import argparse

from simulator.scenarios.schema import make_schema

EXAMPLES = """\
examples:
  chargeyard fleet schema > scenario.schema.json

With `# yaml-language-server: $schema=scenario.schema.json` as its first line, many editors check a scenario.
"""


def add_arguments(_verb: argparse.ArgumentParser) -> None:
    """The verb has none."""


def run(_arguments: argparse.Namespace) -> int:
    """Always 0."""
    print(make_schema(), end="")
    return 0
