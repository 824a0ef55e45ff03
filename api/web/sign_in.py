"""Signing in and out, and how pages look: language, large type.

A trial shows one card for each kind of person; a real city shows the code field alone. Must never
say whether a code was wrong or merely old, and never lead to another site.
"""

import json
from ipaddress import IPv4Address, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form
from pydantic import BaseModel, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse

from access.people_register import SignInRefused, TooManyTries, count_failure, refuse_too_many_tries, sign_in
from access.tokens import resolve, revoke
from api.web.door import Door, public
from api.web.preferences import ELDER_COOKIE, LANGUAGE_COOKIE, safe_next
from api.web.problems import STATUS
from api.web.templates import page, remember
from kernel.settings import Settings

router = APIRouter()

SESSION_SECONDS = 14 * 24 * 3600
Text = Annotated[str, Form(max_length=400)]


class Card(BaseModel):
    """One tap to sign in as a made-up person: only a trial has these."""

    kind: str
    label: str | dict[str, str]
    code: str


@router.get("/sign-in", response_class=HTMLResponse)
async def sign_in_page(door: Annotated[Door, public()], next: str = "/") -> HTMLResponse:
    """Who are you?"""
    return page(door, "web/sign_in.html", next=safe_next(next), cards=trial_cards(door.runtime.settings), error="")


@router.post("/sign-in", response_model=None)
async def sign_in_send(
    door: Annotated[Door, public()], code: Text = "", next: Text = "/"
) -> HTMLResponse | RedirectResponse:
    """Start a session, and end the one that this browser had before."""
    who = counted_as(door.request.client.host if door.request.client else "unknown")
    try:
        async with door.transaction() as session:
            await refuse_too_many_tries(session, who=who, now=door.now)
            token = await sign_in(session, code=code, now=door.now)
            actor = await resolve(session, token=token, now=door.now)
            if old := door.request.cookies.get(door.runtime.session_cookie):
                await revoke(session, token=old, now=door.now)
    except (SignInRefused, TooManyTries) as error:
        async with door.transaction() as session:
            await count_failure(session, who=who, now=door.now)
        cards = trial_cards(door.runtime.settings)
        status = STATUS[error.kind]
        message = door.say(error.message_id())
        return page(door, "web/sign_in.html", status, next=safe_next(next), cards=cards, error=message)
    there = safe_next(next)
    staff = actor is not None and actor.kind == "staff"
    response = RedirectResponse("/desk" if staff and there == "/" else there, 303)
    response.set_cookie(
        door.runtime.session_cookie,
        token,
        max_age=SESSION_SECONDS,
        path="/",
        httponly=True,
        samesite="lax",
        secure=door.runtime.secure,
    )
    return response


@router.post("/sign-out")
async def sign_out(door: Annotated[Door, public()]) -> RedirectResponse:
    """End this session; the token is refused from now on."""
    if token := door.request.cookies.get(door.runtime.session_cookie):
        async with door.transaction() as session:
            await revoke(session, token=token, now=door.now)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(door.runtime.session_cookie, path="/", httponly=True, secure=door.runtime.secure)
    return response


@router.post("/language")
async def language(door: Annotated[Door, public()], language: Text = "zh", next: Text = "/") -> RedirectResponse:
    """Remember the language and go back."""
    response = RedirectResponse(_without_language(safe_next(next)), 303)
    chosen = "en" if language == "en" else "zh"
    remember(response, LANGUAGE_COOKIE, chosen, secure=door.runtime.secure)
    return response


@router.post("/elder")
async def elder(door: Annotated[Door, public()], elder: Text = "0", next: Text = "/") -> RedirectResponse:
    """Remember large or standard type and go back."""
    response = RedirectResponse(safe_next(next), 303)
    remember(response, ELDER_COOKIE, "1" if elder == "1" else "0", secure=door.runtime.secure)
    return response


def counted_as(host: str) -> str:
    """Under which name an address counts its failures: whoever has an IPv6 address has its whole /64."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed, 64), strict=False))


def trial_cards(settings: Settings) -> list[Card]:
    """The sign-ins of the made-up city; none in a real one, and none before the city is made."""
    return _read_cards(settings.sign_ins_path) if settings.trial else []


def _read_cards(path: Path) -> list[Card]:
    try:
        return [Card.model_validate(one) for one in json.loads(path.read_text("utf-8"))]
    except (FileNotFoundError, json.JSONDecodeError, ValidationError):
        return []


def _without_language(path: str) -> str:
    """The same address without `?lang`, which would win over the cookie just set."""
    parts = urlsplit(path)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != "lang"])
    return f"{parts.path}?{query}" if query else parts.path
