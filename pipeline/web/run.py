"""Serving until told to stop."""

import uvicorn

from pipeline.settings import Settings
from pipeline.web.app import make


def run(settings: Settings, elasticsearch: str, port: int) -> None:
    """Serve on that port of the settings' address."""
    app = make(elasticsearch, settings.elasticsearch.timeout)
    uvicorn.run(app, host=settings.web.host, port=port, log_level="warning", access_log=False)
