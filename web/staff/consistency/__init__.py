"""Is everyone told the same? Needs asked in several wordings on several channels, kept as runs that can be laid side by side."""
