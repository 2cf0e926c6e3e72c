"""Requests to the simulated servers: slow, lost, answered late, carried out twice; and senders that die."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tests.simulation.loop import LIVING, SimulatedLoop

Result = TypeVar("Result")


@dataclass(frozen=True)
class Rates:
    """The probability of each way a request can end; the rest succeeds."""

    dies_before: float = 0.0
    dies_after: float = 0.0
    lost: float = 0.0
    unanswered: float = 0.0
    late: float = 0.0


CALM = Rates()


class Network:
    """The network between the workers and the servers."""

    def __init__(self, loop: SimulatedLoop, random: Random, rates: Rates, until: float) -> None:
        """Inject faults until ``until`` seconds of simulated time."""
        self._loop, self._random, self._rates, self._until = loop, random, rates, until

    async def request(
        self,
        carry_out: Callable[[], Result],
        away: Callable[[str], Exception],
        partly: Callable[[], None] | None = None,
    ) -> Result:
        """Return the result of ``carry_out`` once the server has answered.

        ``partly`` carries out only part of a request, as an interrupted server does.
        """
        random = self._random
        rates = self._rates if self._loop.time() < self._until else CALM
        await asyncio.sleep(random.choice((0.001, 0.002, 0.005, 0.02, 0.2)))
        chance = random.random()
        if (chance := chance - rates.dies_before) < 0:
            if partly and random.random() < 0.5:
                partly()
            await self._die()
        if (chance := chance - rates.lost) < 0:
            if partly and random.random() < 0.5:
                partly()
            await self._time_out(away)
        if (chance := chance - rates.late) < 0:
            # Whoever sent it may be dead by then.
            self._loop.call_later(random.choice((0.5, 5.0, 40.0)), carry_out, context=Context())
            await self._time_out(away)
        result = carry_out()
        if (chance := chance - rates.dies_after) < 0:
            await self._die()
        if chance - rates.unanswered < 0:
            await self._time_out(away)
        await asyncio.sleep(random.choice((0.0, 0.001, 0.01)))
        return result

    async def _time_out(self, away: Callable[[str], Exception]) -> None:
        await asyncio.sleep(self._random.choice((0.0, 1.0, 30.0)))
        raise away("no answer")

    async def _die(self) -> None:
        if living := LIVING.get():
            living.die()
        await asyncio.Event().wait()
