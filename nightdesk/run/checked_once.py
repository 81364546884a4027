"""Checks what actions answer by a schema that is itself checked once, not at every answer.

Rasa calls `jsonschema.validate`, which first checks Rasa's own schema anew, each time. That took
more of the processor than anything else in a turn with an action.
"""

from typing import Any


def check_answers_only() -> None:
    """Make Rasa's actions check their answers with a validator that is made now. Once a process."""
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def check(_action: RemoteAction, result: dict[str, Any]) -> bool:
        error = best_match(validator.iter_errors(result))
        if error is not None:
            raise error
        return True

    RemoteAction._validate_action_result = check
