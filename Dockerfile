# Build with the development dependencies; what is built needs none.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM gcr.io/distroless/nodejs24-debian12:nonroot
LABEL org.opencontainers.image.title="couchdb-migrate" \
      org.opencontainers.image.description="Declarative migrations for Apache CouchDB" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
# All that runs is bundled in dist; the packages of the embedded server (sandbox) are optional, and left out.
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/dist ./dist
COPY --from=build /app/schemas ./schemas
# As a number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli.cjs"]
CMD ["apply", "/migrations"]
