# mcuq with Arm's GCC, QEMU and the emulators, for builds without a set-up of one's own:
#
#   docker build -t mcuq .
#   docker run --rm -u "$(id -u):$(id -g)" -v "$PWD":/work mcuq build --board stm32f746
FROM python:3.13-slim-trixie AS wheel
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist .

FROM python:3.13-slim-trixie
# Debian's releases keep the compiler's version, and with it sizes and counts.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=wheel,source=/dist,target=/dist \
    pip install --no-cache-dir /dist/*.whl
ENV XDG_CACHE_HOME=/tmp/cache
WORKDIR /work
ENTRYPOINT ["mcuq"]
CMD ["--help"]
