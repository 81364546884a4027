"""Answers that depend on the clinic's settings, or on what was asked: one custom action a file."""
