# The product and nothing that builds it. Settings come from the environment at run time; none is in the image.
FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/firststep
COPY . .
# Installs the hashed pins, builds the browser side with Node from a wheel, and compiles the translations.
RUN python3 -m tools.prepare run \
    && .venv/bin/python -m compileall -q app.py blueprints firststep migrations \
    && rm -rf .node-venv node_modules .stamps

FROM python:3.11-slim-bookworm
# No account that anything else uses, and no shell; the same number in every image, for the owner of the volume.
RUN useradd --system --uid 10001 --home-dir /var/lib/firststep --shell /usr/sbin/nologin firststep \
    && install -d -m 700 -o firststep -g firststep /var/lib/firststep
WORKDIR /opt/firststep
COPY --from=build /opt/firststep /opt/firststep
ENV ENVIRONMENT=production VAR_DIR=/var/lib/firststep PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
# Asked by its own name, as every request must be. A database that is away is no reason to replace the container.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as web; web.urlopen(web.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ['BASE_URL'].split('/')[2]}), timeout=4)"]
ENTRYPOINT ["/opt/firststep/.venv/bin/flask", "--app", "app"]
CMD ["serve", "--no-worker", "--host", "0.0.0.0", "--port", "8000"]
