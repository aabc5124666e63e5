"""`python -m mcuq`: the same as `mcuq`, where the scripts of an environment are not on the path."""

import sys

from mcuq.cli.main import main

sys.exit(main())
