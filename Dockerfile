# One image for the service and for workers of a queue:
#
#   docker build -t face-tuning .
#   docker run --rm -p 127.0.0.1:8080:8080 face-tuning
#
# The compiler and its packages stay in the first stage.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.base.json ./
COPY src src
COPY tools tools
RUN npm run build
# Packages of developers go; those that serve and worker load when asked for stay, in the versions of the lock file.
RUN node tools/keep-optional-peers.mjs && npm prune --omit=dev \
  && rm -rf node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY models models
# A folder that workers and stages share; a volume is mounted over it.
RUN mkdir /shared && chown node:node /shared
USER node
EXPOSE 8080
# Docker counts a container as healthy once its service answers; workers switch this off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/face-tuning.js"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
