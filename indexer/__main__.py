"""``python -m indexer``."""

import sys

from indexer.cli import main
from indexer.output import until_closed

sys.exit(until_closed(main))
