"""Headers on every response, of every kind and status."""

from __future__ import annotations

import re

import pytest

from web.security import HEADERS, POLICY

WHOLE = f"{POLICY}; frame-ancestors 'self'"
REQUESTS = [
    ("get", "/", 200), ("post", "/", 400), ("post", "/chat", 400), ("post", "/forget", 303), ("get", "/about", 200),
    ("get", "/browse", 200), ("get", "/browse?age=99", 200), ("get", "/browse?age=", 302), ("get", "/framework", 200),
    ("get", "/framework/overview", 200), ("post", "/feedback", 404), ("get", "/feedback/F-BCDF-GHJK", 404), ("get", "/services/portage", 200),
    ("get", "/services/old-helpline", 301), ("get", "/services/none", 404), ("get", "/none", 404),
    ("get", "/api/openapi.json", 200), ("post", "/api/chat", 415), ("put", "/api/chat", 405), ("post", "/sms", 403), ("get", "/sms", 405),
    ("get", "/panel/", 200), ("post", "/panel/", 400), ("post", "/panel/chat", 400), ("get", "/panel/search", 200),
    ("get", "/embed.js", 200), ("get", "/theme.css", 200), ("get", "/theme/logo", 404),
    ("get", "/healthz", 200), ("get", "/readyz", 200), ("get", "/metrics", 200), ("get", "/static/waymark.css", 200), ("get", "/static/no", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
def test_headers_are_on_every_response(client, method, path, status):
    with getattr(client, method)(path) as response:
        assert response.status_code == status
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["Content-Security-Policy"] == WHOLE
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["Cache-Control"]


def test_headers_are_on_a_fault_too(client):
    response = client.post("/", data={"question": "explode"})
    assert response.status_code == 500
    assert response.headers["Content-Security-Policy"] == WHOLE


def test_the_policy_lets_nothing_inline_in_and_nothing_from_elsewhere():
    assert "default-src 'none'" in WHOLE
    assert "unsafe" not in WHOLE
    assert "http" not in WHOLE
    assert "*" not in WHOLE


def test_what_someone_asked_is_not_stored_by_browsers(client):
    address = client.post("/", data={"question": "one"}).location
    for response in (client.get(address), client.post("/api/chat", json={"question": "one"}), client.get("/")):
        assert response.headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_under_an_address_with_a_checksum(client):
    address = re.search(r'href="(/static/waymark\.css\?v=[0-9a-f]{12})"', client.get("/").text)
    assert address
    with client.get(address.group(1)) as named, client.get("/static/waymark.css") as bare:
        assert named.headers["Cache-Control"] == "public, max-age=31536000"
        assert bare.headers["Cache-Control"] == "public, max-age=3600"


def test_a_secure_address_stays_secure(client):
    assert "Strict-Transport-Security" in client.get("/", base_url="https://localhost").headers
    assert "Strict-Transport-Security" not in client.get("/").headers
