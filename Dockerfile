# docker build -t autogap . && docker run --rm -p 8888:8888 autogap
FROM python:3.11-slim
RUN apt-get update && apt-get install --yes --no-install-recommends git make && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home reader && install --directory --owner=reader /srv/autogap
USER reader
WORKDIR /srv/autogap
COPY --chown=reader requirements.txt pyproject.toml Makefile README.md ./
COPY --chown=reader notebooks notebooks
RUN make .venv/ready
COPY --chown=reader . .
RUN touch .venv/ready
EXPOSE 8888
CMD ["make", "lab", "ARGS=--no-browser --ip=0.0.0.0"]
