# The bot as an image for Pipecat Cloud: `pipecat cloud deploy`, or docker build and push.
# The base image brings the server; it imports `bot` from /app and awaits it once for each session.
FROM dailyco/pipecat-base:0.1.31-py3.12

WORKDIR /app

# What a session leaves behind goes to stdout, as its disk goes with it (bot/stdout_report.py).
ENV PARLEY_PLATFORM=pipecat-cloud
# Another configuration than the default one: its path, or its name in configs/.
# ENV PARLEY_CONFIG=default

ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
COPY requirements-cloud.lock ./
RUN uv pip install --no-cache --require-hashes -r requirements-cloud.lock

COPY configs/ configs/
COPY eventlog/ eventlog/
COPY processors/ processors/
COPY bot/ bot/
COPY parley/ parley/

# What does not fit together is told here, and not by the first call.
RUN python -c "import pipecatcloud.agent; from bot import bot, readyz"
