# Built with the development dependencies; what is built needs none. It is all JavaScript, so that it is built on the
# builder's own architecture, whichever the image is for.
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim
ARG RUN_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && node scripts/image-files.mjs /image/app

FROM ${RUN_IMAGE}
# Within 64 MiB: what V8 may use of it, and threads that share their arenas. Node by itself takes several times as much.
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-old-space-size=32 --max-semi-space-size=1" \
    MALLOC_ARENA_MAX=1
COPY --from=build /image/app /app
# The default path of all commands is ./migrations.
WORKDIR /
# As a number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli.cjs"]
CMD ["apply"]
ARG VERSION=0.1.0
ARG REVISION
ARG SOURCE
ARG CREATED
LABEL org.opencontainers.image.title="couchdb-migrate" \
      org.opencontainers.image.description="Declarative migrations for Apache CouchDB" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.created="${CREATED}"
