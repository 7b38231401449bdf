{{- define "chargeyard.labels" -}}
app.kubernetes.io/part-of: chargeyard
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* Of what Prometheus' operator and Grafana look for by labels of their own. */}}
{{- define "chargeyard.monitoringLabels" -}}
{{- include "chargeyard.labels" . }}
{{- with .Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Those of one program: a dict of root and name. */}}
{{- define "chargeyard.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* A service's block over the defaults of all: a dict of root and name. As YAML. */}}
{{- define "chargeyard.service" -}}
{{- mergeOverwrite (deepCopy .root.Values.service) (deepCopy (get .root.Values.services .name)) | toYaml }}
{{- end }}

{{/* A digest says which image for ever; a tag which one it is today. */}}
{{- define "chargeyard.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* Where a server is: as it was said, or the chart's own. */}}
{{- define "chargeyard.natsHost" -}}
{{- if not (or .Values.nats.host .Values.natsServer.enabled) }}{{ fail "nats.host has to say where NATS is, since natsServer.enabled is false" }}{{ end -}}
{{ .Values.nats.host | default "nats" }}
{{- end }}

{{- define "chargeyard.databaseHost" -}}
{{- if not (or .Values.database.host .Values.postgresql.enabled) }}{{ fail "database.host has to say where PostgreSQL is, since postgresql.enabled is false" }}{{ end -}}
{{ .Values.database.host | default "postgresql-rw" }}
{{- end }}

{{- define "chargeyard.valkeyHost" -}}
{{- if not (or .Values.valkey.host .Values.valkeyServer.enabled) }}{{ fail "valkey.host has to say where Valkey is, since valkeyServer.enabled is false" }}{{ end -}}
{{ .Values.valkey.host | default "valkey" }}
{{- end }}

{{- define "chargeyard.streamReplicas" -}}
{{- if and .Values.natsServer.enabled (gt (int .Values.streamReplicas) (int .Values.natsServer.replicas)) }}
{{- fail (printf "streamReplicas is %v, and natsServer.replicas only %v: a server keeps a stream once" .Values.streamReplicas .Values.natsServer.replicas) }}
{{- end -}}
{{ .Values.streamReplicas | quote }}
{{- end }}

{{- define "chargeyard.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "chargeyard.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "chargeyard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* Over zones first, then over nodes, and rather unevenly than not at all: a dict of root and name. */}}
{{- define "chargeyard.spread" -}}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "chargeyard.selector" $ | nindent 6 }}
{{- end }}
{{- end }}

{{/* NATS as a user of its own: a dict of root and name. */}}
{{- define "chargeyard.natsEnv" -}}
- name: NATS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .root.Values.secrets.nats }}, key: NATS_PASSWORD_{{ upper .name }}}}
- name: NATS_URL
  value: nats://{{ .name }}:$(NATS_PASSWORD)@{{ include "chargeyard.natsHost" .root }}:{{ .root.Values.nats.port }}
{{- end }}

{{/* The database as a role of its own: a dict of root and name. */}}
{{- define "chargeyard.databaseEnv" -}}
- name: DATABASE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .root.Values.secrets.databasePrefix }}-{{ .name }}, key: password}}
- name: DATABASE_URL
  value: postgresql+asyncpg://chargeyard_{{ .name }}:$(DATABASE_PASSWORD)@{{ include "chargeyard.databaseHost" .root }}:{{ .root.Values.database.port }}/{{ .root.Values.database.name }}
{{- end }}

{{/* Keys from the one Secret, each by its name: a dict of root and keys. */}}
{{- define "chargeyard.keysEnv" -}}
{{- range .keys }}
- name: {{ . }}
  valueFrom: {secretKeyRef: {name: {{ $.root.Values.secrets.keys }}, key: {{ . }}}}
{{- end }}
{{- end }}

{{/* Readiness stops requests, liveness restarts: only a process that answers nothing at all is restarted. */}}
{{- define "chargeyard.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: {{ .port }}}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 120 # it waits for NATS, the database and its migration
livenessProbe:
  httpGet: {path: /livez, port: {{ .port }}}
  periodSeconds: 15
  timeoutSeconds: 5
  failureThreshold: 4
readinessProbe:
  httpGet: {path: /readyz, port: {{ .port }}}
  periodSeconds: 5
  timeoutSeconds: 4
  failureThreshold: 2
{{- end }}

{{/* What a pod may always call: names. */}}
{{- define "chargeyard.dnsEgress" -}}
- to:
    - namespaceSelector: {}
      podSelector: {matchLabels: {k8s-app: kube-dns}}
  ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end }}

{{/* One of the servers: the chart's own pods, or wherever it is: a dict of own, labels and port. */}}
{{- define "chargeyard.serverEgress" -}}
{{- if .own }}
- to:
    - podSelector: {matchLabels: {{ .labels | toJson }}}
  ports: [{protocol: TCP, port: {{ .port }}}]
{{- else }}
- ports: [{protocol: TCP, port: {{ .port }}}]
{{- end }}
{{- end }}

{{/* Whoever collects traces, where somebody does: at the port of its URL, which says it or has a usual one. */}}
{{- define "chargeyard.tracingEgress" -}}
{{- with .Values.tracing.endpoint }}
{{- $url := urlParse . }}
- {{- with $.Values.tracing.namespaces }}
  to:
    {{- include "chargeyard.namespaces" . | nindent 4 }}
  {{- end }}
  ports:
    - protocol: TCP
      port: {{ regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (eq $url.scheme "https" | ternary "443" "80") }}
{{- end }}
{{- end }}

{{/* Those of whom pods let in, as peers: a list of namespaces. */}}
{{- define "chargeyard.namespaces" -}}
{{- range . }}
- namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ . }}}}
{{- end }}
{{- end }}

{{/* Where requests to a service go, a part of them to its canary: a dict of name and canary. */}}
{{- define "chargeyard.backends" -}}
{{- if .canary.enabled }}
- {name: {{ .name }}, port: 8000, weight: {{ sub 100 (int .canary.weight) }}}
- {name: {{ .name }}-canary, port: 8000, weight: {{ .canary.weight }}}
{{- else }}
- {name: {{ .name }}, port: 8000}
{{- end }}
{{- end }}

{{/* Whoever carries requests in from outside, as peers: where it is installed, and where Istio starts it. */}}
{{- define "chargeyard.edge" -}}
{{- include "chargeyard.namespaces" .Values.networkPolicy.edgeNamespaces }}
{{- if eq .Values.routes.kind "gateway" }}
- podSelector: {matchLabels: {gateway.networking.k8s.io/gateway-name: {{ .Values.routes.gateway.name }}}}
{{- end }}
- podSelector: {matchLabels: {app.kubernetes.io/component: edge}}
{{- end }}

{{- define "chargeyard.gatewayNamespace" -}}
{{ .Values.routes.gateway.namespace | default .Release.Namespace }}
{{- end }}
