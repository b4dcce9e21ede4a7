"""osmo-smdpp with a TLS front, and the SGP.26 test keys, as the drivers and the bench use them.

    SEALIFT_PYSIM              a checkout of pysim that has osmo-smdpp.py
    SEALIFT_PYSIM_PYTHONPATH   where Python finds what pysim imports and Debian does not have
    SEALIFT_SGP26              the published SGP.26 keys and certificates: CertificateIssuer/, EUM/, eUICC/

osmo-smdpp speaks plain HTTP and its TLS certificates have run out, so it stands behind a front with a fresh
certificate, made here under the published key of the SGP.26 test CI.
"""
import os
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

from support.world import Background, Skip, from_environment

HOST = "testsmdpplus1.example.com"  # the only name that osmo-smdpp answers to
SUFFIX = {"p256": "NIST", "brainpool": "BRP"}


def python():
    """The interpreter and environment that pysim runs in."""
    pysim = from_environment("SEALIFT_PYSIM", "a checkout of pysim")
    path = os.pathsep.join([str(pysim), os.environ.get("SEALIFT_PYSIM_PYTHONPATH", "")])
    return "/usr/bin/python3", {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}, pysim


def sgp26(part, kind):
    """A published file: sgp26("CI", "p256") is the pair of its certificate and private key."""
    root = from_environment("SEALIFT_SGP26", "the folder of SGP.26 test keys")
    folder = {"CI": "CertificateIssuer"}.get(part, part)
    name = f"{part.upper()}_ECDSA_{SUFFIX[kind]}"
    pair = root / folder / f"CERT_{name}.der", root / folder / f"SK_{name}.pem"
    for file in pair:
        if not file.exists():
            raise Skip(f"{file} is not there")
    return pair


def card_options(curve):
    """What `sealift euicc make` is told to make the SGP.26 test eUICC of a curve."""
    certificate, key = sgp26("eUICC", curve)
    return ["--certificate", certificate, "--key", key, "--eum", sgp26("EUM", curve)[0], "--ci", sgp26("CI", curve)[0]]


def make_tls_leaf(folder, curve):
    """A TLS certificate for HOST by the SGP.26 test CI, good for a day: certificate and key in one PEM file."""
    ci, ci_key = sgp26("CI", curve)
    name = {"p256": "prime256v1", "brainpool": "brainpoolP256r1"}[curve]
    key, request, pem, extensions = (folder / f"tls.{end}" for end in ("key", "csr", "pem", "cnf"))
    extensions.write_text(f"""keyUsage = critical, digitalSignature
extendedKeyUsage = critical, serverAuth, clientAuth
certificatePolicies = 2.23.146.1.2.1.3
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:{HOST}, RID:2.999.10
crlDistributionPoints = URI:http://ci.test.example.com/CRL-1.crl
""")
    run = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
    run("ecparam", "-name", name, "-genkey", "-noout", "-out", key)
    run("req", "-new", "-key", key, "-subj", f"/O=ACME/CN={HOST}", "-out", request)
    run("x509", "-req", "-in", request, "-CA", ci, "-CAform", "DER", "-CAkey", ci_key, "-set_serial",
        str(int.from_bytes(os.urandom(8), "big") >> 1), "-days", "1", "-sha256", "-extfile", extensions, "-out", pem)
    pem.write_text(pem.read_text() + key.read_text())
    return pem


class TlsFront(threading.Thread):
    """Takes TLS on a free port of loopback and hands the octets on to `port`."""

    def __init__(self, pem, port):
        super().__init__(daemon=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        self.target = ("127.0.0.1", port)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            plain, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        try:
            client = self.context.wrap_socket(plain, server_side=True)
        except OSError:  # a client that does not trust us
            return
        server = socket.create_connection(self.target)
        back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
        back.start()
        self.copy(client, server)
        back.join()
        client.close()
        server.close()

    @staticmethod
    def copy(source, sink):
        try:
            while octets := source.recv(1 << 16):
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class OsmoSmdpp(Background):
    """osmo-smdpp on a curve, its TLS front too; `connect_to` is the route that an LPA takes to it."""

    def __init__(self, folder, curve):
        interpreter, environment, pysim = python()
        data = folder / "smdpp-data"  # it keeps its sessions beside its certificates, which are not ours to change
        data.mkdir()
        for part in ("certs", "upp"):
            (data / part).symlink_to(pysim / "smdpp-data" / part)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        super().__init__([interpreter, Path(__file__).with_name("osmo_smdpp_server.py"), pysim / "osmo-smdpp.py",
                          port, curve], folder / "osmo-smdpp.log", cwd=folder, env=environment)
        self.wait_for(port)
        self.front = TlsFront(make_tls_leaf(folder, curve), port)
        self.connect_to = f"{HOST}:443:127.0.0.1:{self.front.port}"

    def wait_for(self, port):
        for _ in range(200):
            try:
                return socket.create_connection(("127.0.0.1", port)).close()
            except ConnectionRefusedError:
                assert self.process.poll() is None, "osmo-smdpp does not start; see its log"
                time.sleep(0.1)
        raise AssertionError("osmo-smdpp does not listen")
