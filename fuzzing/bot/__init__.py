"""What is fuzzed in Rasa's environment."""
