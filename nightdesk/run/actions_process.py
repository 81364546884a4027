"""The action server on loopback: rasa-sdk's application, without the visitor's words in its faults.

On an error rasa-sdk answers with the whole request, the conversation in it, and Rasa logs that.
"""

import argparse
import logging
import os

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from nightdesk.run.wordless_logs import where

logger = logging.getLogger("nightdesk.actions")


def make_app(package: str = "actions") -> Sanic:
    """Give the action server for the actions of `package`."""
    from rasa_sdk.endpoint import create_app

    app = create_app(package, cors_origins="")
    app.error_handler.add(Exception, _fault)
    return app


async def _fault(request: Request, error: Exception) -> HTTPResponse:
    """Answer a fault with its type alone."""
    logger.error("\n".join(["an action raised", *where(error)]))
    return json({"error": type(error).__name__}, status=500)


def _read_material() -> None:
    """Read the clinic's files now: an edit that breaks one later leaves good settings in use."""
    from actions.files import material

    try:
        material()
    except Exception as error:
        # Every question about visits then ends at a person, until the file is put right.
        logger.error("the clinic's files cannot be read: %s", type(error).__name__)


def main() -> None:
    """Serve on 127.0.0.1, or where only Rasa comes in: there is no authentication."""
    parser = argparse.ArgumentParser(description="Nightdesk's action server")
    parser.add_argument("--port", type=int, default=int(os.environ.get("ACTIONS_PORT") or 5055))
    parser.add_argument(
        "--host",
        default=os.environ.get("ACTIONS_HOST") or "127.0.0.1",
        help="address to listen on (ACTIONS_HOST, 127.0.0.1); let nobody but Rasa reach another",
    )
    options = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s", level=logging.INFO)
    _read_material()
    make_app().run(options.host, options.port, access_log=False, debug=False)


if __name__ == "__main__":
    main()
