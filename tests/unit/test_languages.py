"""Each language's words stand in its folder, and nowhere else."""

import ast
import re
import tomllib

import pytest

from pipeline.languages import CODES
from pipeline.languages.words import any_of, names_in_order, patterns, words
from tests.conftest import ROOT

PACKAGE = ROOT / "pipeline"
FOLDERS = sorted(path.parent for path in (PACKAGE / "languages").glob("*/words.toml"))
ROOMS = ("annotate", "reading", "clean", "desk", "derive", "search", "utterances")
MODULES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))
SECTIONS = ("calendar", "byline", "speech", "claims", "common", "sources", "notes", "orders", "boilerplate")


def listed() -> set[str]:
    """Return the words of all languages that are long enough to be nothing else."""
    found = set()
    for folder in FOLDERS:
        sections = tomllib.loads((folder / "words.toml").read_text())
        for section in SECTIONS:
            for each in sections.get(section, {}).values():
                found |= set(re.findall(r"(?<![\\\w])[a-zà-ÿ]{4,}", " ".join(each).casefold()))
    return found


def strings(path) -> list[str]:
    """Return the texts in a module's code, without its docstrings."""
    tree = ast.parse(path.read_text())
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said]
    return [node.value for node in texts if isinstance(node.value, str)]


LISTED = listed()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_of_all_languages_has_no_list_of_words(path):
    for text in strings(path):
        words_of_a_pattern = {part.strip("()?:\\b ").removeprefix("?:") for part in text.split("|")}
        words_of_a_list = set(text.split()) if not re.search(r"[^\w\s'-]", text) else set()
        assert len((words_of_a_pattern | words_of_a_list) & LISTED) < 3, text


def test_english_is_read_and_others_have_words_alone():
    assert "en" in CODES
    assert {"de", "es", "fr", "it", "nl", "pt"} <= {folder.name for folder in FOLDERS} - CODES


def test_each_language_has_twelve_months_and_seven_days():
    for folder in FOLDERS:
        calendar = tomllib.loads((folder / "words.toml").read_text()).get("calendar", {})
        assert len(calendar.get("months", range(12))) == 12
        assert len(calendar.get("weekdays", range(7))) == 7


def test_names_have_the_same_numbers_in_all_languages():
    months = names_in_order("calendar", "months")
    assert {months[name] for name in ("march", "märz", "mars", "marzo", "maart", "março")} == {2}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_pattern_is_one(folder):
    sections = tomllib.loads((folder / "words.toml").read_text())
    for section, parts in sections.items():
        for part in parts if section != "nouns" else ():
            assert re.compile(any_of(section, part))
            assert len(patterns(section, part)) == len(words(section, part)) > 0
