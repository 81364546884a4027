"""What is fuzzed in the desk's environment."""
