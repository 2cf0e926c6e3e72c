"""What is wrong in Faust, mended in one place; ``offsets`` mends something more."""

from collections.abc import Mapping

from faust.transport.consumer import Consumer
from faust.types import TP


def keep_failed_commits() -> None:
    """Let a commit that failed be tried again with the next one.

    ``Consumer._commit_offsets`` notes offsets as committed also where the broker refused them
    (IllegalGeneration, in the middle of a rebalance). The messages come again, their
    acknowledgements are below the noted offset and count for nothing, and the group stays behind
    for ever, although all is done (faust-streaming 312, 611; robinhood 458). Transactions and
    tables, which that method also looks after, are not used here.
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
