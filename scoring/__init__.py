"""The accuracy of the language pass on labelled stories: ``python -m scoring``, or ``make score``."""
