"""Starts moto's server as the tests need it: on a port of its own choice, with short waits.

PEER_GATEWAY_PORT  where the state machines' engine sends its calls, on this machine: to whoever runs the functions
PEER_WAIT_SCALE    what share of its time a Wait state, or the pause before a retry, takes; time-outs are not scaled

Nothing of moto is edited: two of its functions are replaced in memory. If a new version has them elsewhere, the import fails,
and so do the tests.
"""

import os
import sys
import time

# The engine calls http://localhost:$MOTO_PORT whatever port the server listens on.
os.environ["MOTO_PORT"] = os.environ["PEER_GATEWAY_PORT"]
# Images and instance types that nobody made are unknown, as on AWS.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
os.environ["MOTO_ENABLE_AMI_VALIDATION"] = "1"
os.environ["MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION"] = "1"

from moto.core.config import default_user_config
from moto.server import main
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

scale = float(os.environ.get("PEER_WAIT_SCALE", "1"))


def wait_scaled(self, env, wait_seconds):
    if wait_seconds > 0:
        env.program_state_event.wait(wait_seconds * scale)


class ScaledTime:
    """The module `time`, sleeping a share of what it is told."""

    def __getattr__(self, name):
        return getattr(time, name)

    def sleep(self, seconds):
        time.sleep(seconds * scale)


if not hasattr(WaitFunction, "_wait_interval") or not hasattr(retrier_decl, "time"):
    sys.exit("this version of moto waits in other places than the tests know")
WaitFunction._wait_interval = wait_scaled
retrier_decl.time = ScaledTime()

default_user_config["stepfunctions"]["execute_state_machine"] = True
default_user_config["lambda"]["use_docker"] = False
main(["--host", "127.0.0.1", "--port", "0"])
