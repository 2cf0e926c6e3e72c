"""Run the ``wire`` command in this process, which saves the second that a new process takes to start.

Calls from another thread get a process of their own, because standard output is shared.
"""

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from unittest.mock import patch

from pipeline.cli import main
from tests.soon import soon

COMMAND = [sys.executable, "-m", "pipeline"]


def run(
    words: Sequence[str], input: bytes, env: Mapping[str, str], home: Path, patience: float
) -> subprocess.CompletedProcess[bytes]:
    """Run a command with these variables in the folder ``home``; return its output and exit code."""
    if threading.current_thread() is not threading.main_thread():
        return subprocess.run(
            [*COMMAND, *words], input=input, capture_output=True, timeout=patience, cwd=home, env=os.environ | env
        )
    streams = {"stdout": _stream(), "stderr": _stream()}
    with (
        _file(input) as stdin,
        patch.multiple(sys, argv=["wire", *words], stdin=stdin, **streams),
        patch.dict(os.environ, env),
        chdir(home),
        soon(patience),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    out, err = (_value(streams[name]) for name in ("stdout", "stderr"))
    return subprocess.CompletedProcess(["wire", *words], code, out, err)


@contextmanager
def _file(value: bytes) -> Iterator[io.TextIOWrapper]:
    """Return a stream with a file descriptor, as commands expect of standard input."""
    with TemporaryFile() as file:
        file.write(value)
        file.seek(0)
        yield io.TextIOWrapper(file, encoding="utf-8")


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


def _value(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()
