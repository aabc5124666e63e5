"""Sphinx: `make docs` writes site/index.html."""

import re
from pathlib import Path

_PACKAGE = Path(__file__).parents[1] / "toolchain" / "mcuq" / "__init__.py"

project = "mcuq"
author = "the mcuq authors"
release = re.search(r'^__version__ = "(.*)"$', _PACKAGE.read_text(), re.MULTILINE)[1]
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"mcuq {release}"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
