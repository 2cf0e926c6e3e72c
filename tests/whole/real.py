"""What a test asks for that runs on real servers alone."""

import os

import pytest

from tests.servers import maven


def needed() -> None:
    """Leave the test out, with the reason, where they cannot run; where ``CI`` is set, fail it."""
    if reason := maven.missing():
        told = f"real servers: {reason}"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
