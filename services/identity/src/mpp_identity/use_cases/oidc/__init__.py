"""The OpenID provider on Authlib's framework-neutral core (decision 0002)."""
