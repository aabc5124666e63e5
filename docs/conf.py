"""Sphinx: `make docs` writes site/index.html, `make versions` site/VERSION/index.html of each."""

import os
import re
from pathlib import Path

_PACKAGE = Path(__file__).parents[1] / "toolchain" / "mcuq" / "__init__.py"

project = "mcuq"
author = "the mcuq authors"
release = re.search(r'^__version__ = "(.*)"$', _PACKAGE.read_text(encoding="utf-8"), re.MULTILINE)[
    1
]
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"mcuq {release}"
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "versions.html",
        "sidebar/scroll-end.html",
    ]
}
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

if "POLYVERSION_DATA" in os.environ:
    from sphinx_polyversion import load

    load(globals())
