"""Retry without limit while a server is unavailable, with exponential back-off."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import stamina

from pipeline.errors import ConfigurationError, ElasticsearchUnavailable, TransientError
from pipeline.workers.contract import Metrics

Result = TypeVar("Result")

_RETRIED_ERRORS = (TransientError, ConfigurationError)
"""A server that rejects our credentials is no story's fault either."""


async def retry_forever(work: Callable[[], Awaitable[Result]], metrics: Metrics) -> Result:
    """Return the result of ``work``; call it again for as long as a server is unavailable or rejects us.

    The second attempt follows at once, the others with back-off.
    """

    async def attempted() -> Result:
        try:
            return await work()
        except _RETRIED_ERRORS as error:
            server = "elasticsearch" if isinstance(error, ElasticsearchUnavailable) else "kafka"
            metrics.server_unavailable(server, str(error))
            raise

    # Nearly all calls succeed at once; preparing for retries costs more than most of them.
    with suppress(*_RETRIED_ERRORS):
        return await attempted()
    async for attempt in stamina.retry_context(
        on=_RETRIED_ERRORS, attempts=None, timeout=None, wait_initial=0.2, wait_max=10.0, wait_jitter=0.5
    ):
        with attempt:
            return await attempted()
    raise AssertionError("a retry without end has ended")
