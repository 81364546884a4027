"""Backups of the record: made while the desk runs, checked, and restored."""
