"""What all tests share: a story factory, and the language model, which is loaded once."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from pipeline.annotate.model import LanguageModel, LanguageModels
from pipeline.annotations import Annotations
from pipeline.languages.contract import AnnotationInput
from pipeline.settings import Spacy
from pipeline.story import Source, Story

settings.register_profile("wire", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("wire")

NOON = datetime(2024, 5, 16, 12, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
UPI = ROOT / "seeds" / "upi-putin-xi.txt"


class ByServers(LoadScopeScheduling):  # type: ignore[misc]
    """Two processes: one runs the tests that share servers, the other those with servers of their own.

    Both take the remaining tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        if "/whole/" not in nodeid:
            return nodeid
        return "own" if any(name in nodeid for name in ("test_chaos.py", "test_local.py")) else "shared"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServers:
    """Return the scheduler that distributes the tests."""
    return ByServers(config, log)


def without(tool: str, package: str) -> NoReturn:
    """Skip a test whose tool is not installed, or fail it if ``CI`` is set."""
    reason = f"{tool} is not installed (apt-get install {package})"
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def make_story(**fields: Any) -> Story:
    """Return a story with these fields; the rest has defaults."""
    plain: dict[str, Any] = {
        "uri": "urn:test:1",
        "versioncreated": NOON,
        "firstcreated": NOON,
        "source": Source(name="Test", format="ninjs", receivedat=NOON),
        "body": "The minister spoke in Geneva.",
    }
    return Story(**plain | fields)


@cache
def load_models() -> LanguageModels:
    return LanguageModels(Spacy().model)


@pytest.fixture(scope="session")
def models() -> LanguageModels:
    return load_models()


@pytest.fixture(scope="session")
def english(models: LanguageModels) -> LanguageModel:
    return models.of("en")


@pytest.fixture(scope="session")
def annotate(english: LanguageModel) -> Callable[[str], Annotations]:
    return lambda body: next(english.annotate([AnnotationInput(body)]))
