"""The mall as containers: its files (`make test`), its images (`make images`), itself (`make compose-test`)."""
