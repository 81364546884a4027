"""The chaos test: visitors and staff talk while parts of the system are broken on purpose.

`python -m chaos` from desk/tests runs it; docs/faults.md says what is broken and what is promised.
"""
