"""The documentation is held against the code."""

import re
import tomllib

import pytest
import typer

from pipeline import topics
from pipeline.cli import MODULES, build_app
from pipeline.formats import FORMATS
from pipeline.settings import LiveFeed, Settings
from pipeline.story import Story
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def settings() -> dict[str, object]:
    """Every setting's full name and default."""
    found = {}
    for name, field in Settings.model_fields.items():
        section = field.default
        fields = getattr(type(section), "model_fields", None)
        if fields:
            found |= {f"{name}.{inner}": spec.default for inner, spec in fields.items()}
        else:
            found[name] = section
    return found


@pytest.mark.parametrize(("name", "default"), settings().items())
def test_every_setting_is_documented_with_its_default(name, default):
    shown = "unset" if default is None else str(default)
    assert f"| `{name}` | {shown} |" in (ROOT / "docs" / "settings.md").read_text()


def test_every_command_is_in_the_readme():
    commands = set(typer.main.get_command(build_app()).commands)
    assert commands == set(MODULES)
    assert all(re.search(rf"`wire {name}\b", README) for name in commands)


def test_every_dependency_says_why_it_is_there_and_none_is_left_over():
    told = set(re.findall(r"^\| `([\w-]+)`", (ROOT / "docs" / "dependencies.md").read_text(), re.M))
    lines = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["local"]]
    needed = {re.match(r"[\w-]+", line)[0] for line in lines}
    assert told == needed | {"flit-core"}


def test_every_topic_is_in_the_picture():
    assert all(topic in README for topic in topics.TOPICS)


def test_the_locks_name_no_address():
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text()


def test_every_format_and_every_field_of_a_story_is_mapped():
    page = (ROOT / "docs" / "formats.md").read_text()
    assert all(f"| `{name}` | " in page for name in FORMATS)
    assert all(f"| `{name}` | " in page for name in set(Story.model_fields) - {"extra"})
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.M)) <= set(FORMATS) | set(Story.model_fields)


def test_every_field_of_a_live_feed_is_documented_with_its_default():
    page = (ROOT / "docs" / "feeds.md").read_text()
    for name, field in LiveFeed.model_fields.items():
        default = {None: "unset", False: "false"}.get(field.default, str(field.default))
        assert name in ("name", "folder", "url") or f"| `{name}` | {default} |" in page
