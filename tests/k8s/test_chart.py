"""The chart says what the code says: services, paths, ports, variables; and tells what is wrong with values."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from nats.aio.client import Client

from backoffice.contracts import CATALOGUE
from backoffice.contracts.admin import SERVICES
from backoffice.kit.auth import new_secrets
from backoffice.kit.bus import Bus
from backoffice.kit.clock import utc_now
from backoffice.kit.database import Database
from backoffice.kit.routing import add_routes
from backoffice.kit.service import Context, Parts
from backoffice.kit.settings import read_settings
from backoffice.services import load_services
from chargeyard import new_secrets as secrets_made
from chargeyard.database_roles import ROLES
from chargeyard.paths import PATHS_OF_SERVICE
from csms.settings import CsmsSettings
from csms.telemetry import CONNECTIONS
from k8s.check.policy import pod_of
from k8s.check.rendering import CHART, ChartRefused, Object, environments, namespace_of, render, values_of
from k8s.check.schemas import find_misfits
from protocol.bus.subjects import STREAM_OF_KIND
from tests.k8s.wiring import (
    NATS_PASSWORDS,
    VARIABLES_OF_GATEWAY,
    VARIABLES_OF_MIGRATION,
    VARIABLES_OF_SERVICE,
    misfits,
)

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"
# What a URL is put together of.
PARTS_OF_URLS = {"DATABASE_PASSWORD", "NATS_PASSWORD"}


@cache
def rendered(environment: str) -> tuple[Object, ...]:
    return tuple(render(values_of(environment), namespace=namespace_of(environment)))


def find(environment: str, kind: str, name: str) -> Object:
    return next(one for one in rendered(environment) if (one["kind"], one["metadata"]["name"]) == (kind, name))


def variables_of(environment: str, one: Object) -> dict[str, Any]:
    """What the first container of its pods is given, from wherever."""
    container = pod_of(one)["containers"][0]
    given = {row["name"]: row.get("value", row.get("valueFrom")) for row in container.get("env", [])}
    for source in container.get("envFrom", []):
        given |= find(environment, "ConfigMap", source["configMapRef"]["name"])["data"]
    used = " ".join(str(value) for value in given.values())
    assert all(f"$({name})" in used for name in PARTS_OF_URLS & given.keys())
    return {name: value for name, value in given.items() if name not in PARTS_OF_URLS}


def built(name: str) -> Parts:
    (service,) = load_services([name])
    settings = read_settings([service.settings], new_secrets()).of(service.settings)
    parts: Parts = service.build(
        Context(settings, Database(NOWHERE, service=name, catalogue=CATALOGUE), Bus(Client()), utc_now)
    )
    return parts


@pytest.mark.parametrize("environment", environments())
@pytest.mark.parametrize("name", SERVICES)
def test_service_is_given_what_it_reads_and_everything_it_needs(environment: str, name: str) -> None:
    given = variables_of(environment, find(environment, "Deployment", name))

    assert misfits(given, VARIABLES_OF_SERVICE[name]) == []
    plain = {key: value for key, value in given.items() if isinstance(value, str)}
    (service,) = load_services([name])
    read_settings([service.settings], {**plain, **new_secrets()})


@pytest.mark.parametrize("environment", environments())
def test_gateway_and_migration_are_given_what_they_read_and_everything_they_need(environment: str) -> None:
    migration = next(one for one in rendered(environment) if one["kind"] == "Job")
    gateway = variables_of(environment, find(environment, "Deployment", "csms"))

    assert misfits(gateway, VARIABLES_OF_GATEWAY) == []
    assert misfits(variables_of(environment, migration), VARIABLES_OF_MIGRATION) == []


def test_every_service_has_a_block_with_its_paths_and_streams() -> None:
    blocks: Mapping[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())["services"]

    assert list(blocks) == list(SERVICES)
    assert {name: tuple(block["paths"]) for name, block in blocks.items()} == dict(PATHS_OF_SERVICE)
    for name, block in blocks.items():
        parts = built(name)
        consumed = {STREAM_OF_KIND[consumer.kind].value for consumer in parts.consumers}
        assert set(block.get("lag", {}).get("streams", [])) == consumed, name
        app = FastAPI()
        add_routes(app, parts.routers, prefix="", responses={})
        has_streams = "text/event-stream" in str(app.openapi())
        assert block.get("hasStreams") or not has_streams, name


@pytest.mark.parametrize("environment", environments())
def test_every_path_leads_to_its_service(environment: str) -> None:
    table: dict[str, str] = {}
    for one in rendered(environment):
        if one["kind"] == "HTTPRoute" and one["spec"]["hostnames"][0].startswith("app."):
            for rule in one["spec"]["rules"]:
                for match in rule.get("matches", []):
                    table[match["path"]["value"]] = rule["backendRefs"][0]["name"]
        elif one["kind"] == "Ingress":
            paths = one["spec"]["rules"][0]["http"]["paths"]
            table |= {path["path"]: path["backend"]["service"]["name"] for path in paths}

    wanted = {f"/api/v1{path}": name for name, paths in PATHS_OF_SERVICE.items() for path in paths}
    assert table == {**wanted, "/": "admin"}


@pytest.mark.parametrize("environment", environments())
def test_every_secret_that_is_asked_for_is_one_that_we_make_or_the_certificates(environment: str) -> None:
    made = {secrets_made.KEYS, secrets_made.NATS, *(f"{secrets_made.DATABASE}-{name}" for name in ROLES)}
    asked = set()
    for one in rendered(environment):
        if one["kind"] in ("Deployment", "StatefulSet", "Job"):
            container = pod_of(one)["containers"][0]
            asked |= {
                row["valueFrom"]["secretKeyRef"]["name"]
                for row in container.get("env", [])
                if "secretKeyRef" in row.get("valueFrom", {})
            }
            asked |= {row["secretRef"]["name"] for row in container.get("envFrom", []) if "secretRef" in row}

    assert asked == made


def test_service_sees_the_password_of_its_own_role_and_user_and_no_other() -> None:
    for name in SERVICES:
        container = pod_of(find("prod", "Deployment", name))["containers"][0]
        references = [row["valueFrom"]["secretKeyRef"] for row in container["env"] if "valueFrom" in row]

        passwords = {(one["name"], one["key"]) for one in references if one["name"] != secrets_made.KEYS}
        assert passwords == {
            (secrets_made.NATS, f"NATS_PASSWORD_{name.upper()}"),
            (f"{secrets_made.DATABASE}-{name}", "password"),
        }


def test_users_of_nats_are_those_whose_passwords_are_made() -> None:
    config = find("prod", "ConfigMap", "nats")["data"]["nats-users.conf"]

    assert all(f"password: ${variable}\n" in config for variable in NATS_PASSWORDS)
    assert config.count("password:") == len(NATS_PASSWORDS)


def test_gateway_is_scaled_by_a_metric_that_it_has() -> None:
    metric = CONNECTIONS.describe()[0].name
    by_adapter = find("staging", "HorizontalPodAutoscaler", "csms")["spec"]["metrics"][0]
    by_keda = find("prod", "ScaledObject", "csms")["spec"]["triggers"][0]

    assert by_adapter["pods"]["metric"]["name"] == metric
    assert f"sum({metric}{{" in by_keda["metadata"]["query"]


@pytest.mark.parametrize("environment", environments())
def test_gateway_is_given_longer_to_end_than_it_drains(environment: str) -> None:
    settings = find(environment, "ConfigMap", "csms")["data"]
    pod = pod_of(find(environment, "Deployment", "csms"))
    slept = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert pod["terminationGracePeriodSeconds"] > slept + float(settings["CSMS_DRAIN_S"]) + 10
    CsmsSettings.model_validate({"drain_s": settings["CSMS_DRAIN_S"], **_needed()})


def _needed() -> dict[str, str]:
    return {"nats_url": "nats://nats", "token_key": "0" * 16, "credential_pepper": "0" * 16}


def test_stations_reach_the_gateway_with_their_certificates() -> None:
    route = find("prod", "TLSRoute", "ocpp")
    (listener,) = [row for row in find("prod", "Gateway", "chargeyard")["spec"]["listeners"] if row["name"] == "ocpp"]

    assert listener["tls"]["mode"] == "Passthrough"
    assert route["spec"]["rules"][0]["backendRefs"] == [{"name": "csms", "port": 9001}]


def test_migration_runs_before_an_upgrade_and_beside_an_installation_with_its_own_database() -> None:
    def job(values: Mapping[str, Any], *, is_upgrade: bool) -> Object:
        objects = render(values, namespace="ns", is_upgrade=is_upgrade)
        return next(one for one in objects if one["kind"] == "Job")

    own = values_of("prod")
    elsewhere = {**own, "postgresql": {"enabled": False}, "database": {"host": "db.example.com"}}

    assert "annotations" not in job(own, is_upgrade=False)["metadata"]
    for values, is_upgrade in ((own, True), (elsewhere, False), (elsewhere, True)):
        annotations = job(values, is_upgrade=is_upgrade)["metadata"]["annotations"]
        assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"


def test_canary_gets_its_share_and_consumes_like_the_others() -> None:
    values = {**values_of("prod"), "services": {"tariffs": {"canary": {"enabled": True, "tag": "v2", "weight": 10}}}}
    objects = render(values, namespace="ns")
    route = next(one for one in objects if (one["kind"], one["metadata"]["name"]) == ("HTTPRoute", "tariffs"))
    canary = next(one for one in objects if one["metadata"]["name"] == "tariffs-canary" and one["kind"] == "Deployment")

    backends = route["spec"]["rules"][0]["backendRefs"]
    assert [(one["name"], one["weight"]) for one in backends] == [("tariffs", 90), ("tariffs-canary", 10)]
    assert pod_of(canary)["containers"][0]["image"] == "chargeyard:v2"
    assert list(find_misfits(objects)) == []


def test_mesh_leaves_sockets_of_stations_and_nats_alone() -> None:
    for kind, name in (("Deployment", "csms"), ("StatefulSet", "nats")):
        labels = find("prod", kind, name)["spec"]["template"]["metadata"]["labels"]
        assert labels["istio.io/dataplane-mode"] == "none"
    assert not any(one["apiVersion"].startswith("security.istio.io") for one in rendered("dev"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"domain": "https://example.com"}, "/domain"),
        ({"gatway": {"replicas": 2}}, "'gatway' not allowed"),
        ({"services": {"sessions": {"replica": 2}}}, "'replica' not allowed"),
        ({"services": {"sesions": {}}}, "'sesions' not allowed"),
        ({"service": {"resources": {"limits": {"memory": "lots"}}}}, "/service/resources/limits/memory"),
        ({"streamReplicas": 2}, "must be one of 1, 3, 5"),
        ({"streamReplicas": 3}, "streamReplicas is 3, and natsServer.replicas only 1"),
        ({"postgresql": {"enabled": False}}, "database.host has to say where PostgreSQL is"),
        ({"natsServer": {"enabled": False}}, "nats.host has to say where NATS is"),
        ({"valkeyServer": {"enabled": False}}, "valkey.host has to say where Valkey is"),
        ({"services": {"tariffs": {"canary": {"enabled": True}}}}, "services.tariffs.canary.tag says which image"),
        ({"postgresql": {"backup": {"enabled": True}}}, "postgresql.backup.destinationPath says where"),
        ({"gateway": {"drainSeconds": "long"}}, "/gateway/drainSeconds"),
        ({"istio": {"faults": {"nobody": {"percent": 1, "status": 500}}}}, "/istio/faults"),
    ],
)
def test_bad_value_is_refused_by_its_name(values: Mapping[str, Any], said: str) -> None:
    with pytest.raises(ChartRefused) as refused:
        render(values, namespace="ns")
    assert said in str(refused.value)


ENDPOINTS = (
    ("http://jaeger-collector.monitoring:4318", ["monitoring"], 4318),
    ("https://traces.example.com", [], 443),
    ("http://traces.example.com/otlp", ["elsewhere"], 80),
)


@pytest.mark.parametrize(("endpoint", "namespaces", "port"), ENDPOINTS)
def test_who_makes_spans_may_reach_whoever_collects_them(endpoint: str, namespaces: list[str], port: int) -> None:
    values = {**values_of("prod"), "tracing": {"endpoint": endpoint, "namespaces": namespaces}}
    objects = render(values, namespace=namespace_of("prod"))
    there = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}} for name in namespaces]
    wanted = {"ports": [{"protocol": "TCP", "port": port}], **({"to": there} if there else {})}

    assert list(find_misfits(objects)) == []
    for name in (*SERVICES, "csms"):
        settings, policy = (
            next(one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name))
            for kind in ("ConfigMap", "NetworkPolicy")
        )
        assert settings["data"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == endpoint
        assert wanted in policy["spec"]["egress"]


def test_nobody_collects_spans_where_nobody_said_so() -> None:
    for one in rendered("prod"):
        if one["kind"] == "ConfigMap":
            assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in one["data"]
