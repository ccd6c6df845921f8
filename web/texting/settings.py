"""The settings of text messages, which stand in the ``[web]`` table."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from indexer.config import Settings

_HTTP = r"^https?://[^\s/?#]+(/[^\s?#]*)?$"
_UUID = r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$"


class TextingSettings(Settings):
    """What the texting part of the ``[web]`` table may hold."""

    twilio_auth_token: Annotated[SecretStr, Field(description="Twilio token that signs text messages; empty: no texting by Twilio.")] = SecretStr("")
    twilio_account_sid: Annotated[
        str, Field(pattern=r"^(AC[0-9a-fA-F]{32})?$", description="Twilio account; empty: replies only stand in the answer to the webhook.")
    ] = ""
    twilio_api_url: Annotated[str, Field(pattern=_HTTP, description="Where Twilio's API is.")] = "https://api.twilio.com"
    notify_bearer_token: Annotated[SecretStr, Field(description="Token of GOV.UK Notify's callbacks; empty: no texting by it.")] = SecretStr("")
    notify_api_key: Annotated[SecretStr, Field(description="API key of the GOV.UK Notify service.")] = SecretStr("")
    notify_api_url: Annotated[str, Field(pattern=_HTTP, description="Where GOV.UK Notify's API is.")] = "https://api.notifications.service.gov.uk"
    notify_template_id: Annotated[str, Field(pattern=_UUID, description="Notify template of replies; its whole text is ((body)).")] = ""
    notify_sender_id: Annotated[str, Field(pattern=_UUID, description="Notify text message sender of replies; empty: the service's default.")] = ""
    texts_per_number_hour: Annotated[int, Field(ge=3, le=1000, description="Texts of one number that are answered in an hour.")] = 30
    texts_per_number_day: Annotated[int, Field(ge=3, le=5000, description="Texts of one number that are answered in a day.")] = 120
    texts_per_hour: Annotated[int, Field(ge=10, le=1_000_000, description="Texts of all numbers that are answered in an hour.")] = 3000
    text_segments_per_day: Annotated[int, Field(ge=10, le=10_000_000, description="Segments sent in a day, which is what texting costs.")] = 20_000
    text_segment_pence: Annotated[float, Field(ge=0, le=1000, description="Price of one segment in pence, to show costs; 0: not known.")] = 0.0
    text_answer_seconds: Annotated[float, Field(ge=0.5, le=14, description="How long a webhook that has to carry the reply waits for it.")] = 8.0
    text_parts_seconds: Annotated[float, Field(ge=0, le=60, description="How long the rest of a text that breaks off is waited for.")] = 5.0
    text_tries: Annotated[int, Field(ge=1, le=20, description="How often the sending of one reply is tried.")] = 7
    text_failures_days: Annotated[int, Field(ge=1, le=365, description="How long staff can see that a reply was not sent.")] = 30

    @model_validator(mode="after")
    def _whole(self) -> TextingSettings:
        needed = {"notify_api_key": self.notify_api_key.get_secret_value(), "notify_template_id": self.notify_template_id}
        missing = [name for name, value in needed.items() if not value]
        if self.notify_bearer_token.get_secret_value() and missing:
            raise ValueError(f"notify_bearer_token is set, so {' and '.join(missing)} must be set too: replies are sent with it")
        return self

    @property
    def texting(self) -> bool:
        """Whether anyone can text."""
        return bool(self.twilio_auth_token.get_secret_value() or self.notify_bearer_token.get_secret_value())
