"""Formats by description: TOML files that say where an agency's own XML or JSON has the fields of a story.

The files in ``builtin`` come with the project; those in ``configs/formats`` below the working directory are the
user's, and replace one of the same name. A changed file counts within a second, without a restart.
"""

import time
from collections.abc import Mapping
from pathlib import Path

import structlog

from pipeline.errors import ConfigurationError
from pipeline.formats.contract import Format
from pipeline.formats.described.described_format import DescribedFormat
from pipeline.formats.described.description import load

log = structlog.get_logger()

BUILTIN = Path(__file__).parent / "builtin"
FOLDER = Path("configs") / "formats"
_EVERY = 1.0


class DescribedFormats:
    """The formats in folders of descriptions, read again when a file changes."""

    def __init__(self, *folders: Path) -> None:
        """Read nothing yet."""
        self._folders = folders
        self._looked = float("-inf")
        self._seen: dict[Path, int] = {}
        self._read: dict[Path, DescribedFormat | None] = {}
        self._formats: dict[str, Format] = {}

    def formats(self) -> Mapping[str, Format]:
        """Return the formats by name. A file that is wrong is logged once, and left out."""
        if time.monotonic() - self._looked >= _EVERY:
            self._looked = time.monotonic()
            self._look()
        return self._formats

    def _look(self) -> None:
        paths = [path for folder in self._folders for path in sorted(folder.glob("*.toml"))]
        seen = {path: path.stat().st_mtime_ns for path in paths}
        if seen == self._seen:
            return
        for path in paths:
            if seen[path] != self._seen.get(path):
                self._read[path] = _described(path)
        self._seen = seen
        described = filter(None, (self._read[path] for path in paths))
        self._formats = {each.description.name: each.format() for each in described}


def _described(path: Path) -> DescribedFormat | None:
    try:
        return DescribedFormat(load(path))
    except ConfigurationError as error:
        log.error("format_description_rejected", reason=str(error))
        return None


DESCRIBED = DescribedFormats(BUILTIN, FOLDER)
"""The formats by description of this process."""
