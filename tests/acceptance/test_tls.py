"""The gateway as a program with both listeners: a station moves from a password to one over TLS."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform, free_port
from chargeyard.rest import RestClient
from tests.acceptance.conftest import report
from tests.acceptance.network import eventually
from tests.factories.certificates import MinimalAuthority

PASSWORD = "0123456789abcdef0123"
OCPP16 = [Subprotocol("ocpp1.6")]


@pytest.mark.slow
async def test_station_moves_to_tls_and_its_open_connections_are_refused_from_then_on(tmp_path: Path) -> None:
    authority, tls_port = MinimalAuthority(tmp_path), free_port()
    server = authority.issue("csms")
    settings = {
        "CSMS_TLS_PORT": str(tls_port),
        "CSMS_TLS_CERT_FILE": str(server.certificate),
        "CSMS_TLS_KEY_FILE": str(server.key),
    }
    platform = Platform(
        tmp_path / "data",
        report=report,
        durable=False,
        environ={},
        gateway_settings=settings,
        backoffice_settings={"IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR},
    )
    trusting = ssl.create_default_context(cafile=str(authority.files.certificate))
    async with platform, RestClient(platform.rest_url) as operator:
        await operator.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        body = {"station_id": "CP001", "security_profiles": [1], "password": PASSWORD, "evses": [{"evse": 1}]}
        await operator.post("/stations", body)
        plain = f"ws://CP001:{PASSWORD}@127.0.0.1:{platform.station_port}/ocpp/CP001"
        secured = f"wss://CP001:{PASSWORD}@127.0.0.1:{tls_port}/ocpp/CP001"

        async def profile() -> Any:
            return (await operator.get("/onboarding/stations/CP001"))["security_profile"]

        async def is_refused() -> int:
            try:
                async with connect(plain, subprotocols=OCPP16):
                    return 0
            except InvalidStatus as refused:
                return refused.response.status_code

        async with connect(plain, subprotocols=OCPP16):
            await eventually(profile, what="the first profile")
            before = await profile()
        await operator.patch("/stations/CP001", {"security_profiles": [2]})
        status = await eventually(is_refused, what="the refusal")
        async with connect(secured, subprotocols=OCPP16, ssl=trusting):

            async def is_secured() -> bool:
                return bool(await profile() == 2)

            await eventually(is_secured, what="profile 2")
        refused = (await operator.get("/onboarding/handshakes"))["items"]

    assert (before, status) == (1, 403)
    assert refused[0]["cause"] == "profile_too_low"
