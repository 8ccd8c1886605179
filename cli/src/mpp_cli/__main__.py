"""`python -m mpp_cli` is the same as `mpp`."""

from mpp_cli.main import app

if __name__ == "__main__":
    app(prog_name="mpp")
