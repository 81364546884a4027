"""How well the bot does on labelled messages."""
