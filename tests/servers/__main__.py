"""Both servers, until Ctrl-C: ``make servers``."""

import signal
import sys
import tempfile
from pathlib import Path

from tests.servers import Pair, maven


def main() -> None:
    """Start them, say how to use them, wait, stop them."""
    if reason := maven.missing():
        sys.exit(f"the real servers cannot run here: {reason}")
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="wire-servers-") as name, Pair(Path(name)) as pair:
        for variable, address in pair.environment.items():
            sys.stdout.write(f"export {variable}={address}\n")
        sys.stdout.flush()
        signal.sigwait((signal.SIGINT, signal.SIGTERM))


if __name__ == "__main__":
    main()
