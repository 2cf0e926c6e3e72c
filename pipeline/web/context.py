"""The settings and servers that an application shows, for the routes that look behind the index."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from pipeline.connect.locate import Servers
from pipeline.ops.status import Status


@dataclass(frozen=True)
class Watched:
    """What the status is of."""

    servers: Servers
    status: Status


def _watched(request: Request) -> Watched:
    found: Watched = request.app.state.watched
    return found


Watching = Annotated[Watched, Depends(_watched)]
