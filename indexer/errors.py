"""Errors that a person is meant to read: each message says what is wrong, where, and what to do."""


class WaymarkError(Exception):
    """Base of every error whose message may be shown as it is, without a traceback."""


class ConfigError(WaymarkError):
    """A setting is unknown, missing or out of bounds."""


class ContentError(WaymarkError):
    """A content file cannot be used; the message names file, line and field."""


class ModelError(WaymarkError):
    """The embedding model is missing, altered or cannot be prepared."""


class ReleaseError(WaymarkError):
    """A release is missing, incomplete or fails its checksums."""
