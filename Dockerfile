# gonogo for runners, with what it calls: git, and ssh-keygen for signatures.
#   docker build --tag gonogo .
#   docker run --rm --network none --read-only --volume "$PWD:/workspace:ro" gonogo check
# Where the repository belongs to another user than the container's, git reads it all the same in /workspace and
# nowhere else: see docs/ci.md.
FROM docker.io/library/python:3.13.9-slim-bookworm@sha256:b685a4fa58bb19d1814d78a1ec0f0208f351452724f78b20212c984d6e124a34 AS build

WORKDIR /source
COPY LICENSE README.md pyproject.toml ./
COPY checker checker
COPY policies policies
COPY reports reports
COPY schemas schemas
RUN python -I -m venv /opt/gonogo \
    && /opt/gonogo/bin/python -I -m pip install --no-cache-dir --no-input --disable-pip-version-check ".[publish]" \
    && /opt/gonogo/bin/python -I -m pip uninstall --yes pip

FROM docker.io/library/python:3.13.9-slim-bookworm@sha256:b685a4fa58bb19d1814d78a1ec0f0208f351452724f78b20212c984d6e124a34

LABEL org.opencontainers.image.title="gonogo" \
      org.opencontainers.image.description="Policy-as-code go/no-go checks for product gates and launches" \
      org.opencontainers.image.licenses="Apache-2.0"

# Debian keeps one version of each, the one with the latest fixes, so a pinned one could not be built tomorrow.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --home-dir /home/gonogo --shell /usr/sbin/nologin gonogo

COPY --from=build /opt/gonogo /opt/gonogo
# HOME is stated, so that git finds the next setting whoever `--user` makes the container run as.
ENV PATH=/opt/gonogo/bin:$PATH HOME=/home/gonogo
USER 10001:10001
RUN git config --global --add safe.directory /workspace && chmod 755 "$HOME" && chmod 644 "$HOME/.gitconfig"
WORKDIR /workspace

# It runs once and ends.
HEALTHCHECK NONE
ENTRYPOINT ["gonogo"]
CMD ["--help"]
