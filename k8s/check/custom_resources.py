"""Schemas of our own for the custom resources that the chart makes: which fields they must have, and which they may.

Their operators' definitions say more. These know the fields of `spec` and, where it matters, those below: a misspelt
or misplaced field is found here, a wrong value deep inside is not.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]  # Any: JSON Schema

_ANY: Schema = {}
_TEXT: Schema = {"type": "string", "minLength": 1}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_DURATION: Schema = {"type": "string", "pattern": "^([0-9]{1,5}(h|m|s|ms)){1,4}$"}


def _fields(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _many(item: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": item}


def _one_of(*texts: str) -> Schema:
    return {"enum": list(texts)}


def _any_of(*names: str) -> Mapping[str, Schema]:
    return dict.fromkeys(names, _ANY)


_METADATA = _fields({"name": _TEXT}, _any_of("namespace", "labels", "annotations"))
_SECRET = _fields({"name": _TEXT})
_SECRET_KEY = _fields({"name": _TEXT, "key": _TEXT})
_ISSUER = _fields({"name": _TEXT, "kind": _one_of("Issuer", "ClusterIssuer")}, _any_of("group"))
_PARENT = _fields({"name": _TEXT}, _any_of("group", "kind", "namespace", "sectionName", "port"))
_BACKEND = _fields({"name": _TEXT, "port": _NUMBER}, {"weight": _NUMBER, **_any_of("group", "kind", "namespace")})
_PATH_MATCH = _fields({"type": _one_of("Exact", "PathPrefix", "RegularExpression"), "value": {"pattern": "^/"}})
_HTTP_RULE = _fields(
    {},
    {
        "matches": _many(_fields({}, {"path": _PATH_MATCH, **_any_of("headers", "queryParams", "method")})),
        "timeouts": _fields({}, {"request": _DURATION, "backendRequest": _DURATION}),
        "backendRefs": _many(_BACKEND),
        "filters": _many(_fields({"type": _TEXT}, _any_of("requestRedirect", "urlRewrite", "requestHeaderModifier"))),
        **_any_of("name", "retry", "sessionPersistence"),
    },
)
_LISTENER = _fields(
    {"name": _TEXT, "port": _NUMBER, "protocol": _one_of("HTTP", "HTTPS", "TLS", "TCP", "HBONE")},
    {
        "hostname": _TEXT,
        "tls": _fields({"mode": _one_of("Terminate", "Passthrough")}, {"certificateRefs": _many(_ANY)}),
        "allowedRoutes": _fields({}, _any_of("namespaces", "kinds")),
    },
)
_ROLE = _fields(
    {"name": _TEXT, "ensure": _one_of("present", "absent")},
    {
        "login": {"type": "boolean"},
        "inRoles": _many(_TEXT),
        "passwordSecret": _SECRET,
        **_any_of("superuser", "comment"),
    },
)
_CLUSTER = _fields(
    {
        "instances": {"type": "integer", "minimum": 1},
        "storage": _fields({"size": _TEXT}, _any_of("storageClass", "resizeInUseVolumes", "pvcTemplate")),
        "bootstrap": _fields(
            {},
            {
                "initdb": _fields(
                    {"database": _TEXT, "owner": _TEXT},
                    {
                        "secret": _SECRET,
                        **_any_of("localeProvider", "builtinLocale", "encoding", "dataChecksums", "postInitSQL"),
                    },
                ),
                **_any_of("recovery", "pg_basebackup"),
            },
        ),
    },
    {
        "managed": _fields({}, {"roles": _many(_ROLE), **_any_of("services")}),
        "postgresql": _fields({}, _any_of("parameters", "synchronous", "pg_hba", "shared_preload_libraries")),
        "backup": _fields(
            {},
            {
                "barmanObjectStore": _fields(
                    {"destinationPath": _TEXT},
                    {
                        "s3Credentials": _fields({"accessKeyId": _SECRET_KEY, "secretAccessKey": _SECRET_KEY}),
                        **_any_of("endpointURL", "wal", "data"),
                    },
                ),
                **_any_of("retentionPolicy", "target", "volumeSnapshot"),
            },
        ),
        "monitoring": _fields({}, _any_of("enablePodMonitor", "tls", "customQueriesConfigMap")),
        **_any_of("imageName", "primaryUpdateStrategy", "resources", "affinity", "inheritedMetadata", "walStorage"),
    },
)
_TRIGGER = _fields({"type": _TEXT, "metadata": {"type": "object", "additionalProperties": {"type": "string"}}})
_SCALED_OBJECT = _fields(
    {"scaleTargetRef": _fields({"name": _TEXT}, _any_of("apiVersion", "kind")), "triggers": _many(_TRIGGER)},
    {
        "minReplicaCount": _NUMBER,
        "maxReplicaCount": _NUMBER,
        **_any_of("pollingInterval", "cooldownPeriod", "advanced", "fallback"),
    },
)
_MTLS = _fields({"mode": _one_of("STRICT", "PERMISSIVE", "DISABLE", "UNSET")})
_AUTHORIZATION = _fields(
    {
        "action": _one_of("ALLOW", "DENY"),
        "rules": _many(_fields({}, {"from": _many(_ANY), "to": _many(_ANY), "when": _ANY})),
    },
    {"targetRefs": _many(_fields({"kind": _TEXT, "name": _TEXT}, _any_of("group"))), **_any_of("selector")},
)
_DESTINATION = _fields({"host": _TEXT}, {"port": _fields({"number": _NUMBER}), **_any_of("subset")})
_MESH_RULE = _fields(
    {"route": _many(_fields({"destination": _DESTINATION}, {"weight": _NUMBER}))},
    {
        "fault": _fields({}, _any_of("delay", "abort")),
        "retries": _fields({"attempts": _NUMBER}, _any_of("perTryTimeout", "retryOn")),
        **_any_of("name", "match", "timeout"),
    },
)
_RELABELING = _fields({"targetLabel": _TEXT}, _any_of("replacement", "action", "sourceLabels", "regex"))
_ENDPOINT = {"interval": _DURATION, "relabelings": _many(_RELABELING), **_any_of("path", "scheme")}
_ALERT = _fields(
    {
        "alert": _TEXT,
        "expr": _TEXT,
        "labels": _fields({"severity": _one_of("warning", "critical")}),
        "annotations": _ANY,
    },
    {"for": _DURATION},
)
_RECORD = _fields({"record": {"pattern": "^[a-z_:0-9]+$"}, "expr": _TEXT})
_RULE_GROUP = _fields({"name": _TEXT, "rules": _many({"oneOf": [_ALERT, _RECORD]})}, {"interval": _DURATION})


def _kind(api_version: str, kind: str, spec: Schema) -> tuple[tuple[str, str], Schema]:
    head = {"apiVersion": {"const": api_version}, "kind": {"const": kind}, "metadata": _METADATA}
    return (api_version, kind), _fields({**head, "spec": spec})


_KINDS: Sequence[tuple[tuple[str, str], Schema]] = (
    _kind(
        "gateway.networking.k8s.io/v1", "Gateway", _fields({"gatewayClassName": _TEXT, "listeners": _many(_LISTENER)})
    ),
    _kind(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        _fields({"parentRefs": _many(_PARENT), "rules": _many(_HTTP_RULE)}, {"hostnames": _many(_TEXT)}),
    ),
    _kind(
        "gateway.networking.k8s.io/v1alpha2",
        "TLSRoute",
        _fields(
            {
                "parentRefs": _many(_PARENT),
                "hostnames": _many(_TEXT),
                "rules": _many(_fields({"backendRefs": _many(_BACKEND)}, _any_of("name"))),
            }
        ),
    ),
    _kind(
        "cert-manager.io/v1",
        "Certificate",
        _fields(
            {"secretName": _TEXT, "dnsNames": _many(_TEXT), "issuerRef": _ISSUER},
            {
                "privateKey": _fields({}, _any_of("algorithm", "size", "rotationPolicy", "encoding")),
                **_any_of("duration", "renewBefore", "usages"),
            },
        ),
    ),
    _kind(
        "monitoring.coreos.com/v1",
        "ServiceMonitor",
        _fields(
            {
                "selector": _fields({"matchLabels": _ANY}),
                "endpoints": _many(_fields({"port": _TEXT}, _ENDPOINT)),
            },
            _any_of("namespaceSelector", "jobLabel", "targetLabels"),
        ),
    ),
    _kind("monitoring.coreos.com/v1", "PrometheusRule", _fields({"groups": _many(_RULE_GROUP)})),
    _kind("postgresql.cnpg.io/v1", "Cluster", _CLUSTER),
    _kind(
        "postgresql.cnpg.io/v1",
        "ScheduledBackup",
        _fields({"schedule": _TEXT, "cluster": _SECRET}, _any_of("backupOwnerReference", "immediate", "method")),
    ),
    _kind("keda.sh/v1alpha1", "ScaledObject", _SCALED_OBJECT),
    _kind("security.istio.io/v1", "PeerAuthentication", _fields({"mtls": _MTLS}, _any_of("selector", "portLevelMtls"))),
    _kind("security.istio.io/v1", "AuthorizationPolicy", _AUTHORIZATION),
    _kind(
        "networking.istio.io/v1",
        "VirtualService",
        _fields({"hosts": _many(_TEXT), "http": _many(_MESH_RULE)}, _any_of("gateways", "exportTo")),
    ),
)
SCHEMA_OF_KIND: Mapping[tuple[str, str], Schema] = dict(_KINDS)
