"""Reads sources into documents and passages, embeds them and publishes releases.

This room knows nothing of questions, answers, HTTP or people. ``bot`` imports it; it imports neither ``bot`` nor ``web``.
"""

import os

# From 1.29 on, onnxruntime's own wheels tell their makers of every session and keep an id of the machine in the home folder, unless this is
# set before onnxruntime is first imported. Nothing here reaches the network at run time.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
