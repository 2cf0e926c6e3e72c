"""``make chaos``: run many rounds."""

import sys
import tempfile
import time
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import stamina
import typer

from tests.chaos.rounds import disturbed, undisturbed
from tests.chaos.system import running


def main(
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How many rounds.")] = 30,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed breaks the same things.")] = None,
) -> None:
    """Break things while stories flow, and compare with an undisturbed run."""
    stamina.instrumentation.set_on_retry_hooks([])
    seed = SystemRandom().randrange(10_000) if seed is None else seed
    begin = time.monotonic()
    say(f"seed {seed}: {rounds} rounds undisturbed …")
    with tempfile.TemporaryDirectory(prefix="wire-chaos-") as name:
        with running(Path(name, "calm")) as calm:
            expected = undisturbed(calm, seed, rounds)
        say(f"{len(expected[-1]['stories'])} stories, {len(expected[-1]['quotes'])} quotes, "
            f"{len(expected[-1]['dead'])} dead letters; now with faults …")  # fmt: skip
        for done in disturbed(Path(name, "storm"), seed, expected):
            verdict = "identical" if not done.wrong else f"{len(done.wrong)} DIFFERENCES"
            say(f"round {done.number:2}: {' + '.join(done.faults)}: {done.stories} stories, "
                f"settled {done.settled:.0f} s after, {verdict}")  # fmt: skip
            for line in done.wrong[:20]:
                say(f"    {line}")
            if done.wrong:
                log = Path(f"chaos-{seed}.log")
                log.write_bytes(Path(name, "storm", "workers.log").read_bytes())
                sys.exit(f"seed {seed}: round {done.number} differs; what the workers said is in {log}")
    say(f"seed {seed}: {rounds} rounds, all identical, {(time.monotonic() - begin) / 60:.0f} min")


def say(text: str) -> None:
    """Print a line without buffering it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    typer.run(main)
