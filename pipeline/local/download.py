"""Download the jars, several at a time, and check each against the lock.

jgo knows the repository they come from. Each jar is downloaded into a directory of its own, and moved into the
cache once its hash is verified. A file lock lets only one process download at a time.
"""

import fcntl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
import stamina
from jgo.maven import MavenContext, PythonResolver

from pipeline.errors import ConfigurationError, DownloadFailed
from pipeline.local.jars import LOCK, Jar, is_intact, missing

_AT_ONCE = 8
_ATTEMPTS = 4
_TIMEOUT = 20
"""Seconds without data after which a download is retried."""


class _Damaged(Exception):
    """The bytes do not have the locked hash."""


def fetch(
    jars: Sequence[Jar],
    cache: Path,
    on_bytes: Callable[[int], None] = lambda size: None,
    repositories: dict[str, str] | None = None,
) -> None:
    """Download missing or damaged jars into the cache; ``on_bytes`` gets the number of bytes received.

    ``repositories`` are Maven repositories by name; by default jgo's own. Raises DownloadFailed, and
    ConfigurationError if the cache is not writable.
    """
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with (
            _exclusive(cache),
            TemporaryDirectory(prefix=".fetch-", dir=cache) as folder,
            ThreadPoolExecutor(_AT_ONCE) as pool,
        ):
            wanted = missing(jars, cache)
            fetched = [pool.submit(_fetch, jar, cache, Path(folder), on_bytes, repositories) for jar in wanted]
            try:
                for each in as_completed(fetched):
                    each.result()
            finally:
                pool.shutdown(cancel_futures=True)
    except OSError as error:
        raise ConfigurationError(f"jar cache {cache}: {error.strerror or error}") from None


def _fetch(
    jar: Jar, cache: Path, folder: Path, on_bytes: Callable[[int], None], repositories: dict[str, str] | None
) -> None:
    try:
        for attempt in stamina.retry_context(on=(requests.RequestException, _Damaged), attempts=_ATTEMPTS):
            # A new directory for each attempt: jgo takes an existing file for a complete one.
            with attempt, TemporaryDirectory(dir=folder) as repository:
                path = _download(jar, Path(repository), on_bytes, repositories)
                if not is_intact(path, jar):
                    raise _Damaged(f"its hash is not the one in {LOCK.name}")
                path.replace(cache / jar.filename)
    except (requests.RequestException, RuntimeError, _Damaged) as error:
        why = type(error).__name__ if isinstance(error, requests.RequestException) else error
        raise DownloadFailed(
            f"{jar.filename}, a part of the local Kafka and Elasticsearch, could not be downloaded ({why}). "
            "Each part is downloaded once: connect this machine to the network, "
            "or use servers you have (--kafka HOST:PORT --elasticsearch URL), or run `docker compose up -d`"
        ) from None


def _download(jar: Jar, repository: Path, on_bytes: Callable[[int], None], repositories: dict[str, str] | None) -> Path:
    @contextmanager
    def progress(_filename: str, _size: int) -> Iterator[Callable[[int], None]]:
        yield on_bytes

    context = MavenContext(
        PythonResolver(progress_callback=progress),
        repo_cache=repository,
        remote_repos=repositories,
        timeout=_TIMEOUT,
    )
    path: Path = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    return path


@contextmanager
def _exclusive(cache: Path) -> Iterator[None]:
    """Wait until no other process downloads into the cache."""
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
