"""`ready URL`: exit status 0 when it answers 200. For probes that must be a command; imports little, to be cheap."""

import http.client
import sys
from urllib.parse import urlsplit

address = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=3)
try:
    connection.request("GET", address.path)
    answer = connection.getresponse()
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")
if answer.status != 200:
    sys.exit(f"{sys.argv[1]}: {answer.status} {answer.read(2000).decode(errors='replace')}")
