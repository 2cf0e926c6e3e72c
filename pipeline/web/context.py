"""The settings and servers that an application shows, for the routes that look behind the index."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from pipeline.connect.locate import Servers
from pipeline.ops.status import Status


@dataclass(frozen=True)
class AppContext:
    """What the status is of."""

    servers: Servers
    status: Status


def _context(request: Request) -> AppContext:
    found: AppContext = request.app.state.context
    return found


Context = Annotated[AppContext, Depends(_context)]
