from nightdesk.run import stories

LOG = """2026-11-22 INFO     rasa.core.test  - Evaluating 12 stories
\x1b[91mWrongPredictionException: Model predicted a wrong action. Failed Story:

- story: A visitor asks how fast it works
  - action: utter_greet  # predicted: utter_faq_rapid_relief
\x1b[0m
"""


def test_stories_played_are_counted():
    assert stories.played(LOG) == 12
    assert stories.played("Evaluating 0 stories") == 0
    assert stories.played("") == 0


def test_wrong_turn_is_shown_without_colours():
    said = stories.wrong_turn(LOG)

    assert said.startswith("Model predicted a wrong action")
    assert said.endswith("# predicted: utter_faq_rapid_relief")
    assert stories.wrong_turn("all went well") == ""


def test_a_wrong_turn_fails_rasas_command(tmp_path):
    command = stories.test_command(tmp_path / "m.tar.gz", tmp_path)

    assert "--fail-on-prediction-errors" in command
    assert "--e2e" in command
