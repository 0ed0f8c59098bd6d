"""`python -m decent_tui`: the same as the command `decent-tui`."""

import sys

from decent_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
