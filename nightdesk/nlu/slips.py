"""Slips of the finger, put into training lines: a misspelt message is then like something known."""

import random


def slipped(text: str, random: random.Random, slips: int) -> str:
    """Give `text` with so many slips of the finger: a letter left out, put in or
    replaced, or two swapped."""
    letters = list(text)
    for _ in range(slips):
        places = [i for i, letter in enumerate(letters) if letter.isalpha()]
        if len(places) < 2:
            break
        place, kind = random.choice(places), random.randrange(4)
        other = random.choice("abcdefghijklmnopqrstuvwxyz")
        if kind == 0:
            del letters[place]
        elif kind == 1:
            letters.insert(place, other)
        elif kind == 2:
            letters[place] = other
        elif place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)
