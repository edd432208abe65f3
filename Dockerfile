FROM python:3.12-slim-bookworm

RUN useradd --create-home --uid 1000 kaw && mkdir /data && chown kaw /data
WORKDIR /app
COPY pyproject.toml hatch_build.py package.json package-lock.json README.md LICENSE main.py ./
COPY kaw kaw
COPY assets assets
RUN pip install --no-cache-dir .

USER kaw
ENV KAW_DATA_DIR=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, ssl, urllib.request as r; t = bool(os.environ.get('KAW_TLS_CERT')); \
r.urlopen(('https' if t else 'http') + '://127.0.0.1:8080/health', timeout=2, \
context=ssl._create_unverified_context() if t else None)"]
CMD ["python", "main.py"]
