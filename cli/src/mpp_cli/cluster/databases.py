"""A database and a role for each service, as SQL for psql: what the image of PostgreSQL runs on an empty volume."""

from collections.abc import Mapping

from mpp_cli.stack.databases import EXTENSIONS, ROLE_SETTINGS


def databases_sql(passwords: Mapping[str, str]) -> str:
    """`passwords`: by service. The same as `stack.databases.ensure_databases`, for a server nobody can reach yet."""
    lines = [
        "\\set ON_ERROR_STOP on",
        "SET log_min_error_statement = 'panic';  -- a statement that fails would be logged with its password",
        "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;",
        "REVOKE CONNECT ON DATABASE template1 FROM PUBLIC;",
    ]
    for name, password in passwords.items():
        quoted = password.replace("'", "''")
        lines.append(f"CREATE ROLE \"{name}\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{quoted}';")
        lines += [f"ALTER ROLE \"{name}\" SET {key} = '{value}';" for key, value in ROLE_SETTINGS.items()]
        lines.append(f'CREATE DATABASE "{name}" OWNER "{name}";')
        lines.append(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;')
    for name in passwords:
        lines += [f"\\connect {name}", *(f"CREATE EXTENSION IF NOT EXISTS {one};" for one in EXTENSIONS)]
    return "\n".join(lines) + "\n"
