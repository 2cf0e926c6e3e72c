"""How good the language pass is, on labelled stories: ``python -m scoring``, or ``make score``."""
