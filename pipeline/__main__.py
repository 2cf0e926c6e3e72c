"""``python -m pipeline`` is the ``wire`` command."""

from pipeline.cli import main

main()
