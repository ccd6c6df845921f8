"""What a new entry begins with."""

from __future__ import annotations

import datetime as dt

from web.staff.content.front_matter import written_text

_HEAD = """---
id: {id}
kind: {kind}
{name}alternate_names: []
description: >
  {what}
eligibility_description: >
  {who}
application_process: >
  {how}
fees_description:
url:
phones: []
needs: []
areas: []
related: []
missing: [phone number, waiting time]
assured_date:
review_due: {due}
sources:
  - title: Name of the page or report that says so
    url: https://
    dated: undated
    certainty: 1
asked_as: []
---

## What happens next
{name_itself} answers within a few days.

## If it does not work
Ask the special needs lead (SENCO) at school.
"""
REVIEW_DAYS = 182


def new_entry(kind: str, id: str, name: str, today: dt.date) -> str:
    """The file of an entry that has still to be written."""
    return _HEAD.format(
        id=id,
        kind=kind,
        name=written_text("name", name or id, None),
        name_itself=name or id,
        what=f"{name or id} helps families with …",
        who=f"{name or id} is for children who …",
        how="Ring and ask for …",
        due=today + dt.timedelta(days=REVIEW_DAYS),
    )
