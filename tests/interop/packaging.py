#!/usr/bin/env python3
"""What the Debian package is made of, read by the programs that will read it: man pages by man, units by systemd.

The man pages are printed by tools/man_pages.py from what the program says of itself; here each command of it has one,
with every sub-command in it, and man finds nothing wrong. Exit code 77 where there is neither man nor systemd-analyze.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "build/release/sealift"


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **more)


def commands_of(*command):
    text = run(PROGRAM, *command, "--help").stdout
    listed = re.search(r"\nSubcommands:\n((?:  .*\n)+)", text)
    return re.findall(r"^  (\S+)", listed[1], re.M) if listed else []


def check_man_pages(folder):
    made = run(sys.executable, ROOT / "tools/man_pages.py", PROGRAM, folder)
    assert made.returncode == 0, made.stderr
    commands = commands_of()
    assert len(commands) > 8, commands
    for command in commands:
        page = folder / f"man1/sealift-{command}.1"
        assert page.exists(), f"{command} has no man page"
        text = page.read_text()
        for sub in commands_of(command):
            heading = sub.upper().replace("-", "\\-")
            assert f"\n.SH {heading}\n" in text, f"the page of {command} leaves {sub} out"
    assert (folder / "man5/sealift-smdp.toml.5").exists()
    for page in folder.glob("man*/*"):
        said = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page, env=dict(os.environ, LC_ALL="C.UTF-8"))
        wrong = [line for line in said.stderr.splitlines() if "cannot adjust line" not in line]
        assert said.returncode == 0 and not wrong, f"{page.name}: {wrong or said.stderr}"
    print(f"{len(list(folder.glob('man*/*')))} man pages")


def check_units():
    for unit in sorted((ROOT / "packaging/systemd").glob("*.service")):
        verified = run("systemd-analyze", "verify", "--man=no", unit)
        # The programs are not installed here.
        wrong = [line for line in verified.stderr.splitlines() if "is not executable" not in line and unit.name in line]
        assert not wrong, wrong
        rated = run("systemd-analyze", "security", "--offline=yes", unit).stdout
        exposure = float(re.search(r"exposure level.*: ([\d.]+)", rated)[1])
        assert exposure < 2.0, f"{unit.name}: exposure {exposure}"
        print(f"{unit.name}: exposure {exposure}")


def main():
    tools = [tool for tool in ("man", "systemd-analyze") if shutil.which(tool)]
    if not tools or not PROGRAM.exists():
        print("skipped: no man and no systemd-analyze, or the program is not built")
        return 77
    if "man" in tools:
        with tempfile.TemporaryDirectory() as folder:
            check_man_pages(Path(folder))
    if "systemd-analyze" in tools:
        check_units()
    return 0


if __name__ == "__main__":
    sys.exit(main())
