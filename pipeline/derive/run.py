"""How long computations run: beside the event loop, which has Kafka's heartbeats to send."""

from collections.abc import Awaitable, Callable
from typing import Any

Run = Callable[..., Awaitable[Any]]
"""Calls a function with arguments, and returns its result; ``asyncio.to_thread`` does."""
