"""`python -m mpp_connector_dukcapil serve`; `--help` tells the rest."""

from mpp_connector_dukcapil.connector import connector

if __name__ == "__main__":
    connector.run()
