"""Text messages: what comes in is kept before it is acknowledged, answered once, and sent until it has arrived or been given up."""

FAULT = "Sorry, something went wrong on our side. Please text again in a few minutes. If somebody is in danger, ring 999."
"""Said by text where not even the content's own wording can be read."""
