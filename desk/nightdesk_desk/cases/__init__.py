"""What staff do with a case besides taking, answering and closing it."""
