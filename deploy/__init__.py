"""Nightdesk on several machines or processes: what is deployed, and the same tried on this one."""
