# docker build -t feedtools . && docker run --rm -v "$PWD:/feed" feedtools check .
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY feedtools feedtools
COPY rules rules
COPY docs/feedtools.1 docs/feedtools.1
RUN python -m venv /opt/feedtools && /opt/feedtools/bin/pip install --no-cache-dir ".[feeds,html,parquet,warc,zst]"

FROM python:3.12-slim
COPY --from=build /opt/feedtools /opt/feedtools
ENV PATH=/opt/feedtools/bin:$PATH PYTHONDONTWRITEBYTECODE=1
RUN useradd --create-home feed
USER feed
WORKDIR /feed
ENTRYPOINT ["feedtools"]
CMD ["--help"]
