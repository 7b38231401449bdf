"""The documentation as a site: the Markdown of the repository, with navigation and search, in `.site/html`.

Pages keep their places, so that a link that leads somewhere in the repository leads there in the site. Whatever else a
page links to lies beside them as a file. Nothing in the site comes from another host.
"""

import argparse
import functools
import hashlib
import http.server
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from chargeyard.errors import ChargeyardError
from chargeyard.web_build import find_npm

ROOT = Path(__file__).parents[1]
SITE = ROOT / ".site"
PORT = 8001
_SETTINGS = ROOT / "docs" / "zensical.toml"
_PROGRAM = ROOT / ".venv-docs" / "bin" / "zensical"
# What draws the diagrams. The theme would load it from a foreign host where it is not there.
_MERMAID = "11.16.0"
_MERMAID_SHA256 = "74d7c46dabca328c2294733910a8aa1ed0c37451776e8d5295da38a2b758fb9b"
_MERMAID_FILE = ROOT / ".venv-docs" / f"mermaid-{_MERMAID}.js"
_LINK = re.compile(r"\]\((?!\w+:)(?P<target>[^)#\s]+)")

_EPILOG = f"""examples:
  python3 dev.py docs           build the site; exit 1 where a link or its heading does not exist
  python3 dev.py docs serve     build it, and show it at http://127.0.0.1:{PORT}/
"""


class SiteBroken(ChargeyardError):
    """The site could not be built, or not without warnings."""


def main(argv: Sequence[str]) -> int:
    """0 once the site is built, or no longer served. Raises SiteBroken."""
    parser = argparse.ArgumentParser(
        prog="python3 dev.py docs",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="?", choices=["build", "serve"], default="build")
    parser.add_argument("--port", type=int, default=PORT, help="of `serve` (default: %(default)s)")
    options = parser.parse_args(argv)
    built = build(print)
    print(f"the site is in {built.relative_to(ROOT)}")
    if options.what == "serve":
        serve(built, port=options.port)
    return 0


def build(report: Callable[[str], None]) -> Path:
    """The folder of the site, made anew of what is tracked. Raises SiteBroken."""
    if not _PROGRAM.exists():
        raise SiteBroken("what builds the site is not installed; `python3 dev.py docs` does that, in a clone")
    shutil.rmtree(SITE, ignore_errors=True)
    pages = SITE / "pages"
    for name in sorted(published(tracked_files())):
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, pages / name)
    fetch_mermaid(report)
    shutil.copy(_MERMAID_FILE, pages / "mermaid.js")
    shutil.copy(_SETTINGS, SITE / "zensical.toml")
    done = subprocess.run(  # noqa: S603 - our own command
        [_PROGRAM, "build", "--strict"], cwd=SITE, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SiteBroken(f"the site has faults:\n{_without_traceback(done.stdout + done.stderr)}")
    return SITE / "html"


def serve(folder: Path, *, port: int) -> None:
    """Returns after Ctrl-C. The site stays as it was built."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{port}/ until Ctrl-C")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")


def tracked_files() -> frozenset[str]:
    """Names from the root on."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whoever has a clone has git
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return frozenset(name for name in listed.split("\0") if name and (ROOT / name).exists())


def published(tracked: frozenset[str]) -> Iterator[str]:
    """The pages, and the files that they link to."""
    for name in tracked:
        if name.endswith(".md") and not name.startswith("tests/"):
            yield name
            yield from tracked & set(_linked(name))


def _linked(page: str) -> Iterator[str]:
    for link in _LINK.finditer((ROOT / page).read_text()):
        target = (ROOT / page).parent / PurePosixPath(link["target"])
        if target.resolve().is_relative_to(ROOT):
            yield target.resolve().relative_to(ROOT).as_posix()


def fetch_mermaid(report: Callable[[str], None]) -> None:
    """The script is there, and is the one that we know. Raises BuildFailed, SiteBroken."""
    if _MERMAID_FILE.exists():
        return
    npm, folder = find_npm(report), _MERMAID_FILE.parent
    pack = ["pack", f"mermaid@{_MERMAID}", "--pack-destination", str(folder)]
    npm.run("fetching mermaid", pack, report)
    archive = folder / f"mermaid-{_MERMAID}.tgz"
    with tarfile.open(archive) as package:
        script = package.extractfile("package/dist/mermaid.min.js")
        content = script.read() if script else b""
    archive.unlink()
    if hashlib.sha256(content).hexdigest() != _MERMAID_SHA256:
        raise SiteBroken(f"mermaid {_MERMAID} is not the file that we know; nothing was kept of it")
    _MERMAID_FILE.write_bytes(content)


def _without_traceback(printed: str) -> str:
    colourless = re.sub(r"\x1b\[[\d;]*m", "", printed)
    return colourless.partition("Traceback (most recent call last)")[0].strip()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ChargeyardError as error:
        sys.exit(f"docs: {error}")
