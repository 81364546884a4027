"""What the desk and the bot agree on: a message's form, the outcomes, the clinic's settings.

Pure Python for both environments (3.10 and 3.13), so that the command line judges a message just as
the running system does.
"""
