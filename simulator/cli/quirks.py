"""`chargeyard fleet quirks`: what a virtual station can be made to do wrong, and which rule of ours forgives it.

A scenario gives quirks to its models by these names.
"""

import argparse

from simulator.quirks.library import ANY, ONLY_2, ONLY_16, QUIRKS, Quirk

_VERSIONS = {ANY: "all", ONLY_16: "1.6", ONLY_2: "2.x"}

EXAMPLES = """\
examples:
  chargeyard fleet quirks
  chargeyard fleet quirks | grep 1.6
"""


def add_arguments(_verb: argparse.ArgumentParser) -> None:
    """The verb has none."""


def run(_arguments: argparse.Namespace) -> int:
    """Always 0."""
    width = max(map(len, QUIRKS))
    for name, quirk in QUIRKS.items():
        print(f"{name:<{width}}  {_VERSIONS[quirk.versions]:<3}  {quirk.summary}{_rule(quirk)}")
    return 0


def _rule(quirk: Quirk) -> str:
    if quirk.forgiven_by is None:
        return ""
    return f" [{quirk.forgiven_by}{', where pinned' if quirk.is_pinned else ''}]"
