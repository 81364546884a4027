"""How the bot understands a line: spelling, features, one linear classifier."""
