"""Patch what is wrong in Faust. ``offsets`` works around another fault."""

from collections.abc import Mapping

from faust.transport.consumer import Consumer
from faust.types import TP


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
