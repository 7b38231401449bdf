"""What has to hold of every object that the chart makes, whatever the values: pure functions of rendered objects.

1. Nobody runs as root, with more rights than none, on a writable root file system, or in the node's namespaces.
2. Every container is given something and limited in memory; what runs on and on is probed, and may be moved by a drain.
3. Every name leads somewhere: of a port, an account, a map of settings, a backend, a volume.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from k8s.check.rendering import Object
from k8s.check.schemas import name_of

_RUNNING = ("Deployment", "StatefulSet")
_WITH_PODS = (*_RUNNING, "Job", "Pod")
_PROBES = ("livenessProbe", "readinessProbe")
_HOST_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")


def find_violations(objects: Sequence[Object]) -> Iterator[str]:
    """A sentence for each rule that an object breaks."""
    for one in objects:
        if one["kind"] in _WITH_PODS:
            yield from (f"{name_of(one)}: {fault}" for fault in _faults_of_pod(one, objects))
        if one["kind"] in _RUNNING:
            yield from (f"{name_of(one)}: {fault}" for fault in _faults_of_running(one, objects))
        faults = _FAULTS_OF_KIND.get(one["kind"])
        if faults is not None:
            yield from (f"{name_of(one)}: {fault}" for fault in faults(one, objects))


def pod_of(one: Object) -> Object:
    """The specification of the pods that it makes."""
    spec: Object = one["spec"] if one["kind"] == "Pod" else one["spec"]["template"]["spec"]
    return spec


def labels_of_pods(one: Object) -> Mapping[str, str]:
    """What selects its pods."""
    metadata = one["metadata"] if one["kind"] == "Pod" else one["spec"]["template"]["metadata"]
    labels: Mapping[str, str] = metadata.get("labels", {})
    return labels


def _faults_of_pod(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    pod = pod_of(one)
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        yield "runs as root, or as nobody in particular: runAsNonRoot and runAsUser have to say otherwise"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile: RuntimeDefault is it"
    if any(pod.get(name) for name in _HOST_NAMESPACES):
        yield "shares a namespace of the node"
    if pod.get("automountServiceAccountToken") is not False:
        yield "is given a token for the API server, which it never asks"
    if any("hostPath" in volume for volume in pod.get("volumes", [])):
        yield "mounts a folder of the node"
    account = pod.get("serviceAccountName")
    if account and not _has(objects, "ServiceAccount", account):
        yield f"there is no ServiceAccount {account}"
    volumes = {volume["name"] for volume in pod.get("volumes", [])} | _claimed(one)
    for container in pod["containers"]:
        yield from (f"{container['name']} {fault}" for fault in _faults_of_container(container, volumes, objects))


def _faults_of_container(container: Object, volumes: set[str], objects: Sequence[Object]) -> Iterator[str]:
    security = container.get("securityContext", {})
    if security.get("privileged"):
        yield "is privileged"
    if security.get("allowPrivilegeEscalation") is not False:
        yield "may gain privileges: allowPrivilegeEscalation has to be false"
    if security.get("readOnlyRootFilesystem") is not True:
        yield "writes to its root file system: readOnlyRootFilesystem has to be true"
    if security.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "keeps capabilities: all have to be dropped"
    resources = container.get("resources", {})
    for what in ("cpu", "memory"):
        if what not in resources.get("requests", {}):
            yield f"requests no {what}"
    if "memory" not in resources.get("limits", {}):
        yield "has no limit of memory"
    tag = container["image"].rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        yield f"runs {container['image']}, which is another image tomorrow: a tag has to say which"
    for mount in container.get("volumeMounts", []):
        if mount["name"] not in volumes:
            yield f"mounts {mount['name']}, which is no volume of the pod"
    for source in container.get("envFrom", []):
        settings = source.get("configMapRef", {}).get("name")
        if settings and not _has(objects, "ConfigMap", settings):
            yield f"takes settings from {settings}, and there is no such ConfigMap"
    ports = _ports_of(container)
    command = container.get("command", [])
    for port in container.get("ports", []) if "--port" in command else []:
        if str(port["containerPort"]) not in command:
            yield f"opens port {port['containerPort']}, and its command names another"
    for name in (*_PROBES, "startupProbe"):
        asked = container.get(name, {})
        port = (asked.get("httpGet") or asked.get("tcpSocket") or {}).get("port")
        if port is not None and port not in ports:
            yield f"is probed at port {port}, which it does not open ({name})"


def _faults_of_running(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    for container in pod_of(one)["containers"]:
        for probe in _PROBES:
            if probe not in container:
                yield f"{container['name']} has no {probe}"
    labels = labels_of_pods(one)
    selected = one["spec"]["selector"]["matchLabels"]
    if not _selects(selected, labels):
        yield "its selector does not match its own pods"
    if not any(other["kind"] == "Service" and _selects(other["spec"]["selector"], labels) for other in objects):
        yield "no Service leads to it"
    if "lifecycle" not in pod_of(one)["containers"][0] and one["metadata"]["labels"].get("chargeyard/variant"):
        yield "is ended while requests are still sent to it: it has no preStop"


def _faults_of_service(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    pods = [pod_of(other) for other in objects if other["kind"] in _RUNNING and _is_led_to(one, other)]
    if not pods:
        yield "leads to no pod"
    for port in one["spec"]["ports"]:
        target = port.get("targetPort", port["port"])
        if not all(any(target in _ports_of(container) for container in pod["containers"]) for pod in pods):
            yield f"leads to port {target}, which its pods do not open"


def _faults_of_network_policy(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    selected = one["spec"]["podSelector"].get("matchLabels", {})
    pods = [
        pod_of(other) for other in objects if other["kind"] in _RUNNING and _selects(selected, labels_of_pods(other))
    ]
    opened = {port for pod in pods for container in pod["containers"] for port in _ports_of(container)}
    named = [port["port"] for rule in one["spec"].get("ingress", []) for port in rule.get("ports", [])]
    for port in named:
        if isinstance(port, str) and port not in opened:
            yield f"lets requests in to port {port}, which the pods do not open"


def _faults_of_route(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    for rule in one["spec"]["rules"]:
        for backend in rule.get("backendRefs", []):
            yield from _faults_of_backend(backend["name"], backend["port"], objects)


def _faults_of_ingress(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    for rule in one["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            service = path["backend"]["service"]
            yield from _faults_of_backend(service["name"], service["port"]["name"], objects)


def _faults_of_backend(name: str, port: str | int, objects: Sequence[Object]) -> Iterator[str]:
    services = [one for one in objects if one["kind"] == "Service" and one["metadata"]["name"] == name]
    if not any(port in (row["port"], row["name"]) for service in services for row in service["spec"]["ports"]):
        yield f"leads to port {port} of the Service {name}, which there is not"


def _faults_of_monitor(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    selected = one["spec"]["selector"]["matchLabels"]
    services = [
        other for other in objects if other["kind"] == "Service" and _selects(selected, other["metadata"]["labels"])
    ]
    for endpoint in one["spec"]["endpoints"]:
        if not any(row["name"] == endpoint["port"] for service in services for row in service["spec"]["ports"]):
            yield f"asks port {endpoint['port']}, which no Service has that it selects"


def _faults_of_scaling(one: Object, objects: Sequence[Object]) -> Iterator[str]:
    name = one["spec"]["scaleTargetRef"]["name"]
    target = next((other for other in objects if other["kind"] in _RUNNING and other["metadata"]["name"] == name), None)
    if target is None:
        yield f"scales {name}, which there is not"
    elif "replicas" in target["spec"]:
        yield f"scales {name}, which says its number of pods itself: every upgrade would undo the scaling"


_FAULTS_OF_KIND = {
    "Service": _faults_of_service,
    "NetworkPolicy": _faults_of_network_policy,
    "HTTPRoute": _faults_of_route,
    "TLSRoute": _faults_of_route,
    "Ingress": _faults_of_ingress,
    "ServiceMonitor": _faults_of_monitor,
    "HorizontalPodAutoscaler": _faults_of_scaling,
    "ScaledObject": _faults_of_scaling,
}


def _is_led_to(service: Object, one: Object) -> bool:
    return _selects(service["spec"]["selector"], labels_of_pods(one))


def _selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def _has(objects: Iterable[Object], kind: str, name: str) -> bool:
    return any(one["kind"] == kind and one["metadata"]["name"] == name for one in objects)


def _claimed(one: Object) -> set[str]:
    return {claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", [])}


def _ports_of(container: Mapping[str, Any]) -> set[str | int]:  # Any: YAML
    return {port[key] for port in container.get("ports", []) for key in ("name", "containerPort")}
