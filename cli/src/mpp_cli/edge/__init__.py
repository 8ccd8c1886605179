"""The one origin in front of the services on a developer's machine.

Own code, because no reverse proxy comes as a Python wheel from the package registry, and `make run` may need nothing
but Python. Production uses the Gateway API of Kubernetes (deploy/k8s) with the same routes.
"""
