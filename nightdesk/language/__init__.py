"""Which language a message is in, to answer in it that the desk understands only English."""
