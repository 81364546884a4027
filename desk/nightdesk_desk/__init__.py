"""Nightdesk's desk: the record of conversations and hand-overs, and the web pages on it."""
