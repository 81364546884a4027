"""What must hold of the record on every kind of database."""

from account_checks import ACCOUNTS
from answer_checks import ANSWERS
from audit_checks import AUDIT
from calling_checks import CALLING
from case_checks import CASES
from escalation_checks import ESCALATION
from held_checks import HELD
from log_checks import LOG
from privacy_checks import PRIVACY
from typing_checks import TYPING
from unanswered_checks import UNANSWERED
from waiting_checks import WAITING

ALL = [
    *LOG,
    *UNANSWERED,
    *CALLING,
    *ESCALATION,
    *HELD,
    *ANSWERS,
    *AUDIT,
    *PRIVACY,
    *CASES,
    *WAITING,
    *ACCOUNTS,
    *TYPING,
]
