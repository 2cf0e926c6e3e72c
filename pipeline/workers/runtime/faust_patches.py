"""Patch what is wrong in Faust and mode, as of faust-streaming 0.15.3. ``offsets`` works around another fault."""

import os
import threading
from collections.abc import Mapping, Sequence
from signal import Signals
from typing import Any

from faust import Worker
from faust.transport.consumer import Consumer
from faust.types import TP, AppT
from mode.utils.queues import FlowControlQueue

DRAIN = 10.0
"""Seconds a worker may take to stop before it is ended. Another worker then repeats its unfinished work."""


def keep_failed_commits() -> None:
    """Retry a failed commit together with the next one.

    ``Consumer._commit_offsets`` records offsets as committed even if the broker rejected them (IllegalGeneration,
    during a rebalance). The messages are then delivered again, but their offsets are below the recorded one, so
    their acknowledgements are ignored and the group's lag never returns to zero (faust-streaming 312, 611;
    robinhood 458). This project uses neither transactions nor tables, which that method also handles.
    """

    async def commit_offsets(self: Consumer, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        assigned = self.assignment()
        ours = {tp: offset for tp, offset in offsets.items() if tp in assigned}
        if not ours:
            return False
        await self.app.producer.flush()
        if await self._commit(ours):
            self._committed_offset.update(ours)
            self.app.monitor.on_tp_commit(ours)
            return True
        for tp, offset in ours.items():
            again = set(range(self._committed_offset[tp] or offset - 1, offset)) - self._acked_index[tp]
            self._acked[tp] += again
            self._acked_index[tp] |= again
        return False

    Consumer._commit_offsets = commit_offsets


def never_pause() -> None:
    """Wait for room in a full queue instead of pausing its partition.

    Faust sleeps for a second while all partitions are paused (faust-streaming 53 made it pause; that it then waits is
    not reported), and a stage that needs less for what it has buffered would be idle until then. ``FlowControlQueue``
    pauses a partition once its queue is longer than its size divided by this ratio, which it never is.
    """
    FlowControlQueue.pressure_high_ratio = 0.5


class DrainingWorker(Worker):  # type: ignore[misc]
    """Faust's worker, which starts several apps at once, and exits if Faust's own shutdown hangs (robinhood 484).

    Faust would start an app only once the one before has its partitions, which takes ten seconds after a kill. Not
    reported.
    """

    def __init__(self, apps: Sequence[AppT], **options: Any) -> None:
        """Take the apps, of which there is at least one, and Faust's options."""
        first, *self._others = apps
        super().__init__(first, **options)

    async def on_start(self) -> None:
        """Start the apps; Faust itself starts the first."""
        await super().on_start()
        for app in self._others:
            self.add_future(self.add_runtime_dependency(app))

    def _schedule_shutdown(self, signal: Signals) -> None:
        timer = threading.Timer(DRAIN, os._exit, (1,))
        timer.daemon = True
        timer.start()
        super()._schedule_shutdown(signal)
