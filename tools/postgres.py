#!/usr/bin/env python3
"""A PostgreSQL of its own for tests: made anew, on a free port of 127.0.0.1, ended and removed afterwards.

  tools/postgres.py COMMAND...   runs the command with SEALIFT_POSTGRES, a connection string, in its environment

Any number may run side by side. Writes are synchronised as in production. Root, as whom PostgreSQL does not run,
gives it to the user postgres, or nobody. SEALIFT_POSTGRES is "none" where PostgreSQL is not installed.
"""
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "64MB", "max_connections": "200",
    "fsync": "on", "synchronous_commit": "on", "max_wal_size": "256MB", "log_min_messages": "warning",
    "log_checkpoints": "off",
}


def programs():
    """The folder of initdb and postgres, of the newest version; None where there is none."""
    def version(folder):
        return [int(n) if n.isdigit() else 0 for n in folder.parts[-2].split(".")]
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version)
    found = [f for f in found if (f / "initdb").exists() and (f / "postgres").exists()]
    if found:
        return found[-1]
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


def other_user():
    """Whom root lets PostgreSQL run as."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise RuntimeError("neither the user postgres nor nobody is on this machine")


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG; SIGQUIT is PostgreSQL's immediate shutdown


class Cluster:
    """`with Cluster() as connection_string`; None where PostgreSQL is not installed."""

    def __init__(self, settings=None):
        self.bin = programs()
        self.settings = {**SETTINGS, **(settings or {})}
        self.server = None
        self.folder = None

    def __enter__(self):
        return self.start() if self.bin else None

    def __exit__(self, *_):
        self.stop()

    def run_as(self):
        if os.geteuid() != 0:
            return {}
        user = other_user()
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def make_folder(self):
        """In build/postgres; where another user cannot go there, in the folder for temporary files."""
        for parent in (ROOT / "build/postgres", Path(tempfile.gettempdir())):
            parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=parent))
            who = self.run_as()
            if not who:
                return folder
            os.chown(folder, who["user"], who["group"])
            if subprocess.run(["test", "-x", str(folder)], cwd="/", check=False, **who).returncode == 0:
                return folder
            shutil.rmtree(folder)
        raise RuntimeError("PostgreSQL has no folder that it may use")

    def start(self):
        self.folder = self.make_folder()
        password = secrets.token_hex(16)
        # The server's copy is gone once it has been read; the clients' stays with whoever runs this.
        for name, text in (("pw", password), ("pgpass", f"127.0.0.1:*:*:*:{password}")):
            file = self.folder / name
            file.touch(mode=0o600)
            file.write_text(text + "\n")
        if who := self.run_as():
            os.chown(self.folder / "pw", who["user"], who["group"])
        data = self.folder / "data"
        made = subprocess.run(
            [self.bin / "initdb", "-D", data, "-U", "sealift", "-A", "scram-sha-256", "--pwfile", self.folder / "pw",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            cwd="/", capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}, **who)
        if made.returncode != 0:
            raise RuntimeError(f"initdb: {made.stdout}{made.stderr}")
        (self.folder / "pw").unlink()
        for _ in range(5):  # somebody else may take the port that was free
            if port := self.serve(data, who):
                self.port = port
                return f"postgresql://sealift@127.0.0.1:{port}/postgres?passfile={self.folder}/pgpass"
        raise RuntimeError(f"PostgreSQL does not start: {(self.folder / 'log').read_text()}")

    def serve(self, data, who):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = [o for name, value in self.settings.items() for o in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "w") as log:
            self.server = subprocess.Popen([self.bin / "postgres", "-D", data, "-p", str(port), *options], cwd="/",
                                           stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                           preexec_fn=end_with_parent, **who)
        ready = [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        for _ in range(600):
            if self.server.poll() is not None:
                return None
            if subprocess.run(ready, cwd="/", check=False).returncode == 0:
                return port
            time.sleep(0.1)
        self.server.kill()
        return None

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            try:
                self.server.wait(10)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with Cluster() as connection:
        done = subprocess.run(sys.argv[1:], check=False, env={**os.environ, "SEALIFT_POSTGRES": connection or "none"})
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


if __name__ == "__main__":
    sys.exit(main())
