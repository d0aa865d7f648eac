"""Starts moto's server as the tests need it: on a port of its own choice, with short waits, and with things that are old.

PEER_GATEWAY_PORT  where the state machines' engine sends its calls, on this machine: to whoever runs the functions
PEER_WAIT_SCALE    what share of its time a Wait state, or the pause before a retry, takes; time-outs are not scaled
PEER_MEND_PATHS    1: a path through an element of an array finds a value, as on AWS; moto finds a list of one

For the machines a wait takes as long as it says: the clock that they show to their functions is ahead of the real one by
what was saved, until the server is reset. A request with the header `x-peer-age` makes what it creates that many seconds old; with the
header `x-peer-id` a hosted zone gets that id, since those that moto makes up look like none of Route 53's.

Nothing of moto is edited: some of its functions are replaced in memory. If a new version has them elsewhere, the import
fails, and so do the tests.
"""

import datetime
import os
import sys
import threading
import time
from types import SimpleNamespace

# The engine calls http://localhost:$MOTO_PORT whatever port the server listens on.
os.environ["MOTO_PORT"] = os.environ["PEER_GATEWAY_PORT"]
# Images and instance types that nobody made are unknown, as on AWS.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
os.environ["MOTO_ENABLE_AMI_VALIDATION"] = "1"
os.environ["MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"] = "1"

from flask import has_request_context, request
from moto.core.config import default_user_config
from moto.ec2.models import amis, elastic_block_store, instances
from moto.moto_api._internal.models import MotoAPIBackend
from moto.rds import models as rds
from moto.server import main
from moto.stepfunctions.parser import models as machines
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.utils import json_path
from moto.utilities.id_generator import moto_id_manager

scale = float(os.environ.get("PEER_WAIT_SCALE", "1"))


class Instant(datetime.datetime):
    """Written as Step Functions writes it: in UTC, with milliseconds and a Z."""

    def isoformat(self, *_given):
        return self.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.microsecond // 1000:03d}Z"


class MachineClock:
    """What time it is for the state machines."""

    def __init__(self):
        self._ahead = datetime.timedelta()
        self._lock = threading.Lock()

    def now(self, tz=None):
        now = datetime.datetime.now(tz=datetime.timezone.utc) + self._ahead
        return Instant.fromtimestamp(now.timestamp(), tz=datetime.timezone.utc)

    def pause(self, seconds, sleep):
        ends = self.now() + datetime.timedelta(seconds=seconds)
        sleep(seconds * scale)
        with self._lock:
            self._ahead += max(ends - self.now(), datetime.timedelta())

    def reset(self):
        self._ahead = datetime.timedelta()


clock = MachineClock()


def wait_scaled(self, env, wait_seconds):
    if wait_seconds > 0:
        clock.pause(wait_seconds, env.program_state_event.wait)


class ScaledTime:
    """The module `time`, sleeping a share of what it is told."""

    def __getattr__(self, name):
        return getattr(time, name)

    def sleep(self, seconds):
        clock.pause(seconds, time.sleep)


def aged_now():
    now = datetime.datetime.now(tz=datetime.timezone.utc).replace(tzinfo=None)
    age = float(request.headers.get("x-peer-age", "0")) if has_request_context() else 0
    return now - datetime.timedelta(seconds=age)


def id_as_asked(_context):
    return request.headers.get("x-peer-id") if has_request_context() else None


find_as_moto_does = json_path.extract_json


def value_at(path, data):
    found = find_as_moto_does(path, data)
    is_definite = not any(sign in path for sign in ("*", "..", ":", "?", ","))
    through_an_element = is_definite and "]." in path
    return found[0] if through_an_element and isinstance(found, list) and len(found) == 1 else found


reset_everything = MotoAPIBackend.reset


def reset(self):
    clock.reset()
    reset_everything(self)


def replace(owner, name, replacement):
    if not hasattr(owner, name):
        sys.exit(f"this version of moto has no {name} in {owner.__name__}, where the tests replace it")
    setattr(owner, name, replacement)


machine_datetime = SimpleNamespace(
    datetime=clock, timezone=datetime.timezone, timedelta=datetime.timedelta
)
replace(WaitFunction, "_wait_interval", wait_scaled)
replace(retrier_decl, "time", ScaledTime())
replace(state, "datetime", machine_datetime)
replace(machines, "datetime", machine_datetime)
replace(MotoAPIBackend, "reset", reset)
moto_id_manager.add_id_source(id_as_asked)
if os.environ.get("PEER_MEND_PATHS") == "1":
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and hasattr(module, "extract_json"):
            module.extract_json = value_at
for module in (amis, elastic_block_store, instances, rds):
    replace(module, "utcnow", aged_now)



def end_with_whoever_started_it():
    """Standard input ends with the process at its other end, also where that one is killed."""
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_whoever_started_it, daemon=True).start()

default_user_config["stepfunctions"]["execute_state_machine"] = True
default_user_config["lambda"]["use_docker"] = False
main(["--host", "127.0.0.1", "--port", "0"])
