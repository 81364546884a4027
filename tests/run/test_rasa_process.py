"""A Rasa without a model does not serve."""

import asyncio

import pytest
from rasa.shared.exceptions import ConnectionException

from nightdesk.run import rasa_process
from nightdesk.run.progress import StepFailed
from nightdesk.run.shared_stores import SharedStores


class Agent:
    def __init__(self, ready: bool) -> None:
        self.ready = ready

    def is_ready(self) -> bool:
        return self.ready


def loading(agent):
    async def load(*arguments, **named):
        assert (arguments, named) == (("model",), {"app": None})
        return agent

    return asyncio.run(rasa_process._model_or_end(load)("model", app=None))


def test_with_a_model_it_goes_on():
    agent = Agent(ready=True)
    assert loading(agent) is agent


@pytest.mark.parametrize("agent", [Agent(ready=False), None])
def test_without_one_it_ends_and_says_which_file_is_to_blame(agent, monkeypatch):
    def check(places):
        raise StepFailed("a.yml cannot be used:\n  line 6: …")

    monkeypatch.setattr(rasa_process, "check_safety", check)
    with pytest.raises(SystemExit) as ended:
        loading(agent)
    # A text is printed, and the exit status is 1.
    assert ended.value.code.endswith("a.yml cannot be used:\n  line 6: …")


def test_where_the_files_are_right_it_points_at_what_rasa_logged(monkeypatch):
    monkeypatch.setattr(rasa_process, "check_safety", lambda places: None)
    with pytest.raises(SystemExit, match="The error above says why"):
        loading(Agent(ready=False))


def test_rasa_starts_its_server_with_it(monkeypatch):
    """Rasa must look the function up by the name that is replaced."""
    import rasa.__main__ as rasa_cli
    import rasa.core.run as server

    assert "load_agent_on_start" in server.serve_application.__code__.co_names
    monkeypatch.setattr(rasa_cli, "main", lambda: None)
    monkeypatch.setattr(rasa_cli, "configure_structlog", rasa_cli.configure_structlog)
    own = server.load_agent_on_start
    monkeypatch.setattr(server, "load_agent_on_start", own)
    for command, replaced in (("train", False), ("run", True)):
        monkeypatch.setattr("sys.argv", ["rasa", command])
        rasa_process.main()
        assert (server.load_agent_on_start is not own) is replaced


class Tracker:
    tidies = False

    def keep_tidy(self):
        self.tidies = True


def sharing(agent, stores):
    async def load():
        if isinstance(agent, Exception):
            raise agent
        return agent

    return asyncio.run(rasa_process._sharing(load, stores)())


def test_shared_conversations_are_kept_tidy(monkeypatch):
    agent = Agent(ready=True)
    agent.tracker_store, agent.lock_store = Tracker(), object()
    assert sharing(agent, SharedStores()) is agent
    assert not agent.tracker_store.tidies
    monkeypatch.setattr(rasa_process, "TRACKER", f"{__name__}.Tracker")
    monkeypatch.setattr(Tracker, "__module__", __name__)
    assert sharing(agent, SharedStores(tracker="postgresql://…")) is agent
    assert agent.tracker_store.tidies


@pytest.mark.parametrize("stores", [SharedStores(tracker="x"), SharedStores(redis="x")])
def test_where_rasa_has_made_a_store_of_its_own_it_ends(stores):
    """It does so without a word where ours cannot be imported."""
    agent = Agent(ready=True)
    agent.tracker_store, agent.lock_store = Tracker(), object()
    with pytest.raises(SystemExit, match="Rasa has made no nightdesk"):
        sharing(agent, stores)


def test_without_its_database_it_ends_and_names_the_variable():
    with pytest.raises(SystemExit, match="TRACKER_URL") as ended:
        sharing(ConnectionException("at secret@db"), SharedStores(tracker="x"))
    assert "secret" not in str(ended.value)


def test_a_wrong_address_ends_it_before_rasa_is_loaded(monkeypatch):
    monkeypatch.setattr("sys.argv", ["rasa", "run"])
    monkeypatch.setenv("TRACKER_URL", "mysql://secret@db")
    with pytest.raises(SystemExit, match="TRACKER_URL cannot be used") as ended:
        rasa_process.main()
    assert "secret" not in str(ended.value)
