"""Twilio: text messages and WhatsApp. Replies go through its API; without an account's name they stand in the answer to the webhook."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from web.settings import WebSettings
from web.texting.providers import OptedOutError, RefusedError, TryAgainError
from web.texting.records import Owed

NAME = "twilio"
STATUS_PATH = "/sms/status"
"""Where Twilio reports what became of a reply."""
_TIMEOUT_SECONDS = 10.0
_OPTED_OUT = 21610
_NOT_FOR_THIS_MESSAGE = (401, 403, 404, 429)
"""Refusals that a right token, or waiting, puts right."""
_SLACK = timedelta(seconds=60)
"""How far the clocks of Twilio and of this machine may differ."""
_LISTED = 50


class TwilioProvider:
    """Twilio by its own client (https://www.twilio.com/docs/messaging/api/message-resource)."""

    name = NAME

    def __init__(self, settings: WebSettings) -> None:
        self._settings, self._kept = settings, threading.local()

    @property
    def can_send(self) -> bool:
        """Whether the account is known; the token alone only checks signatures."""
        return bool(self._settings.twilio_account_sid)

    def send(self, reply: Owed) -> None:
        """Send a reply from the number that was texted.

        Raises:
            TryAgainError: where Twilio does not answer, is busy or fails.
            RefusedError: where Twilio refuses this message.
            OptedOutError: where the number's owner said STOP to Twilio.
        """
        try:
            self._client().messages.create(to=reply.sender, from_=reply.ours, body=reply.reply, **self._reporting())
        except TwilioRestException as fault:
            if fault.code == _OPTED_OUT:
                raise OptedOutError from None
            if fault.status in _NOT_FOR_THIS_MESSAGE or fault.status >= 500:
                raise TryAgainError(f"Twilio answered {fault.status}", doubt=fault.status >= 500) from None
            raise RefusedError(f"Twilio refused it with code {fault.code}") from None
        except requests.ConnectTimeout:
            raise TryAgainError("Twilio could not be reached") from None
        except requests.RequestException as fault:
            raise TryAgainError(f"Twilio did not answer ({type(fault).__name__})", doubt=True) from None

    def has_sent(self, reply: Owed) -> bool | None:
        """Whether a message with these words to this number is on Twilio's list since the text came in."""
        if not self.can_send:
            return None
        since = datetime.fromtimestamp(reply.created, UTC) - _SLACK
        try:
            listed = self._client().messages.list(to=reply.sender, date_sent_after=since, limit=_LISTED)
        except (TwilioException, requests.RequestException) as fault:
            raise TryAgainError(f"Twilio's list could not be read ({type(fault).__name__})", doubt=True) from None
        return any(m.body == reply.reply and m.direction != "inbound" and (m.date_created or since) >= since for m in listed)

    def _reporting(self) -> dict[str, str]:
        public = self._settings.public_url.rstrip("/")
        return {"status_callback": f"{public}{STATUS_PATH}"} if public else {}

    def _client(self) -> Any:
        client = getattr(self._kept, "client", None)
        if client is None:
            settings = self._settings
            http = TwilioHttpClient(timeout=_TIMEOUT_SECONDS)
            client = Client(settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), http_client=http)
            client.api.base_url = settings.twilio_api_url
            self._kept.client = client
        return client


def receipt_of(form: Any) -> tuple[str, str] | None:
    """What a status callback says of a message that did not arrive: Twilio's id and why; None where all is well."""
    if form.get("MessageStatus") not in ("failed", "undelivered"):
        return None
    code = form.get("ErrorCode", "")
    return form.get("MessageSid", ""), f"not delivered, Twilio's code {json.dumps(code) if not code.isdecimal() else code}"
