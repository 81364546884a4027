"""The bot without servers: the same model, rules and actions in one process."""
