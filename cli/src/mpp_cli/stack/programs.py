"""Every process of the mall as a program for the supervisor."""

import json
import subprocess
import sys
from signal import SIGINT

from mpp_embedded import NatsServer, PostgresServer
from mpp_embedded.processes import die_with_parent

from mpp_cli.keys import write_private
from mpp_cli.nats_config import ServerSettings, load_agencies, render
from mpp_cli.ports import HOST
from mpp_cli.secret_files import Secrets
from mpp_cli.stack.environments import Layout, connector_environment, connector_module, routes, service_environment
from mpp_cli.stack.probes import connector_ready, http_ready, server_ready
from mpp_cli.supervisor.program import Program, base_environment, command


def postgres_server(layout: Layout, secrets: Secrets) -> PostgresServer:
    """The mall's PostgreSQL, not started."""
    return PostgresServer(
        layout.data.postgres,
        password=secrets.superuser,
        log=layout.data.log("postgres"),
        port=layout.ports["postgres"],
    )


def postgres(server: PostgresServer) -> Program:
    """PostgreSQL, supervised: after a crash it recovers on the same port."""
    return Program(
        "postgres",
        lambda: _started(server, seconds=60),
        server.log,
        server_ready(server),
        address=f"postgresql://{HOST}:{server.port}",
        stop_signal=SIGINT,
        drain_seconds=30,
        stage=0,
    )


def nats_server(layout: Layout, secrets: Secrets) -> NatsServer:
    """The mall's NATS with an account per agency, not started; writes its configuration."""
    data = layout.data
    settings = ServerSettings(store=data.nats, port=layout.ports["nats"], http_port=layout.ports["nats-monitor"])
    text = render(
        settings,
        load_agencies(layout.definitions / "agencies"),
        {name: user.public for name, user in secrets.bus_users.items()},
        {code: user.public for code, user in secrets.agency_users.items()},
    )
    write_private(data.nats_config, text)
    return NatsServer(data.nats_config, log=data.log("nats"), port=layout.ports["nats"])


def nats(server: NatsServer) -> Program:
    """NATS, supervised."""
    address = f"nats://{HOST}:{server.port}"
    return Program(
        "nats", lambda: _started(server, seconds=30), server.log, server_ready(server), address=address, stage=1
    )


def mailbox(layout: Layout) -> Program:
    """The local mail sink."""
    ports = layout.ports
    argv = [sys.executable, "-m", "mpp_cli.mailbox", "--folder", str(layout.data.mailbox)]
    argv += ["--smtp-port", str(ports["smtp"]), "--http-port", str(ports["mailbox"])]
    return command(
        "mailbox",
        argv,
        base_environment(),
        layout.data.log("mailbox"),
        ready=http_ready(f"{layout.http('mailbox')}/mailbox/ready"),
        address=f"smtp://{HOST}:{ports['smtp']}",
        stage=1,
    )


def edge(layout: Layout) -> Program:
    """The origin in front of everything."""
    argv = [sys.executable, "-m", "mpp_cli.edge", "--port", str(layout.public_port)]
    argv += ["--routes", json.dumps(routes(layout))]
    return command(
        "edge",
        argv,
        base_environment(),
        layout.data.log("edge"),
        ready=http_ready(f"http://{HOST}:{layout.public_port}/-/ready"),
        address=layout.public_url,
        stage=3,
    )


def service(layout: Layout, name: str) -> Program:
    """One of the mall's services."""
    return command(
        name,
        [sys.executable, "-m", f"mpp_{name}", "serve"],
        service_environment(layout, name),
        layout.data.log(name),
        ready=http_ready(f"{layout.http(f'{name}-rest')}/readyz"),
        address=layout.http(f"{name}-rest"),
    )


def connector(layout: Layout, code: str) -> Program:
    """One agency's connector."""
    return command(
        code,
        [sys.executable, "-m", connector_module(code), "serve"],
        connector_environment(layout, code),
        layout.data.log(code),
        ready=connector_ready(layout.data.connector(code) / "status.json"),
        address=f"agency.{code}.>",
    )


def _started(server: PostgresServer | NatsServer, seconds: float) -> "subprocess.Popen[bytes]":
    server.start(seconds, start_new_session=True, preexec_fn=die_with_parent)
    assert server.process is not None
    return server.process
