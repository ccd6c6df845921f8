"""Readers: each turns one file format into the sections of a document."""
