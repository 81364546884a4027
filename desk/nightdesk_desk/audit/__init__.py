"""Who did what, when and from where: an append-only record whose entries are chained by hashes."""
