"""Of how many processes a platform on one machine consists."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backoffice.kit.share import Share
from chargeyard.paths import PATHS_OF_SERVICE

_MOST_GATEWAYS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the back office: these services of it, or all where none is named, and its share of their work."""

    name: str
    services: Sequence[str] = ()
    share: Share = Share.ALL


@dataclass(frozen=True, slots=True)
class Shape:
    """The gateways, and the parts of the back office, of which the first answers REST.

    `is_apart`: as in a cluster, each part has the database role and the NATS user of its one service.
    """

    gateways: int
    parts: Sequence[Part]
    is_apart: bool = False

    @property
    def has_front(self) -> bool:
        """Whether something stands before gateways and parts, and gives each request to whom it belongs."""
        return self.is_apart or self.gateways > 1


SHAPES: Mapping[str, Shape] = {
    "whole": Shape(1, [Part("backoffice")]),
    "split": Shape(1, [Part("backoffice", share=Share.REQUESTS), Part("backoffice-events", share=Share.EVENTS)]),
    "apart": Shape(2, [Part(service, [service]) for service in PATHS_OF_SERVICE], is_apart=True),
}


def shape_of(name: str, *, gateways: int | None = None) -> Shape:
    """The shape of this name, with so many gateways instead of its own."""
    shape = SHAPES[name]
    return shape if gateways is None else replace(shape, gateways=gateways)


def add_shape_options(parser: argparse.ArgumentParser) -> None:
    """`shape` of what is parsed is a name of SHAPES, `gateways` a number or None."""
    parser.set_defaults(shape="whole")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--split",
        action="store_const",
        dest="shape",
        const="split",
        help="the back office in two processes, for load: answers, and streams",
    )
    choice.add_argument(
        "--apart",
        action="store_const",
        dest="shape",
        const="apart",
        help="two gateways and a process for each service, with users of their own at PostgreSQL and NATS",
    )
    parser.add_argument(
        "--gateways",
        type=_gateway_count,
        metavar="N",
        help="so many gateway nodes, behind one port for stations (default: 1, and 2 with --apart)",
    )


def _gateway_count(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= _MOST_GATEWAYS):
        raise argparse.ArgumentTypeError(f"{text} is no number of gateways: 1 to {_MOST_GATEWAYS}")
    return int(text)
