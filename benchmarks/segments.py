"""Counts the segments of text replies beside the public sms-segments-calculator (npm), in one run: ``python -m benchmarks.segments FOLDER``.

FOLDER is where ``npm install sms-segments-calculator`` has been run. Looked at are every reply to the development questions and at least a
thousand others: first replies and every further page (MORE), to messages of the content spread over all entries and languages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot import gsm
from bot.engine import Engine, open_engine
from bot.records import Channel
from bot.settings import BotSettings
from indexer.config import IndexerSettings, load_settings

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "tests" / "data" / "dev-questions.jsonl"
OTHERS = 1000
MOST_PAGES = 12
COUNT = """
const { SegmentedMessage } = require(process.argv[1] + '/node_modules/sms-segments-calculator');
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map((text) => { const m = new SegmentedMessage(text); return [m.encodingName, m.segmentsCount]; })));
"""


def replies(engine: Engine, turns: Sequence[str]) -> Iterator[str]:
    """The reply to the last of some turns, and what MORE brings until there is no more."""
    ends = {engine.texting["no_more"]}
    for page in range(MOST_PAGES):
        text = engine.reply([*turns, *["MORE"] * page], Channel.SMS, "https://waymark.example.org").text
        if text in ends:
            return
        ends.add(text)  # danger begins again where it has been told to the end
        yield text


def messages() -> Iterator[str]:
    """Messages of the content, taking from each file in turn."""
    files = sorted((ROOT / "content" / "asked_as").rglob("*.txt")) + sorted((ROOT / "content" / "danger").rglob("*.txt"))
    lines = [[line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")] for path in files]
    for at in range(max(map(len, lines))):
        yield from (file[at] for file in lines if at < len(file))


def main() -> int:
    """Print how many counts agree, and every one that does not; 1 where there is any, or a reply is longer than it may be."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    engine = open_engine(load_settings(BotSettings, "bot", None), load_settings(IndexerSettings, "indexer", None))
    questions = [json.loads(line)["turns"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    first = [engine.reply(turns, Channel.SMS).text for turns in questions]
    others: dict[str, None] = {}
    for turns in [*questions, *([message] for message in messages())]:
        if len(others) >= OTHERS and turns not in questions:
            break
        others.update(dict.fromkeys(text for text in replies(engine, turns) if text not in first))
    failed = False
    for name, texts in (("development questions, first replies", first), ("others, every page", list(others))):
        failed |= compare(name, texts, Path(sys.argv[1]).resolve())
    return int(failed)


def compare(name: str, texts: Sequence[str], folder: Path) -> bool:
    """Print one comparison; whether anything is wrong."""
    out = subprocess.run(["node", "-e", COUNT, str(folder)], input=json.dumps(texts), capture_output=True, text=True, check=True)
    theirs = [(encoding, count) for encoding, count in json.loads(out.stdout)]
    ours = [(gsm.encoding(text), gsm.segments(text)) for text in texts]
    differing = [(text, a, b) for text, a, b in zip(texts, ours, theirs, strict=True) if a != b]
    print(f"{name}: {len(texts)} texts, {len(texts) - len(differing)} counts agree")
    for (encoding, count), number in sorted(Counter(theirs).items()):
        print(f"  {encoding}, {count} segment{'s' if count > 1 else ''}: {number}")
    for text, a, b in differing:
        print(f"  ours {a}, theirs {b}: {text!r}")
    other = [text for text, (encoding, _) in zip(texts, theirs, strict=True) if encoding != "GSM-7"]
    ascii_only = [text for text in other if text.splitlines()[0].isascii()]
    long = [text for text, (_, count) in zip(texts, theirs, strict=True) if count > 3]
    print(f"  in other scripts: {len(other)}, of which without such a script in the first line: {len(ascii_only)}; above 3 segments: {len(long)}")
    for text in other[:3]:
        print("    " + text.replace("\n", "\n    "))
    return bool(differing or ascii_only or long)


if __name__ == "__main__":
    sys.exit(main())
