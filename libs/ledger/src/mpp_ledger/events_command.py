"""What `python -m mpp_<service> events` can be asked. Apart from what it does, which takes a second to import."""

import argparse


def add_events_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `events` to the commands of a service; hand the parsed arguments to `run_events`."""
    events = commands.add_parser("events", help="look after the ledger and parked events")
    actions = events.add_subparsers(dest="action", required=True)
    actions.add_parser("lag", help="what the relay has not sent yet, and what holds it back")
    republish = actions.add_parser("republish", help="send the ledger again; consumers ignore what they know")
    republish.add_argument("--key", help="only the events about this key")
    actions.add_parser("rebase", help="after a dump was restored into another cluster, before the relay runs")
    queue = actions.add_parser("parked", help="events that a consumer could not take").add_subparsers(
        dest="parked_action", required=True
    )
    listing = queue.add_parser("list", help="one JSON line each, in order")
    listing.add_argument("--all", action="store_true", help="also the replayed and discarded ones")
    replay = queue.add_parser("replay", help="try them again, in order")
    discard = queue.add_parser("discard", help="give one up")
    for command in (listing, replay):
        command.add_argument("--consumer", help="STREAM:DURABLE as `list` shows it")
        command.add_argument("--key")
    discard.add_argument("consumer")
    discard.add_argument("key")
    discard.add_argument("version", type=int)
    discard.add_argument("--reason", required=True)
