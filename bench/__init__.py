"""Measurements: the bot under typos, and our understanding beside Rasa's default."""
