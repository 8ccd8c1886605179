"""What a mall on Kubernetes needs beside deploy/k8s: its secrets, made here and kept in no repository."""
