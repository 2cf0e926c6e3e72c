"""What is found in a body beside entities, quotes, dates and events: one module each, and one row here."""

from pipeline.extractions.amounts import AMOUNTS
from pipeline.extractions.contract import Extraction

EXTRACTIONS: tuple[Extraction, ...] = (AMOUNTS,)
