"""The machine-facing side: sign-up and own data as REST, and the endpoints of OpenID Connect."""
