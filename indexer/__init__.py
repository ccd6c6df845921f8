"""Reads sources into documents and passages, embeds them and publishes releases.

This room knows nothing of questions, answers, HTTP or people. ``bot`` imports it; it imports neither ``bot`` nor ``web``.
"""
