"""One simulation by its seed."""

from random import Random

from tests.simulation import laws, scenario
from tests.simulation.faults import CALM, Rates
from tests.simulation.system import System

_PROFILES = (
    CALM,
    Rates(dies_before=0.01, dies_after=0.01),
    Rates(lost=0.03, unanswered=0.03),
    Rates(lost=0.02, unanswered=0.02, late=0.02),
    Rates(dies_before=0.01, dies_after=0.02, lost=0.02, unanswered=0.03, late=0.02),
    Rates(dies_before=0.05, dies_after=0.05, lost=0.05, unanswered=0.1, late=0.05),
)


def simulate(seed: int) -> list[str]:
    """Simulate a seed, and return the laws it breaks."""
    random = Random(seed)
    rates = random.choice(_PROFILES)
    system = System(scenario.make(random), random, rates, random.choice((1, 2)))
    watch = laws.KillWatch(system)
    try:
        system.finish()
        return [*watch.broken, *laws.broken(system)]
    except AssertionError as error:
        return [str(error)]
    finally:
        system.loop.close()
