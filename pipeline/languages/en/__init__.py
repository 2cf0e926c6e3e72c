"""English: entities, quotes, dates and events, each found in a folder of its own, and amounts."""

from pipeline.languages.contract import Language
from pipeline.languages.en.about.find import with_about
from pipeline.languages.en.amounts import amounts
from pipeline.languages.en.dates.find import dates
from pipeline.languages.en.entities.find import entities
from pipeline.languages.en.entities.headline import with_headline
from pipeline.languages.en.events.find import events
from pipeline.languages.en.quotes.find import quotes
from pipeline.languages.en.reading import load

LANGUAGE = Language(load, entities, with_headline, quotes, dates, events, with_about, {"amounts": amounts})
