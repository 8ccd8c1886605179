"""Exit status 0 when it is so; for probes that must be a command. Imports little, to be cheap: a probe is run for ever.

`ready URL`: it answers 200. `ready FOLDER`: a connector is at work in its data folder. `ready FOLDER alive`: it runs,
whatever the platform does.
"""

import sys


def answers(url: str) -> str:
    """What is wrong with an address; nothing is."""
    import http.client
    from urllib.parse import urlsplit

    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=3)
    try:
        connection.request("GET", address.path)
        answer = connection.getresponse()
    except OSError as error:
        return str(error)
    return "" if answer.status == 200 else f"{answer.status} {answer.read(2000).decode(errors='replace')}"


def at_work(folder: str, only_alive: bool) -> str:
    """What is wrong with a connector. Its SDK is asked, without all that the SDK imports to work."""
    from importlib.util import find_spec
    from pathlib import Path
    from runpy import run_path

    sdk = find_spec("mpp_connector")
    if sdk is None or sdk.origin is None:
        return "this image is no connector"
    status = run_path(str(Path(sdk.origin).with_name("status.py")))
    asked = status["is_alive"] if only_alive else status["is_ready"]
    return "" if asked(Path(folder)) else "no copy is alive" if only_alive else "no copy is ready"


place, *more = sys.argv[1:]
wrong = at_work(place, more == ["alive"]) if place.startswith("/") else answers(place)
if wrong:
    sys.exit(f"{place}: {wrong}")
