"""The documentation agrees with the code."""

import re
import shlex
import subprocess
import sys
import tomllib

import pytest
import typer.testing

from docs import generate
from pipeline import topics
from pipeline.cli import MODULES, build_app
from pipeline.formats import FORMATS
from pipeline.settings import LiveFeed
from pipeline.story import Story
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_page_of_the_reference_is_as_the_code_has_it(name):
    assert (generate.FOLDER / name).read_text() == generate.page(name), "run `make docs`"


def test_every_command_is_in_the_table_of_modules():
    assert set(typer.main.get_command(build_app()).commands) == set(MODULES)


def test_every_setting_has_a_description():
    assert "None |" not in generate.settings()


def test_the_site_is_built_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", ROOT / "docs", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_to_a_file_leads_somewhere(page):
    links = re.findall(r"\]\(((?!https?:)[^)#]+)", (ROOT / page).read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("line", re.findall(r"^wire .*", (generate.FOLDER / "commands.md").read_text(), re.M))
def test_every_example_of_a_command_s_help_is_one_the_command_takes(line):
    command, _, _ = line.partition(" | ")
    words = shlex.split(command.partition(" > ")[0])[1:]
    found = typer.testing.CliRunner().invoke(build_app(words), [*words, "--help"])
    assert found.exit_code == 0, found.output


def test_every_dependency_says_why_it_is_there_and_none_is_left_over():
    documented = set(re.findall(r"^\| `([\w-]+)`", (ROOT / "docs" / "dependencies.md").read_text(), re.M))
    lines = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["local"]]
    needed = {re.match(r"[\w-]+", line)[0] for line in lines}
    assert documented == needed | {"flit-core"}


def test_every_topic_is_in_the_picture():
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text()
    assert all(topic in page for topic in topics.TOPICS)


def test_every_test_that_a_decision_names_is_there():
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        for name in re.findall(r"`(test_\w+|Test\w+)…?`", page.read_text()):
            assert re.search(rf"(def|class) {name}", tests), f"{page.name}: {name}"


def test_the_locks_name_no_address():
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text()


def test_every_format_and_every_field_of_a_story_is_mapped():
    page = (ROOT / "docs" / "reference" / "formats.md").read_text()
    assert all(f"| `{name}` | " in page for name in FORMATS)
    assert all(f"| `{name}` | " in page for name in set(Story.model_fields) - {"extra"})
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.M)) <= set(FORMATS) | set(Story.model_fields)


def test_every_field_of_a_live_feed_is_documented_with_its_default():
    page = (ROOT / "docs" / "how-to" / "feed-live-sources.md").read_text()
    (example,) = re.findall(r"^```toml\n(.*?)^```$", page, re.S | re.M)
    assert len([LiveFeed(**feed) for feed in tomllib.loads(example)["feeds"]]) == 2
    for name, field in LiveFeed.model_fields.items():
        default = {None: "unset", False: "false"}.get(field.default, str(field.default))
        assert name in ("name", "folder", "url") or f"| `{name}` | {default} |" in page
