"""``python -m bot``."""

import sys

from bot.cli import main
from indexer.output import until_closed

sys.exit(until_closed(main))
