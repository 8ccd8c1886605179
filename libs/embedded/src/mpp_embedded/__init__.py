"""Real PostgreSQL and NATS as ordinary processes: no Docker, no root.

Used by the `mpp` command for a mall on one machine and by the test plugin. The servers are the ones production runs;
only the way they are started is local.
"""

from mpp_embedded.nats import NatsServer
from mpp_embedded.ports import free_port
from mpp_embedded.postgres import PostgresServer
from mpp_embedded.processes import CannotStart

__all__ = ["CannotStart", "NatsServer", "PostgresServer", "free_port"]
