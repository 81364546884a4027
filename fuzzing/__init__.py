"""Fuzzing: many odd inputs against what reads visitors' words, settings and requests.

Standard library only, so that it runs in both environments: each target imports what it needs.
"""
