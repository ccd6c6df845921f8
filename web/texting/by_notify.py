"""GOV.UK Notify: text messages. It calls back with what comes in; every reply goes through its API."""

from __future__ import annotations

import threading
from typing import Any

from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from web.settings import WebSettings
from web.texting.providers import RefusedError, TryAgainError
from web.texting.records import Owed

NAME = "notify"
_TIMEOUT_SECONDS = 10
FAILED = {
    "permanent-failure": "the number does not exist or takes no texts",
    "temporary-failure": "the phone was off or out of reach",
    "technical-failure": "Notify could not reach the phone company",
}
"""What Notify's receipts call a reply that did not arrive (https://docs.notifications.service.gov.uk/python.html#delivery-receipts)."""


class NotifyProvider:
    """Notify by its own client. A reply carries the text's reference, so whether it has been sent can be asked."""

    name = NAME
    can_send = True

    def __init__(self, settings: WebSettings) -> None:
        self._settings, self._kept = settings, threading.local()

    def send(self, reply: Owed) -> None:
        """Send a reply.

        Raises:
            TryAgainError: where Notify does not answer, is busy, fails, or does not accept the key.
            RefusedError: where Notify refuses this message.
        """
        try:
            self._client().send_sms_notification(
                phone_number=reply.sender,
                template_id=self._settings.notify_template_id,
                personalisation={"body": reply.reply},
                reference=reply.ref,
                sms_sender_id=self._settings.notify_sender_id or None,
            )
        except HTTPError as fault:
            if fault.response is None:
                raise TryAgainError("Notify did not answer", doubt=True) from None
            if fault.status_code == 400:
                raise RefusedError(f"Notify refused it ({_kind(fault)})") from None
            after = fault.response.headers.get("Retry-After", "")
            why = f"Notify answered {fault.status_code} ({_kind(fault)})"
            raise TryAgainError(why, float(after) if after.isdecimal() else None, doubt=fault.status_code >= 500) from None
        except InvalidResponse:
            raise TryAgainError("Notify's answer could not be read", doubt=True) from None

    def has_sent(self, reply: Owed) -> bool | None:
        """Whether Notify has a text message with this reference.

        Raises:
            TryAgainError: where Notify does not answer.
        """
        try:
            found = self._client().get_all_notifications(template_type="sms", reference=reply.ref)
        except (HTTPError, InvalidResponse):
            raise TryAgainError("Notify's list could not be read", doubt=True) from None
        return bool(found["notifications"])

    def _client(self) -> Any:
        if not hasattr(self._kept, "client"):  # one for each thread: it is not made to be shared
            key, address = self._settings.notify_api_key.get_secret_value(), self._settings.notify_api_url
            self._kept.client = NotificationsAPIClient(key, base_url=address, timeout=_TIMEOUT_SECONDS)
        return self._kept.client


def _kind(fault: HTTPError) -> str:
    errors = fault.message if isinstance(fault.message, list) else []
    return ", ".join(str(error.get("error", "")) for error in errors if isinstance(error, dict)) or "no reason given"
