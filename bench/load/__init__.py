"""Visitors a second of a Nightdesk beside a stock Rasa: `python -m bench.load`."""
