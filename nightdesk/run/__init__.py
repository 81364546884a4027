"""Setting up and starting: training when needed, three processes under one supervisor."""
