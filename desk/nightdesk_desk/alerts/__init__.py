"""Alerts to staff: told outside the inbox that somebody waits."""
