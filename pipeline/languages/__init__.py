"""What wire knows of each language: one folder a language, named by its ISO 639-1 code.

Any folder may have ``words.toml``, the words of its desks and calendar, by which texts are cleaned (``words``). One
that is a package reads its language besides: ``contract`` says what may be in it.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.languages.contract import Language


CODES = frozenset(module.name for module in iter_modules(__path__) if module.ispkg)
"""The languages whose folder reads them."""


def language(code: str) -> "Language":
    """Return what reads the language with this code, which is one of ``CODES``."""
    # Imported when needed: what reads a language takes seconds to import.
    known: Language = import_module(f"{__name__}.{code}").LANGUAGE
    return known
