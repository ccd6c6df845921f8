"""Switching off, at once and with a public line: an entry, a topic, a channel or the whole service."""
