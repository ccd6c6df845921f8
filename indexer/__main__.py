"""``python -m indexer``."""

import os
import sys

from indexer.cli import main

try:
    status = main()
    sys.stdout.flush()
except BrokenPipeError:  # whoever read the output has had enough of it
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    status = 1
sys.exit(status)
