"""Provide the settings and servers to the routes that need more than the index."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from pipeline.locate import Servers
from pipeline.ops.status import Status


@dataclass(frozen=True)
class AppContext:
    """The servers and their status."""

    servers: Servers
    status: Status


def _context(request: Request) -> AppContext:
    found: AppContext = request.app.state.context
    return found


Context = Annotated[AppContext, Depends(_context)]
