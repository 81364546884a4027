"""What a command loads before it asks the bot."""

import shutil
from pathlib import Path

import pytest

from nightdesk.commands import loading
from nightdesk.run.places import Places
from nightdesk_contract.cautions import Caution


@pytest.fixture
def data(tmp_path, root, monkeypatch) -> Path:
    """A data folder of one's own; nothing is trained, and the bot is the cautions that it gets."""
    for name in ("sources.yml", "cautions.yml"):
        (tmp_path / "data").mkdir(exist_ok=True)
        shutil.copy(root / "data" / name, tmp_path / "data")
    for name in ("source", "answers"):
        shutil.copytree(root / "data" / name, tmp_path / "data" / name)
    places = Places.from_environment({}, tmp_path)
    monkeypatch.setattr(loading.Places, "from_environment", lambda: places)
    monkeypatch.setattr(loading, "ensure_model", lambda places: Path("model.tar.gz"))
    monkeypatch.setattr(loading.Bot, "load", lambda model, cautions: cautions)
    return tmp_path / "data"


def test_the_bot_knows_the_cautions_beside_its_answers(data):
    found = loading.load_bot()
    assert found
    assert all(isinstance(caution, Caution) for caution in found)


@pytest.mark.parametrize("name", ["cautions.yml", "sources.yml", "source/passages.yml"])
def test_a_file_that_cannot_be_used_is_named_before_anything_is_trained(
    data, monkeypatch, capsys, name
):
    def trains(places):
        raise AssertionError

    (data / name).write_text("a: [")
    monkeypatch.setattr(loading, "ensure_model", trains)
    assert loading.load_bot() is None
    assert str(data / name) in capsys.readouterr().err
