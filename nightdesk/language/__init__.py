"""Which language a message is in, so that its writer is told in it that only English is understood."""
