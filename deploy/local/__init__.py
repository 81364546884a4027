"""Servers from the system's own packages, started for a test or a measurement and ended after it.

Standard library only, for Python 3.10 and later: used from both environments.
"""
