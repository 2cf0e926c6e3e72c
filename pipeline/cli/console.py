"""Set up the console: messages on standard error, data on standard output, colour on a terminal."""

import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

import stamina
import structlog
from rich.console import Console
from rich.text import Text

from pipeline.errors import QueryError

messages = Console(stderr=True, highlight=False)
"""For progress, warnings and errors."""
output = Console(highlight=False)
"""For results read by people; for programs use ``print_json``."""

_QUIET = ("faust", "mode", "aiokafka", "elastic_transport", "elasticsearch", "asyncio")
_REPEAT_AFTER = 10.0
"""Seconds before a library may repeat the same message."""
_SILENT = "kafka"
"""Loggers whose messages we raise as errors, with the reason."""


def print_error(text: str) -> None:
    """Print one line that says what is wrong."""
    messages.print(Text.assemble(("wire: ", "bold red"), text), soft_wrap=True)


def print_query_error(error: QueryError) -> None:
    """Print a search line with a mark under what is wrong, why, and the nearest line that can be read."""
    print_error(str(error))
    if "\n" not in error.query:
        messages.print(Text(f"  {error.query}"), soft_wrap=True)
        messages.print(Text(f"  {' ' * (error.position - 1)}^", "bold red"), soft_wrap=True)
    if error.suggestion:
        messages.print(Text.assemble("try: ", (error.suggestion, "bold")), soft_wrap=True)


def print_json(text: str) -> None:
    """Print one line of JSON unchanged."""
    sys.stdout.write(text + "\n")


def exit_on_closed_pipe() -> NoReturn:
    """Exit silently if nobody reads standard output any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


class _RateLimitFilter(logging.Filter):
    """Let a library repeat a message only once in a while; aiokafka would repeat it a hundred times a second while a
    broker is unavailable.
    """

    def __init__(self) -> None:
        """Start without messages."""
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the message may be logged now."""
        key, now = (record.name, str(record.msg)), time.monotonic()
        if now - self._said.get(key, -_REPEAT_AFTER) < _REPEAT_AFTER:
            return False
        self._said[key] = now
        return True


def _log_retry(details: stamina.instrumentation.RetryDetails) -> None:
    structlog.get_logger().warning(
        "retry_scheduled",
        attempt=details.retry_num,
        reason=str(details.caused_by),
        wait_seconds=round(details.wait_for, 1),
    )


def set_up_logging() -> None:
    """Log to standard error: for people on a terminal, as JSON lines elsewhere."""
    stamina.instrumentation.set_on_retry_hooks([_log_retry])
    render: Callable[..., Any] = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, structlog.processors.format_exc_info],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    handler.addFilter(_RateLimitFilter())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger(_SILENT).setLevel(logging.CRITICAL)
