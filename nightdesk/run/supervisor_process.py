"""supervisord as `nightdesk run` starts it: it goes on when its log cannot be written.

On a full disk it would print an error about each line of a process's log to a file on the same
disk, and end by that, with every process. A line that is lost is better than nobody who answers.
"""

from supervisor import loggers, supervisord


def outlive_a_full_disk() -> None:
    """Make supervisor let go of a log's line that cannot be written, whatever the error."""
    loggers.Handler.handleError = lambda _handler: None


if __name__ == "__main__":
    outlive_a_full_disk()
    supervisord.main()
