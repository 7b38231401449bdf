"""Mutated objects are caught: by the schema where Kubernetes would refuse them, else by our own rules."""

import copy
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from k8s.check.policy import find_violations, pod_of
from k8s.check.rendering import CHART, Object, environments, namespace_of, render, values_of
from k8s.check.schemas import find_misfits

Mutation = Callable[[Object], None]


@cache
def objects_of(environment: str) -> tuple[Object, ...]:
    return tuple(render(values_of(environment), namespace=namespace_of(environment)))


def mutated(kind: str, name: str, mutate: Mutation) -> list[Object]:
    objects = copy.deepcopy(list(objects_of("prod")))
    mutate(next(one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name)))
    return objects


def in_container(**changes: object) -> Mutation:
    """Fields of the first container are these; None takes one away."""

    def mutate(one: Object) -> None:
        container = pod_of(one)["containers"][0]
        for name, value in changes.items():
            if value is None:
                del container[name]
            else:
                container[name] = value

    return mutate


def in_security(**changes: object) -> Mutation:
    return lambda one: pod_of(one)["containers"][0]["securityContext"].update(changes)


def in_pod(**changes: object) -> Mutation:
    return lambda one: pod_of(one).update(changes)


def in_spec(**changes: object) -> Mutation:
    return lambda one: one["spec"].update(changes)


@pytest.mark.parametrize("environment", environments())
def test_environment_has_no_fault(environment: str) -> None:
    assert list(find_misfits(objects_of(environment))) == []
    assert list(find_violations(objects_of(environment))) == []


@pytest.mark.parametrize(
    ("kind", "name", "mutate", "said"),
    [
        ("Deployment", "sessions", in_security(privileged=True), "is privileged"),
        ("Deployment", "sessions", in_security(allowPrivilegeEscalation=True), "may gain privileges"),
        ("Deployment", "sessions", in_security(readOnlyRootFilesystem=False), "writes to its root file system"),
        ("Deployment", "sessions", in_security(capabilities={}), "keeps capabilities"),
        ("StatefulSet", "nats", in_security(readOnlyRootFilesystem=False), "writes to its root file system"),
        ("Deployment", "sessions", in_pod(securityContext={}), "runs as root"),
        ("Deployment", "sessions", in_pod(hostNetwork=True), "shares a namespace of the node"),
        ("Deployment", "sessions", in_pod(automountServiceAccountToken=True), "token for the API server"),
        ("Deployment", "sessions", in_pod(serviceAccountName="nobody"), "no ServiceAccount nobody"),
        ("Deployment", "sessions", in_pod(volumes=[]), "mounts tmp"),
        ("Deployment", "csms", in_container(livenessProbe=None), "no livenessProbe"),
        ("Deployment", "csms", in_container(readinessProbe=None), "no readinessProbe"),
        ("Deployment", "csms", in_container(readinessProbe={"httpGet": {"path": "/", "port": 9999}}), "port 9999"),
        ("Deployment", "csms", in_container(image="chargeyard:latest"), "another image tomorrow"),
        ("Deployment", "csms", in_container(image="chargeyard"), "another image tomorrow"),
        (
            "Deployment",
            "csms",
            in_container(resources={"requests": {"cpu": "1", "memory": "1Gi"}}),
            "no limit of memory",
        ),
        ("Deployment", "csms", in_container(resources={"limits": {"memory": "1Gi"}}), "requests no cpu"),
        ("Deployment", "tariffs", in_container(lifecycle=None), "no preStop"),
        ("Deployment", "tariffs", in_container(ports=[]), "is probed at port http"),
        ("Deployment", "tariffs", in_container(envFrom=[{"configMapRef": {"name": "x"}}]), "no such ConfigMap"),
        ("Deployment", "tariffs", in_spec(replicas=2), "every upgrade would undo the scaling"),
        ("Service", "tariffs", in_spec(ports=[{"name": "http", "port": 8000, "targetPort": 8080}]), "port 8080"),
        ("Service", "tariffs", in_spec(selector={"app.kubernetes.io/name": "tarifs"}), "leads to no pod"),
        ("HTTPRoute", "tariffs", in_spec(rules=[{"backendRefs": [{"name": "tariffs", "port": 80}]}]), "port 80"),
        ("TLSRoute", "ocpp", in_spec(rules=[{"backendRefs": [{"name": "csms", "port": 443}]}]), "port 443"),
        ("ServiceMonitor", "csms", in_spec(endpoints=[{"port": "metrics"}]), "port metrics"),
        ("NetworkPolicy", "csms", in_spec(ingress=[{"ports": [{"port": "https"}]}]), "port https"),
    ],
)
def test_mutation_is_caught_by_our_rules(kind: str, name: str, mutate: Mutation, said: str) -> None:
    found = list(find_violations(mutated(kind, name, mutate)))

    assert any(said in sentence for sentence in found), found


