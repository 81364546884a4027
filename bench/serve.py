"""One trained model in a process of its own: `python -m bench.serve MODEL`.

Reads a JSON list of messages a line on standard input and writes a line of what was understood, so
that two models can be asked in turns. The first line that it writes says what loading took.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO


def resident_mib() -> float:
    """Give this process's resident memory in MiB (the kernel's figure; elsewhere `ps`)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        return int(os.popen(f"ps -o rss= -p {os.getpid()}").read()) / 1024


def _load(model: Path) -> tuple[Any, float]:
    """Give the agent, and the seconds that loading took once Rasa was imported."""
    from rasa.core.agent import Agent
    from rasa.engine.recipes import default_components  # noqa: F401  (what loading would import)

    began = time.perf_counter()
    return Agent.load(model), time.perf_counter() - began


async def _serve(agent: Any, answers: TextIO) -> None:
    for line in sys.stdin:
        rows = []
        for text in json.loads(line):
            began = time.perf_counter()
            parsed = await agent.parse_message(text)
            took = time.perf_counter() - began
            kept = {
                key: parsed.get(key)
                for key in ("text", "intent", "intent_ranking", "entities", "questions")
            }
            rows.append({**kept, "ms": 1000 * took})
        _say(answers, {"parsed": rows, "resident_mib": resident_mib()})


def _say(answers: TextIO, row: dict[str, Any]) -> None:
    # Confidences may be numpy's numbers.
    answers.write(json.dumps(row, default=float) + "\n")
    answers.flush()


def main() -> None:
    """Load the model and answer until standard input ends."""
    # What libraries print must not stand among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    agent, took = _load(Path(sys.argv[1]))
    _say(answers, {"load_s": took})
    asyncio.run(_serve(agent, answers))


if __name__ == "__main__":
    main()
