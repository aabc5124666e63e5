"""Sphinx: `make docs` writes site/index.html."""

project = "mcuq"
author = "the mcuq authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "mcuq"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
