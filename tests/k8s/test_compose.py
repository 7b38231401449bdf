"""The compose file is one, and gives every program what it reads and everything it needs."""

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from backoffice.contracts.admin import SERVICES
from backoffice.kit.auth import new_secrets
from backoffice.kit.settings import PlatformSettings, read_settings
from backoffice.services import load_services
from chargeyard.embedded.nats import MAX_FILE_STORE_BYTES, MAX_MEMORY_STORE_BYTES, MAX_PAYLOAD_BYTES, SYNC_INTERVAL_S
from chargeyard.new_secrets import as_environment
from csms.settings import read_settings as read_gateway_settings
from simulator.cli import main
from simulator.cli.environment import PREFIX, with_environment
from tests.k8s.wiring import (
    NATS_PASSWORDS,
    VARIABLES_OF_GATEWAY,
    VARIABLES_OF_MIGRATION,
    VARIABLES_OF_ROLES,
    VARIABLES_OF_SERVICE,
    Variables,
    misfits,
)

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: Mapping[str, Any] = yaml.safe_load(TEXT)
PARTS: Mapping[str, Any] = COMPOSE["services"]
OURS = [name for name, part in PARTS.items() if "chargeyard" in part["image"]]
GATEWAYS = ["gateway-1", "gateway-2"]
REFERENCE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def made_secrets() -> dict[str, str]:
    return dict(line.rstrip("\n").split("=", 1) for line in as_environment())


def given(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The part's variables, as compose fills them in."""

    def fill(match: re.Match[str]) -> str:
        variable, kind, rest = match.groups()
        value = environment.get(variable, "")
        assert value or kind == "-", f"{variable} is given by nobody"
        return value or rest

    return {key: REFERENCE.sub(fill, str(value)) for key, value in PARTS[name].get("environment", {}).items()}


def variables_of(name: str) -> Variables:
    if name in GATEWAYS:
        return VARIABLES_OF_GATEWAY
    return {"migrate": VARIABLES_OF_MIGRATION, "roles": VARIABLES_OF_ROLES}.get(name) or VARIABLES_OF_SERVICE[name]


@pytest.mark.parametrize("name", PARTS)
def test_what_a_part_mounts_of_the_repository_is_there(name: str) -> None:
    mounted = [source for volume in PARTS[name].get("volumes", []) if (source := volume.split(":")[0]).startswith(".")]

    assert all((ROOT / source).exists() for source in mounted), mounted


def test_file_fits_the_schema_of_compose_files() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"

    assert list(Draft7Validator(json.loads(schema.read_text())).iter_errors(COMPOSE)) == []


@pytest.mark.parametrize("name", [*SERVICES, *GATEWAYS, "migrate", "roles"])
def test_program_is_given_what_it_reads_and_everything_it_needs(name: str) -> None:
    assert misfits(given(name, made_secrets()), variables_of(name)) == []


@pytest.mark.parametrize("name", SERVICES)
def test_service_takes_its_settings_and_is_itself_at_the_database_and_nats(name: str) -> None:
    settings = given(name, made_secrets())
    (service,) = load_services([name])

    read_settings([PlatformSettings, service.settings], {**new_secrets(), **settings})
    assert settings["DATABASE_URL"].startswith(f"postgresql+asyncpg://chargeyard_{name}:")
    assert settings["NATS_URL"].startswith(f"nats://{name}:")
    assert PARTS[name]["command"][:4] == ["python", "-m", "backoffice", name]


def test_gateways_take_their_settings_and_are_two() -> None:
    nodes = [read_gateway_settings(_without_probe(given(name, made_secrets()))).node for name in GATEWAYS]

    assert nodes == GATEWAYS
    for name in GATEWAYS:
        assert f"{name}:9000" in PARTS["front"]["command"]


def _without_probe(settings: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if not name.startswith("CHARGEYARD_")}


def test_fleet_knows_its_flags(capsys: pytest.CaptureFixture[str]) -> None:
    settings = given("simulator", {})
    arguments = with_environment([], {name: value for name, value in settings.items() if name.startswith(PREFIX)})

    with pytest.raises(SystemExit):
        main(["run", "--help"])

    known = capsys.readouterr().out
    flags = [argument.partition("=")[0] for argument in arguments]
    assert "--url" in flags
    assert all(flag in known for flag in flags)


def test_servers_know_the_users_and_their_passwords() -> None:
    for name in ("nats", "nats-2", "nats-3"):
        assert PARTS[name]["environment"].keys() == NATS_PASSWORDS | {"NATS_NAME"}


def test_every_secret_is_asked_for_and_none_has_a_default() -> None:
    references = {variable: kind for variable, kind, _ in REFERENCE.findall(TEXT)}

    assert made_secrets().keys() <= references.keys()
    assert {references[name] for name in made_secrets()} == {"?"}


def test_every_variable_that_may_be_given_is_documented() -> None:
    documented = (ROOT / "k8s" / "README.md").read_text()

    for variable in {variable for variable, *_ in REFERENCE.findall(TEXT)} - made_secrets().keys():
        assert f"`{variable}`" in documented, variable


@pytest.mark.parametrize("name", OURS)
def test_program_of_ours_has_no_rights_and_a_read_only_root(name: str) -> None:
    part = PARTS[name]

    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in part["security_opt"]
    assert "ports" not in part or name == "front"


def test_nothing_starts_before_what_it_needs() -> None:
    for name in SERVICES:
        conditions = {other: one["condition"] for other, one in PARTS[name]["depends_on"].items()}
        assert conditions == {
            "migrate": "service_completed_successfully",
            "nats": "service_healthy",
            "valkey": "service_healthy",
        }
    assert set(PARTS["front"]["depends_on"]) == {*SERVICES, *GATEWAYS}


def test_profiles_are_those_that_are_told() -> None:
    profiles = {profile for part in PARTS.values() for profile in part.get("profiles", [])}

    assert profiles == {"sim", "observability", "cluster"}
    for network in COMPOSE["networks"].values():
        assert network["name"].startswith("chargeyard-")


def test_prometheus_asks_every_program() -> None:
    jobs = yaml.safe_load((ROOT / "k8s" / "compose" / "prometheus.yml").read_text())["scrape_configs"]
    asked = {target for job in jobs for one in job["static_configs"] for target in one["targets"]}

    assert asked == {f"{name}:8000" for name in SERVICES} | {f"{name}:9100" for name in GATEWAYS}


def test_nats_is_as_the_embedded_one() -> None:
    config = (ROOT / "k8s" / "compose" / "nats-common.conf").read_text()

    assert f"max_payload: {MAX_PAYLOAD_BYTES}\n" in config
    assert f"max_file_store: {MAX_FILE_STORE_BYTES}\n" in config
    assert f"max_memory_store: {MAX_MEMORY_STORE_BYTES}\n" in config
    assert f'sync_interval: "{SYNC_INTERVAL_S}s"\n' in config
