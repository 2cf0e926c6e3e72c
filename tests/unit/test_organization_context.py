"""Organizations that the words beside their names show."""

import pytest

from pipeline.languages.en.entities.organization_context import is_organization_by_context
from pipeline.languages.en.entities.recognised_names import Name


@pytest.fixture(scope="module")
def by_context(english):
    """Return whether a name in a sentence is an organization by its context."""

    def judge(text: str, words: str, label: str = "PERSON") -> bool:
        (tree,) = english.reader([text])
        start = text.index(words)
        return is_organization_by_context(tree, Name(start, start + len(words), words, label))

    return judge


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Norwegian conglomerate Quorn sold its mines on Monday.", "Quorn"),
        ("The minister told the weekly \u201cLorne\u201d that he would resign.", "Lorne"),
        ("Quorn, a cyber security company, was founded in Oslo.", "Quorn"),
        ("He wrote for newspapers such as Quorn and Lorne.", "Lorne"),
        ("Ann Lee, the director of Quorn, said the test had failed.", "Quorn"),
        ("The fund bought a stake in Quorn on Monday.", "Quorn"),
        ("They met Quorn CEO Ann Lee on Monday.", "Quorn"),
    ],
)
def test_a_noun_or_an_office_beside_it_makes_an_organization(by_context, text, words):
    assert by_context(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The head of the union, Ann Lee, said the strike would go on.", "Ann Lee"),
        ("Ann Lee told the company that she would leave.", "Ann Lee"),
        ("She left the party after Quorn spoke.", "Quorn"),
        ("The director of a museum in Lorne resigned.", "Lorne"),
        ("They met critics such as Ann Lee.", "Ann Lee"),
    ],
)
def test_a_noun_that_belongs_to_something_else_makes_none(by_context, text, words):
    assert not by_context(text, words)


def test_a_people_is_none(by_context):
    assert not by_context("They met the Quornian director Ann Lee on Monday.", "Quornian", "NORP")


def test_a_continent_with_a_director_is_none(by_context):
    assert not by_context("They met its Africa director Ann Lee on Monday.", "Africa", "LOC")
