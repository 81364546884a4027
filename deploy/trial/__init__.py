"""The whole topology of docs/scale.md, really started on this machine, and put to the test."""
