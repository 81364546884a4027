# The desk. The base is pinned by version; docs/scale.md says how to pin it by digest, too.
ARG PYTHON=python:3.13.7-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY desk/requirements.lock ./desk/
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r desk/requirements.lock
COPY . ./
# The build backend is in the lock: nothing is fetched past it.
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation --editable contract --editable desk \
 && /opt/venv/bin/python -m compileall -q contract desk

FROM ${PYTHON}
RUN groupadd --gid 10001 nightdesk \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin nightdesk
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY --chmod=0555 deploy/docker/with-secrets /usr/local/bin/with-secrets
WORKDIR /app
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/tmp \
    NIGHTDESK_VAR=/tmp/var \
    DESK_HOST=0.0.0.0 \
    DESK_PORT=8000 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["with-secrets"]
CMD ["nightdesk-desk", "serve"]
