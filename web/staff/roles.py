"""Who may do what. A view of the console names one thing that it takes; whoever may not do it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What someone is here for."""

    READER = "reader"
    EDITOR = "editor"
    SAFEGUARDING = "safeguarding lead"
    ADMINISTRATOR = "administrator"


class May(StrEnum):
    """One thing that a role may do."""

    LOOK = "see what families are told, and every report"
    RUN = "run reports"
    OWN = "take on what needs attention"
    WORD = "add wordings of a need"
    PIN = "pin the place to start for a family of questions"
    EDIT = "change entries"
    PUBLISH = "publish what has been changed"
    SWITCH = "switch an entry or a topic off and on"
    SWITCH_WIDE = "switch a channel or the whole service off and on"
    SWITCH_DANGER = "switch off an entry that replies to danger name, and a topic that holds one"
    AUDIT = "read the audit trail"
    ACCOUNTS = "see accounts and end sessions"


_EDITS = frozenset({May.OWN, May.WORD, May.PIN, May.EDIT, May.PUBLISH, May.SWITCH, May.AUDIT})
_LOOKS = frozenset({May.LOOK, May.RUN})

ALLOWED: Mapping[Role, frozenset[May]] = {
    Role.READER: _LOOKS,
    Role.EDITOR: _LOOKS | _EDITS,
    Role.SAFEGUARDING: _LOOKS | {May.OWN, May.SWITCH, May.SWITCH_WIDE, May.SWITCH_DANGER, May.AUDIT},
    Role.ADMINISTRATOR: _LOOKS | _EDITS | {May.SWITCH_WIDE, May.ACCOUNTS},
}
"""Danger is the safeguarding lead's: nobody else may take from other answers a place that replies to danger name."""
