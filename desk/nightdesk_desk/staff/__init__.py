"""The staff's side of the desk: accounts, signing in, and the inbox."""
