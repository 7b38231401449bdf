"""TLS as a station speaks it (OCPP 2.0.1 A00.FR.3xx): the CSMS proves itself, and the station too where it has to."""

import ssl
import tempfile
from functools import lru_cache
from pathlib import Path

from simulator.access import Identity


@lru_cache(maxsize=256)
def client_context(roots: tuple[str, ...], identity: Identity | None) -> ssl.SSLContext:
    """TLS 1.2 at least; the CSMS's certificate must be by one of the roots, or by one that the machine trusts.

    The same object for all stations that trust and show the same. Raises ssl.SSLError for what is no certificate.
    """
    context = ssl.create_default_context(cadata="\n".join(roots) or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if identity is not None:
        # The standard library reads a key from a file alone.
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "identity.pem"
            file.touch(mode=0o600)
            file.write_text(identity.key + identity.chain)
            context.load_cert_chain(file)
    return context
