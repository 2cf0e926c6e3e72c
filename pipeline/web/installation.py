"""Provide the settings and servers to the routes that need more than the index."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from pipeline.locate import Servers
from pipeline.ops.status import Status


@dataclass(frozen=True)
class Installation:
    """The servers and their status."""

    servers: Servers
    status: Status


def _installation(request: Request) -> Installation:
    found: Installation = request.app.state.installation
    return found


Installed = Annotated[Installation, Depends(_installation)]
