"""What one charge caused, from the station's frame to the receipt: printed as a tree with times."""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from chargeyard.errors import ChargeyardError
from chargeyard.reset import DATA_DIR
from chargeyard.trace_store import KeptSpan, TraceStore

TRACES = "traces"
_MS = 1_000_000

_EPILOG = """examples:
  python3 dev.py run trace 1ac9a09c-7a33-5be2-9a0e-2a6f4e6bd0c1
  python3 dev.py run trace 1ac9a09c-7a33-5be2-9a0e-2a6f4e6bd0c1 --data .chargeyard

The id of a session is in its page, in `GET /api/v1/sessions`, and in the id of a line of `smoke`. `up` keeps what every
start and end of a charge caused; on a platform with a collector of traces, look there.
"""


class NoTrace(ChargeyardError):
    """Nothing of the session is kept."""

    def __init__(self, session_id: str, folder: Path) -> None:
        super().__init__(
            f"nothing that session {session_id} caused is kept in {folder}: `up` keeps traces while its fleet runs,"
            " the last 50 to 100 MB of them, and a span appears some seconds after what it tells of"
        )


def main(argv: Sequence[str]) -> int:
    """0; NoTrace where there is nothing to print."""
    parser = argparse.ArgumentParser(
        prog="chargeyard trace",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("session", help="the id of a charging session")
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder of `up` (default: %(default)s)")
    options = parser.parse_args(argv)
    folder = options.data / TRACES
    traces = traces_of(options.session, TraceStore(folder).read())
    if not traces:
        raise NoTrace(options.session, folder)
    print("\n\n".join("\n".join(lines_of(spans)) for spans in traces))
    return 0


def traces_of(session_id: str, spans: Iterator[KeptSpan]) -> Sequence[Sequence[KeptSpan]]:
    """The traces in which something was done about the session, whole, the first to begin first."""
    by_trace: Mapping[str, list[KeptSpan]] = defaultdict(list)
    for span in spans:
        by_trace[span.trace_id].append(span)
    found = [trace for trace in by_trace.values() if any(span.key == session_id for span in trace)]
    return sorted(found, key=lambda trace: min(span.begin_ns for span in trace))


def lines_of(trace: Sequence[KeptSpan]) -> Iterator[str]:
    """A line a span, below what caused it; times in ms since the first."""
    known = {span.span_id for span in trace}
    children: Mapping[str, list[KeptSpan]] = defaultdict(list)
    for span in sorted(trace, key=lambda one: one.begin_ns):
        children[span.parent_id if span.parent_id in known else ""].append(span)
    first_ns = min(span.begin_ns for span in trace)
    began = datetime.fromtimestamp(first_ns / 1e9, UTC)
    yield f"trace {trace[0].trace_id}, {began:%Y-%m-%d %H:%M:%S.%f} UTC"
    yield f"{'begin':>10} {'took':>10}"
    yield from _lines_below("", children, first_ns, depth=0)


def _lines_below(parent: str, children: Mapping[str, list[KeptSpan]], first_ns: int, *, depth: int) -> Iterator[str]:
    for span in children.get(parent, ()):
        begin, took = (span.begin_ns - first_ns) / _MS, (span.end_ns - span.begin_ns) / _MS
        error = f"  FAILED: {span.error}" if span.error else ""
        yield f"{begin:>7.1f} ms {took:>7.1f} ms  {'  ' * depth}{span.service}: {span.name}  {span.key}{error}"
        yield from _lines_below(span.span_id, children, first_ns, depth=depth + 1)
