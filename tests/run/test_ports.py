import socket

import pytest

from nightdesk.run.ports import Ports
from nightdesk.run.progress import StepFailed


def test_defaults():
    assert Ports.from_environment({}) == Ports(desk=8000, rasa=5005, actions=5055)


def test_ports_come_from_the_environment():
    ports = Ports.from_environment({"DESK_PORT": "8100", "RASA_PORT": " 5105 ", "ACTIONS_PORT": ""})

    assert (ports.desk, ports.rasa, ports.actions) == (8100, 5105, 5055)


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "80.5", "²"])
def test_what_is_no_port_is_named(text):
    with pytest.raises(StepFailed, match=r"RASA_PORT must be a port number"):
        Ports.from_environment({"RASA_PORT": text})


def test_one_port_for_two_is_refused():
    with pytest.raises(StepFailed, match="DESK_PORT and RASA_PORT are both 5005"):
        Ports.from_environment({"DESK_PORT": "5005"})


def test_taken_port_is_named_with_its_variable():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        ports = Ports(desk=_free(), rasa=_free(), actions=number)

        with pytest.raises(StepFailed, match=rf"Port {number} \(ACTIONS_PORT\) is already in use"):
            ports.check_free()


def test_free_ports_pass():
    Ports(desk=_free(), rasa=_free(), actions=_free()).check_free()


def test_address_to_open_is_one_of_this_machine():
    assert Ports(1, 2, 3, "0.0.0.0").desk_url == "http://127.0.0.1:1"
    assert Ports(1, 2, 3, "10.0.0.5").desk_url == "http://10.0.0.5:1"


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
