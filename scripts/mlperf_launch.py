"""MLPerf Tiny's own runner on ports that the system does not list, such as pseudo-terminals.

    python scripts/mlperf_launch.py RUNNER DEVICE [the runner's options]

RUNNER is the folder benchmark/runner of github.com/mlcommons/tiny. Nothing of it is changed: the
list of serial ports that it looks into names DEVICE with the USB numbers of an ST-LINK, or of the
interface board where it is written as interface=DEVICE; the list of other USB devices is empty.
Needs what the runner needs: PyYAML, scikit-learn, matplotlib, pyserial, pyusb.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import serial.tools.list_ports
import usb.core
from serial.tools.list_ports_common import ListPortInfo

USB = {"dut": (0x0483, 0x374B), "interface": (0x0483, 0x374E)}
"""By the runner's own devices_*.yaml."""


def main() -> None:
    runner, device, *options = sys.argv[1:]
    kind, _, name = device.rpartition("=")
    port = ListPortInfo(name, skip_link_detection=True)
    port.vid, port.pid = USB[kind or "dut"]
    serial.tools.list_ports.comports = lambda *_: [port]
    usb.core.find = lambda **_: []
    sys.path.insert(0, runner)
    sys.argv = ["main.py", *options]
    runpy.run_path(str(Path(runner) / "main.py"), run_name="__main__")


if __name__ == "__main__":
    main()
