"""`python -m mpp_connector_sdmk serve`; `--help` tells the rest."""

from mpp_connector_sdmk.connector import connector

if __name__ == "__main__":
    connector.run()
