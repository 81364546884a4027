"""What several desks share through Redis: counts of rate limits, and news for waiting readers."""
