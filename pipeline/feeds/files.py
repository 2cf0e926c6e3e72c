"""Read files, and all files in folders.

A plain text has no uri of its own. It is named by its path below the nearest folder that holds everything named:
``seeds/`` gives ``a.txt``, and ``monday/ tuesday/`` gives ``monday/a.txt`` and ``tuesday/a.txt``, so that two files
never share a name within one call. A provider's name before it separates it from the files of other providers.
"""

import os
from collections.abc import Iterator, Sequence
from io import BufferedReader, FileIO
from pathlib import Path, PurePath

from pipeline.feeds.item_reader import ItemReader, Rejected, readable
from pipeline.formats import SNIFFED_BYTES
from pipeline.story import RawStory


def read(words: Sequence[str], reader: ItemReader) -> Iterator[RawStory | Rejected]:
    """Yield the items in these files and folders; hidden files in folders are skipped."""
    base = _common_folder([Path(word).absolute() for word in words])
    for path in walk(words):
        yield from _read_file(path, base, reader)


def size(words: Sequence[str]) -> int:
    """Return the total bytes of the named files, for a progress bar."""
    return sum(path.stat().st_size for path in walk(words) if path.is_file())


def walk(words: Sequence[str]) -> Iterator[Path]:
    """Yield the files; folders in the order of names, without symbolic links to folders."""
    for word in words:
        if not Path(word).is_dir():
            yield Path(word)
            continue
        for folder, below, names in os.walk(word):
            below[:] = sorted(name for name in below if not name.startswith("."))
            yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _read_file(path: Path, base: Path, reader: ItemReader) -> Iterator[RawStory | Rejected]:
    where = readable(path)
    if path.exists() and not path.is_file():
        yield Rejected(where, "not a file")
        return
    name = readable(path.absolute().relative_to(base))
    try:
        with BufferedReader(FileIO(path), SNIFFED_BYTES) as stream:
            yield from reader.items(stream, where, name, readable(PurePath(path.absolute().parent.name)))
    except OSError as error:
        yield Rejected(where, error.strerror or str(error))


def _common_folder(paths: list[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath(folders))
