"""Our own side of every driver: the sealift program, a server, orders, and the way a driver reports."""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SEALIFT = Path(os.environ.get("SEALIFT_PROGRAM", ROOT / "build/release/sealift"))
SKIPPED = 77  # exit code that tools/run_tests.py counts as skipped


class Skip(Exception):
    """The peer, or what it needs, is not on this machine."""


def from_environment(name, what):
    """The path in variable `name`, or Skip."""
    path = os.environ.get(name)
    if not path or not Path(path).exists():
        raise Skip(f"{name} does not name {what}")
    return Path(path).resolve()


def check(what, holds):
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    assert holds, what


def run(*arguments, **options):
    """One sealift command with --json: exit code and object."""
    done = subprocess.run([SEALIFT, *map(str, arguments), "--json"], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, **options)
    lines = done.stdout.splitlines()
    return done.returncode, json.loads(lines[-1]) if lines else {"error": done.stderr.strip()}


def sealift(*arguments, **options):
    """One sealift command that has to succeed."""
    code, answer = run(*arguments, **options)
    assert code == 0, f"sealift {' '.join(map(str, arguments))}: {answer}"
    return answer


class Background:
    """A program that runs until the block ends. What it prints goes to `log`; standard output is for line() where
    it `speaks`."""

    def __init__(self, command, log, speaks=False, **options):
        self.log = open(log, "w")
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE if speaks else self.log,
                                        stderr=self.log, text=True, **options)

    def line(self):
        return self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()
        self.log.close()


class Server(Background):
    """`sealift smdp serve` on the site in `folder`."""

    def __init__(self, folder):
        super().__init__([SEALIFT, "smdp", "serve", "--dir", folder], folder / "server.log", speaks=True)
        self.address = re.search(r"localhost:\d+", self.line())[0]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


CLIENT_EXTENSIONS = """[req]
distinguished_name = name
x509_extensions = extensions
[name]
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
"""


def client_certificate(certificate, key, name):
    """A self-signed certificate, good for a day, for mutual TLS; makes the key where there is none."""
    openssl = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
    config = certificate.with_suffix(".cnf")
    config.write_text(CLIENT_EXTENSIONS)
    if not key.exists():
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    openssl("req", "-x509", "-new", "-config", config, "-key", key, "-subj", f"/O=Test Operator/CN={name}", "-days", "1",
            "-out", certificate)
    return certificate


def secret(folder, text):
    """A secret as our commands take one: @FILE."""
    path = folder / "secret"
    path.write_text(text)
    return f"@{path}"


def order(folder, number, confirmation_code=None, **options):
    """A profile and an order of it: what `order create` says, and the subscriber's imsi, k and opc."""
    if confirmation_code:
        options["confirmation_code"] = secret(folder, confirmation_code)
    package = folder / f"profile{number}.der"
    imsi, k, opc = f"00101000000000{number}", os.urandom(16).hex(), os.urandom(16).hex()
    sealift("profile", "make", "--imsi", imsi, "--iccid", f"898829900000000000{number}", "--k", k, "--opc", opc,
            "--out", package)
    flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    made = sealift("order", "create", "--dir", folder, "--profile", package, "--spn", f"Carrier {number}", *flags)
    return {**made, "imsi": imsi, "k": k, "opc": opc}


def main(body):
    """Runs a driver in a temporary folder; ends the process with its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            body(Path(folder))
        except Skip as reason:
            print(f"skipped: {reason}")
            sys.exit(SKIPPED)
        except AssertionError as failure:
            print(f"FAILED  {failure}")
            for log in sorted(Path(folder).rglob("*.log")):
                print(f"---- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
            sys.exit(1)
    sys.exit(0)
