"""Topics and added answers: what is asked, and what answers it."""
