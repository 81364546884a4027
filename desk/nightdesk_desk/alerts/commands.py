"""`nightdesk alerts …`: try the addresses that staff alerts go to, list them, say who is on call.

Exit codes: 0 fine, 1 an address failed or there is none to try, 2 wrong use.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from nightdesk_contract.clinic import Clinic, ClinicError, load_clinic
from nightdesk_contract.clinic_alerts import AlertAddress
from sqlalchemy.exc import SQLAlchemyError

from nightdesk_desk.alerts import addresses as record
from nightdesk_desk.alerts import content, on_call_commands, outbox
from nightdesk_desk.alerts.faults import Fault
from nightdesk_desk.alerts.sending import Sender, shown
from nightdesk_desk.alerts.standing import AddressStanding, read_standing
from nightdesk_desk.audit.record import note as audit
from nightdesk_desk.db import Database, migrate
from nightdesk_desk.models import now
from nightdesk_desk.settings import Settings

NOBODY = "No address under `alerts` in the clinic's settings: hand-overs wait in the inbox alone."

FILE = "The addresses stand in clinic.yml; docs/alerts.md explains them."


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the `alerts` command. Each parser's default `run` takes the arguments, gives the code."""
    alerts = subparsers.add_parser(
        "alerts",
        help="try the addresses that staff alerts go to, and say who is on call",
        description=FILE,
    )
    commands = alerts.add_subparsers(dest="alerts_command", required=True, metavar="COMMAND")
    test = commands.add_parser(
        "test",
        help="send a drill to each address",
        description="Sends a message marked as a drill to each address, or to those named, and "
        "says which took it. One that works again ends its outage in the inbox. Exit status 1 "
        "when any failed, or when there is none.",
    )
    test.add_argument("names", nargs="*", metavar="NAME", help="default: all addresses")
    test.set_defaults(run=_test)
    listed = commands.add_parser(
        "list",
        help="list the addresses: last delivery, what waits, what fails",
        description="Lists the addresses without their secrets. Exit status 1 when one fails.",
    )
    listed.set_defaults(run=_list)
    on_call_commands.register(commands)
    for parser in (test, listed):
        parser.add_argument("--json", action="store_true", help="print JSON")


def _test(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    try:
        clinic = load_clinic(settings.clinic_path)
    except ClinicError as error:
        return _refuse(str(error), 1)
    unknown = sorted(set(arguments.names) - {address.name for address in clinic.alerts})
    if unknown:
        names = ", ".join(address.name for address in clinic.alerts) or "none"
        return _refuse(f"no address is called {', '.join(unknown)}; there are: {names}", 2)
    chosen = [a for a in clinic.alerts if not arguments.names or a.name in arguments.names]
    if not chosen:
        print("[]" if arguments.json else NOBODY)
        return 1
    results = asyncio.run(_drill(settings, clinic, chosen))
    if arguments.json:
        _print_json([_result(address, fault) for address, fault in results])
    else:
        for address, fault in results:
            how = "delivered" if fault is None else f"failed: {fault.words}"
            print(f"{address.name}  {shown(address)}  {how}")
    return int(any(fault is not None for _, fault in results))


async def _drill(
    settings: Settings, clinic: Clinic, chosen: Sequence[AlertAddress]
) -> list[tuple[AlertAddress, Fault | None]]:
    sender, url = Sender(), settings.desk_url or clinic.desk_url
    try:
        faults = await asyncio.gather(
            *(
                sender.send(
                    address,
                    content.of_drill(clinic.name, address.name, url),
                    outbox.new_message_id(),
                )
                for address in chosen
            )
        )
    finally:
        await sender.close()
    results = list(zip(chosen, faults, strict=True))
    try:
        await _note(settings, clinic, results)
    except (SQLAlchemyError, OSError) as error:
        # The drill is over all the same.
        print(f"The result could not be noted ({type(error).__name__}).", file=sys.stderr)
    return results


async def _note(
    settings: Settings, clinic: Clinic, results: Sequence[tuple[AlertAddress, Fault | None]]
) -> None:
    """Note in the record what came of a drill, for the inbox and `/metrics`."""
    await asyncio.to_thread(migrate, settings.database_url)
    everybody = [address.name for address in clinic.alerts]
    db = Database(settings.database_url)
    try:
        async with db.write() as session:
            for address, fault in results:
                told = {"delivered": fault is None, "fault": fault.code if fault else None}
                await audit(session, "alert_drill", about=address.name, details=told)
                if fault is None:
                    await record.note_success(session, address.name, now())
                elif fault.kind != "no_variable":
                    # A variable may be missing here and set where the desk runs.
                    await record.note_failure(session, address.name, fault, now(), everybody)
    finally:
        await db.close()


def _list(arguments: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    try:
        clinic = load_clinic(settings.clinic_path)
        migrate(settings.database_url)
        rows = asyncio.run(_standing(settings, clinic))
    except ClinicError as error:
        return _refuse(str(error), 1)
    except (SQLAlchemyError, OSError) as error:
        return _refuse(f"the database cannot be used ({type(error).__name__})", 1)
    if arguments.json:
        _print_json([_row(row) for row in rows])
    elif not rows:
        print(NOBODY)
    else:
        for row in rows:
            print(_line(row, clinic))
    return int(any(row.standing == "fails" for row in rows))


async def _standing(settings: Settings, clinic: Clinic) -> list[AddressStanding]:
    db, sender = Database(settings.database_url), Sender()
    try:
        return await read_standing(db, sender, clinic.alerts)
    finally:
        await sender.close()
        await db.close()


def _line(row: AddressStanding, clinic: Clinic) -> str:
    last = row.last_sent_at
    told = f"last delivery {last.astimezone(clinic.zone):%Y-%m-%d %H:%M}" if last else "none yet"
    since = f" since {row.since.astimezone(clinic.zone):%Y-%m-%d %H:%M}" if row.since else ""
    fails = f"; fails{since}: {row.fault.words}" if row.fault else ""
    owner = clinic.on_call.owner(row.address.name) if clinic.on_call else ""
    when = f"{owner}, when on call" if owner else ", ".join(row.address.levels)
    where = f"{row.address.name}  {shown(row.address)}  {when}"
    return f"{where}  {told}; waiting {row.waiting}{fails}"


def _row(row: AddressStanding) -> dict[str, Any]:
    return {
        "name": row.address.name,
        "to": shown(row.address),
        "levels": list(row.address.levels),
        "standing": row.standing,
        "failing_since": row.since.isoformat() if row.since else None,
        "fault": row.fault.code if row.fault else None,
        "last_sent_at": row.last_sent_at.isoformat() if row.last_sent_at else None,
        "waiting": row.waiting,
    }


def _result(address: AlertAddress, fault: Fault | None) -> dict[str, Any]:
    return {
        "name": address.name,
        "to": shown(address),
        "delivered": fault is None,
        "fault": fault.code if fault else None,
        "reason": fault.words if fault else None,
    }


def _print_json(rows: list[dict[str, Any]]) -> None:
    print(json.dumps(rows, ensure_ascii=False, indent=1))


def _refuse(text: str, code: int) -> int:
    print(f"nightdesk alerts: {text}", file=sys.stderr)
    return code
