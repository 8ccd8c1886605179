"""Brings a service's database to its release's tables, and says whether a release may run on what it finds.

A release is known by its newest migration. Each migration declares the oldest release that can work with the tables
after it (`oldest_release = "0001"`): while a release is rolled out, the copies of the one before are still at work.
The database remembers that, so that an older release can judge tables it has never heard of.
"""

from mpp_migrations.command import add_migrate_command, run_migrate
from mpp_migrations.state import StoredSchema, require, unfit
from mpp_migrations.upgrade import RefusedError, migrate, upgrade

__all__ = [
    "RefusedError",
    "StoredSchema",
    "add_migrate_command",
    "migrate",
    "require",
    "run_migrate",
    "unfit",
    "upgrade",
]
