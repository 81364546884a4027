"""The sub-commands of `nightdesk`, one a file."""
