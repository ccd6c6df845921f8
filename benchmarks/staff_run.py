"""How long a whole consistency run takes, and what families notice of it: ``python -m benchmarks.staff_run``.

The published release is served with the project's own server. Questions of families are asked one after the other, before, during and after a run
of all needs in all wordings on three channels; the run is begun and followed through the console's pages, as staff do.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable

import numpy as np
import requests

from benchmarks import browser
from benchmarks.staff_pictures import NAME, PASSWORD, account
from indexer.wording import load_toml

ASKED = 300
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_RELEASE = re.compile(r'<option value="([^"]+)" selected>')


def ask(url: str, questions: list[str], most: float = ASKED, until: Callable[[], bool] = lambda: False) -> list[float]:
    """Milliseconds of each of ``most`` questions, or of as many as there is time for until something has happened."""
    session, times = requests.Session(), list[float]()
    for question in itertools.cycle(questions):
        if len(times) == most or until():
            break
        begun = time.perf_counter()
        session.post(f"{url}/api/chat", json={"question": question}, timeout=60).raise_for_status()
        times.append(1000 * (time.perf_counter() - begun))
    return times


def begin(url: str) -> tuple[requests.Session, str]:
    """Sign in and begin a run; the session, and the address that says how far the work is."""
    session = requests.Session()

    def post(path: str, form: dict[str, object], page: str) -> requests.Response:
        token = _TOKEN.search(session.get(url + page, timeout=60).text)
        assert token
        return session.post(url + path, data={"csrf_token": token[1], **form}, timeout=60)

    post("/staff/sign-in", {"name": NAME, "password": PASSWORD}, "/staff/sign-in")
    page = "/staff/consistency"
    release = _RELEASE.search(session.get(url + page, timeout=60).text)
    assert release
    shown = post(page, {"which": "all", "channel": ["web", "sms", "staff"], "release": release[1]}, page)
    work = re.search(r'data-work="([^"]+)"', shown.text)
    assert work
    return session, url + work[1]


def main() -> None:
    questions = [need["parent"] for need in load_toml(browser.ROOT / "content" / "wordings.toml")["needs"]]
    with browser.site(account) as url:
        ask(url, questions, 20)  # what is loaded on first use is not counted
        before = ask(url, questions)
        begun = time.monotonic()
        session, work = begin(url)
        seen: list[dict[str, object]] = []
        last = [0.0]

        def over() -> bool:
            if time.monotonic() - last[0] > 1:
                last[0] = time.monotonic()
                seen.append(session.get(work, timeout=60).json())
            return bool(seen[-1]["over"])

        during = ask(url, questions, float("inf"), over)
        seconds = time.monotonic() - begun
        after = ask(url, questions)
        print(f"run: {seen[-1]['state']}, {seen[-1]['done']} questions in {seconds:.1f} s; progress seen: {[one['done'] for one in seen]}")
    print(f"{'public questions':24}{'asked':>8}{'p50 ms':>10}{'p99 ms':>10}")
    for name, times in (("before the run", before), ("during the run", during), ("after the run", after)):
        print(f"{name:24}{len(times):8}{np.percentile(times, 50):10.1f}{np.percentile(times, 99):10.1f}")


if __name__ == "__main__":
    main()
