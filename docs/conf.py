"""The site: sphinx-build -W docs docs/_build (``make docs`` runs it)."""

from pipeline import __version__

project = "wire"
author = "the wire authors"
release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"wire {__version__}"
myst_heading_anchors = 3
