"""Whether programs are ready: `python -m chargeyard.probe [URL …]`, which is what a container's health check asks.

Exit 0 where every URL is answered with 200, else 1. Without one CHARGEYARD_PROBE_URL says it, or it is the back
office's usual one.
"""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence

URL_VARIABLE = "CHARGEYARD_PROBE_URL"
_USUAL_URL = "http://127.0.0.1:8000/readyz"
_TIMEOUT_S = 3.0


def main(urls: Sequence[str]) -> int:
    """The exit code; who is not ready, and why, is said on standard error."""
    asked = urls or [os.environ.get(URL_VARIABLE) or _USUAL_URL]
    away = [url for url in asked if not _is_ready(url)]
    return 1 if away else 0


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as response:  # noqa: S310 # said by whoever runs us
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError, ValueError) as error:
        print(f"{url}: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
