"""List the servers' jars: locked by hash in ``jars.lock``, stored in the user's cache."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).parent / "jars.lock"
_AT_ONCE = 4
_MAIN = {"kafka": "kafka_2.13", "elasticsearch": "elasticsearch"}


@dataclass(frozen=True)
class Jar:
    """One line of the lock: the server that needs it, its Maven coordinates, SHA-256, and size in bytes."""

    server: str
    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def filename(self) -> str:
        """Its file name in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def cache_dir() -> Path:
    """Return the directory of the jars: ``wire/jars`` in the user's cache directory."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wire" / "jars"


def locked(*servers: str) -> list[Jar]:
    """Return the jars that these servers need."""
    found = []
    for line in LOCK.read_text().splitlines():
        server, coordinates, sha256, size = line.split()
        if server in servers:
            group, artifact, version = coordinates.split(":")
            found.append(Jar(server, group, artifact, version, sha256, int(size)))
    return found


def paths(server: str) -> list[Path]:
    """Return the paths of this server's jars in the cache."""
    return [cache_dir() / jar.filename for jar in locked(server)]


def version(server: str) -> str:
    """Return the server's version, which is that of its main jar."""
    return next(jar.version for jar in locked(server) if jar.artifact == _MAIN[server])


def missing(jars: Sequence[Jar], cache: Path) -> list[Jar]:
    """Return the jars that are not in the cache or are damaged; each only once."""
    unique = {jar.filename: jar for jar in jars}.values()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        intact = pool.map(lambda jar: is_intact(cache / jar.filename, jar), unique)
        return [jar for jar, is_whole in zip(unique, intact, strict=True) if not is_whole]


def is_intact(path: Path, jar: Jar) -> bool:
    """Return whether the file has the locked size and hash."""
    try:
        if path.stat().st_size != jar.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False
