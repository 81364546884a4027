"""Every route of the application, read from the application itself, and what the database holds."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from sqlalchemy import event, text

from nightdesk_desk.db import Database


class Routed(NamedTuple):
    """A method and the pattern of a path; of a folder of files, `{file}` in it."""

    method: str
    path: str


def routes_of(app: Any) -> set[Routed]:
    """Give all routes, also of the parts that are put into `app`, and those not in its schema."""
    return set(_routes(app.routes, ""))


def _routes(routes: Any, inside: str) -> Iterator[Routed]:
    for route in routes:
        methods = getattr(route, "methods", None)
        if methods:
            yield from (Routed(method, inside + route.path) for method in methods)
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes, inside)
        elif hasattr(route, "path"):
            yield Routed("GET", f"{inside}{route.path}/{{file}}")
        else:
            raise AssertionError(f"a kind of route that is not known here: {route!r}")


Rows = dict[str, list[str]]


async def everything_in(db: Database) -> Rows:
    """Give every row of every table, as it stands in the SQLite file."""
    async with db.read() as session:
        tables = await session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        )
        return {
            name: sorted(map(repr, await session.execute(text(f'SELECT * FROM "{name}"'))))
            for name in list(tables)
        }


class Statements:
    """Counts the statements with `part` in them that are given to a database within a block."""

    def __init__(self, db: Database, part: str) -> None:
        self._engine, self._part = db.engine.sync_engine, part
        self.count = 0

    def _one(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.count += self._part in statement

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._one)
