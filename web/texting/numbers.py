"""Phone numbers, and what is sealed while a reply is owed. Outside this module a number is a keyed hash or sealed."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode

import phonenumbers
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

WHATSAPP = "whatsapp:"
_HOME = "GB"
_WRITTEN = re.compile(r"\+?[\d ().-]+")


def phone_number(sender: str) -> str | None:
    """The number of a sender in E.164 form; None for a name or a short code, to which nobody can reply."""
    plain = sender.removeprefix(WHATSAPP).strip()
    if not _WRITTEN.fullmatch(plain):
        return None
    for written in (f"+{plain}", plain):  # GOV.UK Notify leaves the plus out, of other countries' numbers too
        try:
            number = phonenumbers.parse(written, _HOME)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


class Vault:
    """Hashes and seals with keys drawn from the site's secret (HKDF, RFC 5869; Fernet; HMAC-SHA256). Safe to share between threads."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"waymark text messages").derive(secret)
        self._box = Fernet(urlsafe_b64encode(drawn))

    def key(self, *parts: str) -> str:
        """A keyed hash of some texts, 64 hexadecimal digits: nobody without the secret can tell what they were."""
        return hmac.new(self._secret, "\x1f".join(parts).encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def seal(self, *texts: str) -> str:
        """Texts as they may stand in the database while a reply is owed."""
        return self._box.encrypt(json.dumps(texts).encode()).decode()

    def unseal(self, sealed: str) -> list[str]:
        """The texts again; none where they were sealed with another secret, or never."""
        try:
            return [str(text) for text in json.loads(self._box.decrypt(sealed.encode()))]
        except (InvalidToken, ValueError):
            return []
