"""A platform whose gateway has a TLS listener, for the cases of security of every version."""

import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from websockets.exceptions import InvalidStatus

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform, free_port
from chargeyard.rest import RestClient
from tests.acceptance.conftest import report
from tests.acceptance.network import Network, eventually
from tests.conformance.conftest import Bench
from tests.conformance.wire import wire_station
from tests.factories.certificates import Files, MinimalAuthority

PASSWORD = "0123456789abcdef0123"


class Secured:
    """The platform, and the authority that vouches for everybody. Stations are of the bench's version."""

    def __init__(self, bench: Bench, authority: MinimalAuthority, folder: Path, tls_port: int) -> None:
        self.bench = bench
        self.authority = authority
        self.folder = folder
        self.tls_url = f"wss://127.0.0.1:{tls_port}/ocpp"

    def context(self, shown: Files | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority.files.certificate))
        if shown is not None:
            context.load_cert_chain(shown.certificate, shown.key)
        return context

    def outdated_context(self) -> ssl.SSLContext:
        """A client that knows nothing newer than TLS 1.1."""
        old = self.context()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        return old

    def keep(self, name: str, chain: str, key: EllipticCurvePrivateKey) -> Files:
        """A chain that was signed for a station, with its key, in files."""
        files = Files(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        files.certificate.write_text(chain)
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    async def register(self, name: str, *profiles: int) -> None:
        await self.bench.network.add_station(name, password=PASSWORD)
        body = {"location_id": "yard", "security_profiles": list(profiles), "evses": [{"evse": 1}]}
        await self.bench.operator.put(f"/stations/{name}", body)

    async def status_of(self, url: str, **options: Any) -> int:
        """101 where the station is let in, which may take the registry a moment; else the refusal's."""
        try:
            async with wire_station(url, version=self.bench.version, **options):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    async def until_status(self, status: int, url: str, **options: Any) -> None:
        async def is_so() -> bool:
            return await self.status_of(url, **options) == status

        await eventually(is_so, what=f"{url} answered {status}")


@asynccontextmanager
async def secured_platform(folder: Path, *, version: str) -> AsyncIterator[Secured]:
    """The platform runs until the context ends."""
    authority = MinimalAuthority(folder)
    server, tls_port = authority.issue("csms"), free_port()
    platform = Platform(
        folder / "platform",
        report=report,
        durable=False,
        environ={},
        gateway_settings={
            "CSMS_TLS_PORT": str(tls_port),
            "CSMS_TLS_CERT_FILE": str(server.certificate),
            "CSMS_TLS_KEY_FILE": str(server.key),
            "CSMS_TLS_CLIENT_CA_FILE": str(authority.files.certificate),
        },
        backoffice_settings={
            "IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR,
            "STATIONS_CA_CERT_FILE": str(authority.files.certificate),
            "STATIONS_CA_KEY_FILE": str(authority.files.key),
        },
    )
    async with platform, RestClient(platform.rest_url) as operator:
        await operator.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        async with Network(platform, operator) as network:
            yield Secured(Bench(network, version=version), authority, folder, tls_port)
