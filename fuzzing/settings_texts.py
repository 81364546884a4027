"""Odd settings files: a good one with odd lines, and what only YAML can do."""

import json
from random import Random

from fuzzing.settings_rows import GOOD, HOURS
from fuzzing.texts import text

ODD_LINES = (
    *(
        "name: twice",
        "name:",
        ": x",
        "? [a, b]\n: c",
        "? x",
        "- x",
        "key: &a [*a]",
        "key: &a {b: *a}",
    ),
    *(
        "<<: {name: merged}",
        "<<: [1, 2]",
        "<<: *none",
        "k: *none",
        "k: &x 1\nl: *x",
        "'",
        '"',
        "k: '",
    ),
    *(
        'k: "\\ud800"',
        'k: "\\x00"',
        'k: "\\q"',
        "k: !!python/object:os.system x",
        "k: !!binary '%'",
    ),
    *(
        "k: !!set {a, b}",
        "k: !!omap [a: 1]",
        "k: !!timestamp x",
        "k: !!int x",
        "k: !!float .",
        "k: !x y",
    ),
    *(
        "k: 2026-02-30",
        "k: 2026-1-1",
        "k: 0x",
        "k: 0o9",
        "k: 12:30:45",
        "k: 1_000",
        "k: .nan",
        "k: -.inf",
    ),
    *(
        "k: 1e999",
        "k: 9" + "9" * 5000,
        "k: yes",
        "k: ~",
        "k: null",
        "k: |\n  a\n b",
        "k: >-\n  a",
        "k: |9\n a",
    ),
    *(
        "%YAML 9.9",
        "%TAG ! x:",
        "---",
        "...",
        "--- a\n--- b",
        "\tk: v",
        "k:\tv",
        "k: v # c",
        "#",
        "\x00",
        "\x85",
    ),
    *(
        "\ufeff",
        "k: " + "[" * 3000,
        "k: " + "{a: " * 400,
        "- " * 500,
        "k: {a: 1, a: 2}",
        "k: [1,,2]",
        "k: @x",
    ),
    *(
        "k: `x`",
        "k: %x",
        "a: b: c",
        "? " * 200,
        "!!map x",
        "&a &b x",
        "[" * 900 + "]" * 900,
        "k: 2026-99-99T00",
    ),
    *(
        "hours: " + HOURS[4],
        "time_zone: ../x",
        "closed_days: 2026-01-01",
        "closed_days: [2026-01-01, 1]",
    ),
)


def written(row: dict[str, object]) -> list[str]:
    """Give a row's keys as lines of YAML, each with its value in JSON's form, which YAML reads."""
    return [f"{key}: {json.dumps(value)}" for key, value in row.items()]


_GOOD_LINES = written(GOOD)


def file(rng: Random) -> bytes:
    """Give the bytes of a settings file: lines of good ones, odd lines among them."""
    few = rng.random()
    lines = [line for line in _GOOD_LINES if rng.random() > 0.5] if few < 0.9 else []
    return encoded(rng, changed(rng, lines, ODD_LINES))


def changed(rng: Random, lines: list[str], odd: tuple[str, ...]) -> list[str]:
    """Give the lines with up to four changes: odd ones put in, others cut, doubled or moved in."""
    lines = list(lines)
    for _ in range(rng.randint(0, 4)):
        at = rng.randint(0, len(lines))
        act = rng.randint(0, 5)
        if act <= 1 or not lines:
            lines.insert(at, rng.choice(odd))
            continue
        at = min(at, len(lines) - 1)
        if act == 2:
            line = lines[at]
            cut = rng.randint(0, len(line))
            lines[at] = line[:cut] + text(rng)[:40] + line[cut:]
        elif act == 3:
            lines[at] = lines[at][: rng.randint(0, len(lines[at]))]
        elif act == 4:
            lines.insert(at, lines[at])
        else:
            lines[at] = rng.choice((" ", "  ", "\t", "- ")) + lines[at]
    return lines


def encoded(rng: Random, lines: list[str]) -> bytes:
    """Give lines as a file's bytes: nearly always UTF-8, seldom cut or in another encoding."""
    whole = rng.choice(("\n", "\n", "\n", "\r\n", "\r")).join(lines)
    sort = rng.random()
    if sort < 0.02:
        return whole.encode("utf-16", "surrogatepass")
    found = whole.encode("utf-8", "surrogatepass" if sort < 0.1 else "replace")
    return found[: rng.randint(0, len(found))] if sort > 0.97 else found
