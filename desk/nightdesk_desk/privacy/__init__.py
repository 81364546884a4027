"""What visitors write and leave: how long it is kept, how it is deleted, exported and encrypted."""
