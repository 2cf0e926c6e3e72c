"""The names of months and weekdays in English, in small letters."""

from pipeline.languages.words import spellings

_MONTHS, _WEEKDAYS = spellings("en", "calendar", "months"), spellings("en", "calendar", "weekdays")
MONTHS = frozenset(names[-1] for names in _MONTHS)
WEEKDAYS = frozenset(names[0] for names in _WEEKDAYS)
MONTHS_AND_SHORT = frozenset(name for names in _MONTHS for name in names)