@pytest.mark.parametrize(
    ("kind", "name", "mutate", "said"),
    [
        ("Deployment", "sessions", in_spec(replica=2), "replica"),
        ("Deployment", "sessions", in_container(livenesProbe={}), "livenesProbe"),
        ("Deployment", "sessions", in_spec(replicas="two"), "two"),
        ("Service", "sessions", in_spec(ports=[{"port": "eighty"}]), "eighty"),
        ("HTTPRoute", "sessions", in_spec(hostname="app.example.com"), "hostname"),
        ("HTTPRoute", "sessions", in_spec(rules=[{"backendRefs": [{"name": "sessions"}]}]), "'port' is a required"),
        ("TLSRoute", "ocpp", lambda one: one["spec"].pop("hostnames"), "'hostnames' is a required"),
        ("Cluster", "postgresql", in_spec(instances=0), "0 is less than the minimum"),
        ("Cluster", "postgresql", in_spec(replicas=3), "replicas"),
        ("Certificate", "ocpp", lambda one: one["spec"].pop("issuerRef"), "'issuerRef' is a required"),
        ("ScaledObject", "sessions", in_spec(maxReplicas=3), "maxReplicas"),
        ("PeerAuthentication", "strict", in_spec(mtls={"mode": "ON"}), "'ON' is not one of"),
        ("AuthorizationPolicy", "sessions", in_spec(rule=[]), "rule"),
        ("VirtualService", "sessions", in_spec(http=[{"destination": {}}]), "'route' is a required"),
        ("ServiceMonitor", "sessions", in_spec(endpoint=[]), "endpoint"),
        (
            "PrometheusRule",
            "chargeyard",
            in_spec(groups=[{"name": "x", "rules": [{"alert": "Y"}]}]),
            "groups[0].rules[0]",
        ),
        ("Gateway", "chargeyard", in_spec(listeners=[]), "listeners"),
        ("ScheduledBackup", "postgresql", in_spec(cron="0 0 * * *"), "cron"),
    ],
)
def test_mutation_is_caught_by_the_schema(kind: str, name: str, mutate: Mutation, said: str) -> None:
    objects = mutated(kind, name, mutate)
    (one,) = (one for one in objects if (one["kind"], one["metadata"]["name"]) == (kind, name))
    (found, *_) = find_misfits([one])

    assert found.startswith(f"{kind} {name}: ")
    assert said in found


@pytest.mark.parametrize(
    ("template", "before", "after", "said"),
    [
        ("backoffice-deployment.yaml", "containerPort: 8000", "containerPort: 8001", "opens port 8001"),
        ("backoffice-service.yaml", "targetPort: http,", "targetPort: web,", "leads to port web"),
        ("_helpers.tpl", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "writes to its root"),
        ("_helpers.tpl", "runAsNonRoot: true", "runAsNonRoot: false", "runs as root"),
        ("_helpers.tpl", "readinessProbe:", "readynessProbe:", "no readinessProbe"),
        ("gateway-service.yaml", "targetPort: admin", "targetPort: metrics", "leads to port metrics"),
        ("routes.yaml", "[{name: csms, port: 9001}]", "[{name: csms, port: 9002}]", "port 9002 of the Service csms"),
    ],
)
def test_mutated_template_is_caught(tmp_path: Path, template: str, before: str, after: str, said: str) -> None:
    chart = tmp_path / "chart"
    shutil.copytree(CHART, chart)
    path = chart / "templates" / template
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))

    found = list(find_violations(render(values_of("prod"), namespace="ns", chart=chart)))

    assert any(said in sentence for sentence in found), found
