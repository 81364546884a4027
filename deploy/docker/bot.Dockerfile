# Rasa and the actions: one image, as they share one environment.
# The base is pinned by version; docs/scale.md says how to pin it by digest, too.
ARG PYTHON=python:3.10.18-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.lock ./
# The lock is whole and has hashes; it holds versions that Rasa's own pins would refuse.
RUN /opt/venv/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY . ./
# The build backend is in the lock: nothing is fetched past it.
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation --editable contract --editable . \
 && /opt/venv/bin/python -m compileall -q nightdesk actions contract
# The sentence encoder's graphs are built now: at run time this file system is read-only.
ENV NIGHTDESK_CACHE=/opt/cache
RUN /opt/venv/bin/python -c "from nightdesk.encoder import load_encoder; load_encoder()"

FROM ${PYTHON}
RUN groupadd --gid 10001 nightdesk \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin nightdesk \
 # Where a volume for trained models is mounted: it takes this owner.
 && install -d -o nightdesk -g nightdesk -m 0750 /models
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/cache /opt/cache
COPY --from=build /app /app
COPY --chmod=0555 deploy/docker/with-secrets /usr/local/bin/with-secrets
WORKDIR /app
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/tmp \
    NIGHTDESK_CACHE=/opt/cache \
    NIGHTDESK_MODELS=/models \
    NIGHTDESK_VAR=/tmp/var \
    MPLCONFIGDIR=/tmp \
    RASA_TELEMETRY_ENABLED=false \
    OPENBLAS_NUM_THREADS=1 \
    OMP_NUM_THREADS=1 \
    TF_CPP_MIN_LOG_LEVEL=3 \
    SQLALCHEMY_SILENCE_UBER_WARNING=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["with-secrets"]
CMD ["python", "-m", "nightdesk.run.rasa_process", "run", "--model", "/models", \
     "--interface", "0.0.0.0", "--port", "5005", \
     "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
