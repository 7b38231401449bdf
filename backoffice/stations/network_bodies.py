"""The body of a network profile: how a station is to reach its CSMS (OCPP 2.0.1 B09)."""

from pydantic import Field, SecretStr

from backoffice.kit.bodies import Body
from backoffice.stations.command_bodies import LARGEST_ID
from protocol.blocks.provisioning.messages import AccessPoint, NetworkProfile, SetNetworkProfile, Vpn


class AccessPointBody(Body):
    """A mobile network's access point."""

    apn: str = Field(min_length=1, max_length=2000)
    authentication: str = Field(default="AUTO", pattern=r"^(CHAP|NONE|PAP|AUTO)$")
    user_name: str | None = Field(default=None, max_length=50)
    password: SecretStr | None = Field(default=None, max_length=64)
    sim_pin: int | None = Field(default=None, ge=0)
    preferred_network: str | None = Field(default=None, max_length=6)
    use_only_preferred_network: bool | None = None

    def access_point(self) -> AccessPoint:
        """The access point."""
        return AccessPoint(
            apn=self.apn,
            authentication=self.authentication,
            user_name=self.user_name,
            apn_password=self.password.get_secret_value() if self.password else None,
            sim_pin=self.sim_pin,
            preferred_network=self.preferred_network,
            use_only_preferred_network=self.use_only_preferred_network,
        )


class VpnBody(Body):
    """A virtual private network."""

    server: str = Field(min_length=1, max_length=2000)
    user: str = Field(max_length=50)
    password: SecretStr = Field(max_length=64)
    key: SecretStr = Field(max_length=255)
    type: str = Field(pattern=r"^(IKEv2|IPSec|L2TP|PPTP)$")
    group: str | None = Field(default=None, max_length=50)

    def vpn(self) -> Vpn:
        """The network."""
        return Vpn(
            server=self.server,
            user=self.user,
            password=self.password.get_secret_value(),
            key=self.key.get_secret_value(),
            type=self.type,
            group=self.group,
        )


class NetworkProfileBody(Body):
    """How the station is to reach a CSMS, in one of its slots."""

    slot: int = Field(ge=0, le=LARGEST_ID)
    csms_url: str = Field(min_length=1, max_length=2000, pattern=r"^wss?://")
    security_profile: int = Field(ge=0, le=3)
    interface: str = Field(default="Wired0", pattern=r"^(Wired[0-3]|Wireless[0-3]|Any)$")
    message_timeout_s: int = Field(default=30, ge=1, le=LARGEST_ID)
    ocpp_version: str = Field(default="OCPP20", pattern=r"^OCPP(12|15|16|20|201|21)$")
    apn: AccessPointBody | None = None
    vpn: VpnBody | None = None

    def message(self) -> SetNetworkProfile:
        """The command."""
        profile = NetworkProfile(
            csms_url=self.csms_url,
            security_profile=self.security_profile,
            interface=self.interface,
            message_timeout_s=self.message_timeout_s,
            ocpp_version=self.ocpp_version,
            apn=self.apn.access_point() if self.apn else None,
            vpn=self.vpn.vpn() if self.vpn else None,
        )
        return SetNetworkProfile(self.slot, profile)
