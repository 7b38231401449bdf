"""`python -m tests.guide docs/guide/….md`: does one page, beside whatever else runs on this machine.

It lays out a checkout of its own, and takes a network and process numbers of its own where it may have
them: ports are free then, and nothing that the page started outlives it.
"""

import argparse
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from zlib import crc32

from tests.guide.checkout import ROOT, lay_out
from tests.guide.pages import PageError
from tests.guide.session import StepFailed, run_page

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_INSIDE = "GUIDE_INSIDE"
_NAMESPACES = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


def main() -> int:
    """0, or 1 with what a reader would have stumbled over."""
    parser = argparse.ArgumentParser(prog="python -m tests.guide", description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--checkout", type=Path, default=usual_checkout(), help="its folder (default: %(default)s)")
    options = parser.parse_args()
    if _INSIDE not in os.environ and may_have_namespaces():
        os.environ[_INSIDE] = "yes"
        os.execvp(_NAMESPACES[0], [*_NAMESPACES, sys.executable, "-m", "tests.guide", *sys.argv[1:]])
    if _INSIDE in os.environ:
        bring_loopback_up()
        bury_orphans()
    checkout = options.checkout.resolve()
    lay_out(checkout)
    try:
        run_page(options.page, checkout)
    except (StepFailed, PageError) as failure:
        print(failure)
        return 1
    return 0


def usual_checkout() -> Path:
    """One folder for each working tree: what a page has compiled serves the next."""
    return Path(tempfile.gettempdir(), f"chargeyard-guide-{crc32(bytes(ROOT)):08x}")


def may_have_namespaces() -> bool:
    """Whether this account may make a network, and process numbers, for a process alone."""
    if shutil.which(_NAMESPACES[0]) is None:
        return False
    return subprocess.run([*_NAMESPACES, "true"], capture_output=True, check=False).returncode == 0


def bring_loopback_up() -> None:
    """127.0.0.1 answers in this process's network, which has nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("16xh", fcntl.ioctl(control, _SIOCGIFFLAGS, name))
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def bury_orphans() -> None:
    """Returns in a child; the first process of the namespace waits for all, as a machine's first process does.

    A server whose parent was killed would else count as running for ever.
    """
    child = os.fork()
    while child:
        ended, status = os.wait()
        if ended == child:
            sys.exit(os.waitstatus_to_exitcode(status) or 0)


if __name__ == "__main__":
    sys.exit(main())
