"""Trains the model when there is none for today's inputs; `rasa train` does the work."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nightdesk.run import models
from nightdesk.run.places import Places
from nightdesk.run.progress import Step, StepFailed, run_logged

DATA_FOLDERS = ("nlu", "rules", "stories")


def current_model(places: Places) -> Path | None:
    """Give the model that fits today's inputs, or None when one must be trained first."""
    return models.find_model(places.models, _hash(places))


def ensure_model(
    places: Places, environment: Mapping[str, str] = os.environ, force: bool = False
) -> Path:
    """Give the model for today's inputs, training it if there is none (or always, with `force`).

    Two callers at once train once. Raises StepFailed when training fails: no half model is left.
    """
    places.models.mkdir(parents=True, exist_ok=True)
    with _alone(places.models / ".lock"):
        wanted = _hash(places)
        found = models.find_model(places.models, wanted)
        if found is not None and not force:
            return found
        return _train(places, wanted, environment)


def train_command(places: Places, folder: Path, name: str) -> list[str]:
    """Give the command line that trains a model called `name` into `folder`."""
    return [
        *rasa_command(),
        "train",
        "--force",
        "--config",
        "config.yml",
        "--domain",
        "domain" if (places.root / "domain").is_dir() else "domain.yml",
        "--data",
        *(str(places.data / part) for part in DATA_FOLDERS if (places.data / part).is_dir()),
        "--out",
        str(folder),
        "--fixed-model-name",
        name,
    ]


def rasa_command() -> list[str]:
    """Give what starts Rasa's command line."""
    return [sys.executable, "-m", "nightdesk.run.rasa_process"]


def quiet_environment(places: Places, environment: Mapping[str, str]) -> dict[str, str]:
    """Give `environment` for a process with Rasa in it: no telemetry, one thread for algebra."""
    return {
        **environment,
        "RASA_TELEMETRY_ENABLED": "false",
        # Training is always from the start, so what Rasa would keep for next time is dead weight.
        "RASA_MAX_CACHE_SIZE": "0",
        "RASA_CACHE_DIRECTORY": str(places.var / "cache" / "rasa"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        # Where bytecode is not kept, importing Rasa takes twice as long, at every start.
        "PYTHONDONTWRITEBYTECODE": "",
        # Progress bars would fill the logs.
        "TQDM_DISABLE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "NIGHTDESK_VAR": str(places.var),
        "NIGHTDESK_CLINIC": str(places.clinic),
        "NIGHTDESK_DATA": str(places.data),
    }


def _hash(places: Places) -> str:
    return models.input_hash(models.input_files(places.root, places.data))


def _train(places: Places, inputs: str, environment: Mapping[str, str]) -> Path:
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{inputs[:12]}"
    work = places.models / ".training"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    log = places.logs / "train.log"
    log.unlink(missing_ok=True)
    began = time.monotonic()
    try:
        with Step("Training the model (some minutes)"):
            run_logged(
                train_command(places, work, name),
                log,
                "Training the model failed.",
                cwd=places.root,
                env=quiet_environment(places, environment),
            )
            trained = work / f"{name}.tar.gz"
            # Rasa also exits 0 when it found nothing to train on.
            if not trained.is_file():
                raise StepFailed(f"Training gave no model. Its output is in {log}")
            model = places.models / trained.name
            trained.replace(model)
            models.write_note(model, inputs, time.monotonic() - began)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    models.prune(places.models)
    return model


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with Step("Waiting for another training to end"):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield
