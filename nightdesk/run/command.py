"""`nightdesk run` and `nightdesk train`."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from nightdesk.run.models import adopt
from nightdesk.run.places import Places
from nightdesk.run.ports import Ports
from nightdesk.run.processes import State, Supervisor, service_environment, services
from nightdesk.run.progress import Step, StepFailed
from nightdesk.run.pulses import Pulses, pulses_of
from nightdesk.run.ready import wait_until_ready
from nightdesk.run.safety_files import check_safety
from nightdesk.run.shared_stores import shared_stores
from nightdesk.run.training import ensure_model

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

WATCH_SECONDS = 2.0
START_AGAIN_SECONDS = 60.0
"""How long a process that the supervisor has given up on rests before it is tried again."""


class Interrupted(BaseException):
    """Somebody asked us to stop: Ctrl-C, or a SIGTERM."""


def register(subparsers: "Subparsers") -> None:
    """Add the commands `run` and `train` to the command line."""
    run = subparsers.add_parser(
        "run",
        help="start the whole system and keep it running",
        description="Checks ports, clinic.yml and the safety files, trains the model if its inputs "
        "changed, starts rasa, actions and desk under one supervisor, and waits until a known "
        "question is answered. Ctrl-C stops everything. "
        "Environment: DESK_PORT (8000), DESK_HOST (127.0.0.1), "
        "RASA_PORT (5005), ACTIONS_PORT (5055), NIGHTDESK_VAR (var/), NIGHTDESK_MODELS, "
        "NIGHTDESK_CLINIC (clinic.yml), NIGHTDESK_DATA (data/), DATABASE_URL; "
        "for several of each part TRACKER_URL and REDIS_URL (docs/scale.md).",
    )
    run.add_argument(
        "--model", help="run this trained model as it is, such as an earlier one; trains nothing"
    )
    run.set_defaults(run=_run)
    train = subparsers.add_parser("train", help="train the model if its inputs changed")
    train.add_argument("--force", action="store_true", help="train even if nothing changed")
    train.set_defaults(run=_train)


def _train(arguments: argparse.Namespace) -> int:
    """Train when needed. Gives the exit status."""
    _stop_on_signals()
    places = Places.from_environment()
    try:
        check_safety(places)
        model = ensure_model(places, os.environ, force=arguments.force)
    except StepFailed as error:
        return _failed(error)
    except Interrupted:
        return 130
    print(f"The model fits its inputs: {model}")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    """Start everything and keep it until told to stop. Gives the exit status."""
    _stop_on_signals()
    places = Places.from_environment()
    supervisor = Supervisor(places)
    started = False
    try:
        ports = Ports.from_environment()
        shared_stores()
        ports.check_free()
        places.make()
        check_clinic(places)
        check_safety(places)
        adopt(_chosen_model(arguments.model) or ensure_model(places), places.running_model)
        kept = services(places, ports)
        environment = service_environment(places, ports, os.environ)
        started = True
        supervisor.start(kept, environment)
        wait_until_ready(supervisor, places, ports)
        print(summary(places, ports), flush=True)
        watch(supervisor, places, Pulses(supervisor, pulses_of(ports)))
    except Interrupted:
        if not started:
            return 130
    except (StepFailed, OSError) as error:
        _stop(supervisor)
        return _failed(error)
    _stop(supervisor)
    return 0


def _chosen_model(text: str | None) -> Path | None:
    if text is None:
        return None
    if not Path(text).is_file():
        raise StepFailed(f"There is no model {text}")
    return Path(text)


def check_clinic(places: Places) -> None:
    """Raises StepFailed, naming each key that is wrong, when clinic.yml cannot be used."""
    from nightdesk_contract.clinic import ClinicError, load_clinic

    try:
        load_clinic(places.clinic)
    except ClinicError as error:
        problems = "".join(f"\n  {problem}" for problem in error.problems)
        raise StepFailed(f"{places.clinic} cannot be used:{problems}") from error


def summary(places: Places, ports: Ports) -> str:
    """Give the block that says where everything is."""
    rows = (
        ("Demo clinic page", f"{ports.desk_url}/demo"),
        ("Staff inbox", f"{ports.desk_url}/inbox"),
        ("  first account", ".venv/bin/nightdesk staff add NAME --first-name NAME --role admin"),
        ("Logs", f"{places.logs}"),
        ("Stop", "Ctrl-C"),
    )
    lines = [f"  {name:18}{value}" for name, value in rows]
    return "\n".join(["", "Nightdesk is running.", *lines, ""])


def watch(supervisor: Supervisor, places: Places, pulses: Pulses) -> None:
    """Stay until interrupted; say when a process was started again, and retry one given up on.

    One that hangs is started anew: it is there for the supervisor, and does nothing.

    Raises StepFailed when the supervisor itself has gone.
    """
    known = {state.name: state for state in supervisor.states()}
    resting: dict[str, float] = {}
    try:
        while True:
            time.sleep(WATCH_SECONDS)
            if not supervisor.alive:
                raise StepFailed(f"The supervisor has ended; see {places.logs / 'supervisor.log'}")
            states = supervisor.states()
            pulses.feel(states)
            for state in states:
                _tell(known.get(state.name), state)
                known[state.name] = state
                if state.state != "FATAL":
                    resting.pop(state.name, None)
                    continue
                since = resting.setdefault(state.name, time.monotonic())
                if time.monotonic() - since >= START_AGAIN_SECONDS:
                    del resting[state.name]
                    supervisor.start_again(state.name)
    finally:
        pulses.end()


def _tell(before: State | None, now: State) -> None:
    if before is None or (before.state == now.state and before.pid == now.pid):
        return
    if now.state == "FATAL":
        print(
            f"{now.name} does not stay up; its log is being written in the log folder", flush=True
        )
    elif now.pid and now.pid != before.pid:
        print(f"{now.name} had ended and was started again", flush=True)


def _stop_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        # Once is enough: a second Ctrl-C must not cut the orderly stop short.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Interrupted

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _stop(supervisor: Supervisor) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if supervisor.alive:
        with Step("Stopping"):
            supervisor.stop()
    else:
        supervisor.stop()


def _failed(error: BaseException) -> int:
    print(f"nightdesk: {error}", file=sys.stderr, flush=True)
    return 1
