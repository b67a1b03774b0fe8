# SPDX-License-Identifier: GPL-2.0-or-later
"""A bus of its own with the mock of the daemon on it, for tests of pinctl."""

import os
import socket
import subprocess
import tempfile
import time

DEADLINE = 15
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={0}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


def listens(path):
    """A socket is there a moment before anybody listens on it."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == 0


class World:
    def __init__(self, mock):
        self.program = mock

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        path = self.directory.name + "/bus"
        with open(self.directory.name + "/conf", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(path))
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=" + path
        self.bus = subprocess.Popen(["dbus-daemon", "--nofork", "--config-file=" + file.name])
        self.mock = None
        self.wait(lambda: listens(path))
        return self

    def wait(self, condition):
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.02)

    def start(self):
        self.mock = subprocess.Popen([self.program, "healthy"])
        self.wait(lambda: self.do("crowd -1"))

    def stop(self):
        self.mock.terminate()
        self.mock.wait()

    def do(self, what):
        address = os.environ["DBUS_SYSTEM_BUS_ADDRESS"]
        return subprocess.run(["dbus-send", "--bus=" + address, "--print-reply",
                               "--dest=org.pind1", "/org/pind1", "org.pind1.Mock.Do",
                               "string:" + what], capture_output=True, check=False
                              ).returncode == 0

    def __exit__(self, *_):
        self.stop()
        self.bus.terminate()
        self.bus.wait()
        self.directory.cleanup()
