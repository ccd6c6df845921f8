"""A small OpenID Connect provider on this machine: discovery, keys, and a token for a code, signed and checked as OpenID Connect Core 1.0 says."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "waymark", "a client secret"


class Provider:
    """Serves while it is entered. ``claims`` change what its tokens say; ``key`` what they are signed with."""

    def __init__(self) -> None:
        self.known = RSAKey.generate_key(2048, parameters={"kid": "one"}, auto_kid=False)
        self.key, self.claims = self.known, dict[str, Any]()
        self.asked: dict[str, str] = {}
        self.faults: list[str] = []

    def __enter__(self) -> Provider:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = {"/.well-known/openid-configuration": provider.discovery(), "/keys": {"keys": [provider.known.as_dict(private=False)]}}
                self.give(found.get(self.path))

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.give(provider.token({name: values[0] for name, values in form.items()}, self.headers.get("Authorization", "")))

            def give(self, body: Any) -> None:
                data = json.dumps(body).encode()
                self.send_response(200 if body else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def authorize(self, address: str) -> str:
        """Agree to an address that a browser was sent to; the address to which it is sent back."""
        assert address.startswith(f"{self.url}/authorize?")
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert self.asked["response_type"] == "code"
        assert self.asked["client_id"] == CLIENT
        return f"{urlsplit(self.asked['redirect_uri']).path}?code=right&state={self.asked['state']}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if form.get("code") != "right" or authorization != f"Basic {client}" or proof != self.asked.get("code_challenge"):
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300, "nonce": self.asked["nonce"], **self.claims}
        return {"access_token": "x", "token_type": "Bearer", "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)}
