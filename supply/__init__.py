"""What Nightdesk is made of beside its own code: lock files, vendored scripts, known advisories."""
