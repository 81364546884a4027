"""Escalation: who is told next when nobody acts on a hand-over."""
