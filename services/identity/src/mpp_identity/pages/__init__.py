"""The pages of the provider: sign-in, sign-up, consent, sign-out. Rendered here, without scripts."""

from fastapi import APIRouter

from mpp_identity.pages.assets import add_assets
from mpp_identity.pages.authorise import add_authorise
from mpp_identity.pages.flow import Flow
from mpp_identity.pages.sign_in import add_demo, add_sign_in
from mpp_identity.pages.sign_out import add_sign_out
from mpp_identity.pages.sign_up import add_sign_up
from mpp_identity.use_cases.demo import DemoSignIn
from mpp_identity.use_cases.oidc.end_session import EndSession
from mpp_identity.use_cases.sign_in import SignIn
from mpp_identity.use_cases.sign_up import SignUp

__all__ = ["Flow", "router"]


def router(flow: Flow, sign_in: SignIn, sign_up: SignUp, end_session: EndSession, demo: DemoSignIn | None) -> APIRouter:
    """Without `demo` its route does not exist."""
    routes = APIRouter(include_in_schema=False)
    add_assets(routes)
    add_authorise(routes, flow)
    add_sign_in(routes, flow, sign_in, demo)
    add_sign_up(routes, flow, sign_up)
    add_sign_out(routes, flow, end_session)
    if demo:
        add_demo(routes, flow, demo)
    return routes
