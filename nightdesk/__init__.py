"""What Rasa loads of Nightdesk's own, and its command line."""
