"""Every public service function, called by everybody: nobody does or learns what he may not (R7.1.4, R5.2)."""

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kaw.services
from kaw.errors import KawError, SignedOut
from kaw.services import sessions, users
from kaw.services.access import Actor
from tests.conftest import People
from tests.services.access_calls import CALLS, EVERYBODY, NOT_ASKING, QUIET_WHEN_ENDED, WITHOUT_ACTOR, Call, World
from tests.sign_ins import PASSWORD, enter

HELP = "tests/services/access_calls.py"


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every public function by "module.name", of the module that defines it, and every class made with an actor."""
    found = {}
    for module in pkgutil.walk_packages(kaw.services.__path__, "kaw.services."):
        for name, member in inspect.getmembers(importlib.import_module(module.name), callable):
            own = getattr(member, "__module__", "") == module.name and not name.startswith("_")
            if own and (inspect.isfunction(member) or (inspect.isclass(member) and first_parameter(member) == "actor")):
                found[f"{module.name.removeprefix('kaw.services.')}.{name}"] = member
    return found


def first_parameter(function: Callable[..., Any]) -> str:
    try:
        return next(iter(inspect.signature(function).parameters), "")
    except ValueError:  # a built-in
        return ""


FUNCTIONS = public_functions()


def takes_actor(name: str) -> bool:
    return first_parameter(FUNCTIONS[name]) == "actor"


@pytest.fixture
def world(people: People, data_dir: Path, tmp_path: Path) -> World:
    return World(people, tmp_path)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_in_the_table(name: str) -> None:
    if takes_actor(name):
        assert name in CALLS or name in NOT_ASKING, f"{name}: say in CALLS of {HELP} how to call it and who may"
    else:
        reasons = [part for part in WITHOUT_ACTOR if name == part or name.startswith(f"{part}.")]
        assert reasons, f"{name} takes no actor: say why in WITHOUT_ACTOR of {HELP}, or let it ask for rights"


def test_the_table_names_nothing_that_is_gone() -> None:
    unknown = [name for name in (*CALLS, *NOT_ASKING, *QUIET_WHEN_ENDED) if name not in FUNCTIONS]
    unknown += [part for part in WITHOUT_ACTOR if not any(f"{name}.".startswith(f"{part}.") for name in FUNCTIONS)]
    assert unknown == []


# R5.2: whoever is signed out, deactivated or deleted does nothing more, administrators included
def test_a_sign_in_that_has_ended_opens_nothing(world: World) -> None:
    gone = signed_out_administrators(world)
    wrong = []
    for name, call in CALLS.items():
        for who, actor in gone.items():
            met = outcome(name, call, actor, world)
            if not isinstance(met, SignedOut) and name not in QUIET_WHEN_ENDED:
                wrong.append(f"{name} as {who}: {met!r}")
    assert wrong == []


# R7.1.4
def test_nobody_does_what_he_may_not(world: World) -> None:
    wrong = []
    for name, call in CALLS.items():
        for login in sorted(EVERYBODY - call.who):
            met = outcome(name, call, getattr(world.people, login), world)
            if not isinstance(met, call.refusal) or isinstance(met, SignedOut):
                wrong.append(f"{name} as {login}: {met!r}")
    assert wrong == []


# R7.1.4: the table is not stricter than KAW, and its arguments are real ones
def test_everybody_does_what_he_may(world: World) -> None:
    wrong = []
    for name, call in CALLS.items():
        for login in () if call.only_refusals else sorted(call.who):
            met = outcome(name, call, getattr(world.people, login), world)
            if met is not None if call.ends_with is None else not isinstance(met, call.ends_with):
                wrong.append(f"{name} as {login}: {met!r}")
    assert wrong == []


def outcome(name: str, call: Call, actor: Actor, world: World) -> KawError | None:
    """The refusal that the call met, or None."""
    try:
        result = FUNCTIONS[name](actor, *call.arguments(world), **call.named)
        if inspect.iscoroutine(result):
            asyncio.run(result)
    except KawError as error:
        return error
    return None


def signed_out_administrators(world: World) -> dict[str, Actor]:
    """Actors who would be allowed everything if they were still signed in."""
    oleg = world.people.oleg
    made = {}
    for who in ("deactivated", "deleted", "demoted and signed out"):
        login = f"former{len(made)}"
        user_id = users.create(oleg, users.UserDraft("Бывший", login, is_admin=True), PASSWORD)
        made[who] = enter(login).actor
        draft = users.get(oleg, user_id).draft
        if who == "deactivated":
            users.update(oleg, user_id, replace(draft, active=False))
        elif who == "deleted":
            users.delete(oleg, user_id, "удалить")
        else:
            users.update(oleg, user_id, replace(draft, is_admin=False))
            sessions.sign_out(made[who])
    made["deactivated, without a browser"] = Actor(made["deactivated"].user_id)
    made["signed out"] = enter("oleg").actor
    sessions.sign_out(made["signed out"])
    return made
