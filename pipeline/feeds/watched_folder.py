"""Watch a folder: take each file once, when it is complete.

A file is complete when its size and time have not changed for ``settle`` seconds. Names that begin with a dot or
end like unfinished transfers are ignored. Taken files are remembered by path, size, time and inode, or moved into
``.done``. Links are not followed.
"""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader, FileIO
from pathlib import Path

from pipeline.feeds.feed_state import FeedState
from pipeline.feeds.item_reader import ItemReader, Rejected, readable
from pipeline.formats import SNIFFED_BYTES
from pipeline.story import RawStory

DONE = ".done"
_UNFINISHED = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".partial", ".swp", "~")
_KEPT = 180 * 24 * 3600.0
_FORGET_EVERY = 3600.0


@dataclass(frozen=True)
class CompleteFile:
    """A complete file: its path, and a mark that distinguishes it from an earlier file of that name."""

    path: Path
    mark: str


@dataclass
class WatchedFolder:
    """A folder being watched, under the name of its feed."""

    name: str
    path: Path
    settle: float
    moves: bool
    feed_state: FeedState
    _growing: dict[Path, tuple[str, float]] = field(default_factory=dict)
    _forgot: float = 0.0

    def complete_files(self) -> list[CompleteFile]:
        """Return the complete files that were not taken, oldest first. Raises OSError for the folder itself."""
        now = time.monotonic()
        here: dict[Path, tuple[str, float, float]] = {}
        for path, status in _walk(self.path):
            mark = f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
            before, since = self._growing.get(path, ("", now))
            here[path] = (mark, since if before == mark else now, status.st_mtime)
        self._growing = {path: (mark, since) for path, (mark, since, _) in here.items()}
        taken = self.feed_state.seen(self.name, map(readable, here))
        self._forget(map(readable, here))
        whole = [
            (modified, CompleteFile(path, mark))
            for path, (mark, since, modified) in here.items()
            if now - since >= self.settle and taken.get(readable(path)) != mark
        ]
        return [arrived for _, arrived in sorted(whole, key=lambda pair: (pair[0], pair[1].path))]

    def items(self, arrived: CompleteFile, reader: ItemReader) -> Iterator[RawStory | Rejected]:
        """Yield the items in the file; anything but a regular file is rejected unread."""
        where = f"{self.name}: {readable(arrived.path)}"
        name = f"{self.name}/{readable(arrived.path.relative_to(self.path))}"
        try:
            handle = os.open(arrived.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            linked = arrived.path.is_symlink()
            reason = "a symbolic link, which is not followed" if linked else str(error.strerror)
            yield Rejected(where, reason, "NotAFile" if linked else "Unreadable")
            return
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            yield Rejected(where, "not a file", "NotAFile")
            return
        with BufferedReader(FileIO(handle), SNIFFED_BYTES) as stream:
            yield from reader.items(stream, where, name, self.name)

    def mark_done(self, arrived: CompleteFile) -> None:
        """Remember the file as taken, and move it away if configured."""
        self.feed_state.mark_seen(self.name, {readable(arrived.path): arrived.mark}, time.time())
        if self.moves and not arrived.path.is_symlink():
            target = self.path / DONE / arrived.path.relative_to(self.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target = target.with_name(f"{target.name}.{time.time_ns()}")
            arrived.path.rename(target)

    def _forget(self, here: Iterator[str]) -> None:
        if time.monotonic() - self._forgot > _FORGET_EVERY:
            self._forgot = time.monotonic()
            self.feed_state.forget(self.name, time.time() - _KEPT, here)


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the entries below a folder that are no folders; links to folders are entries."""
    for entry in os.scandir(folder):
        if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path))
            else:
                yield Path(entry.path), entry.stat(follow_symlinks=False)
        except OSError:
            # It was deleted meanwhile.
            continue
