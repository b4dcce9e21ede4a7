"""Runs inside osmo-smdpp's own interpreter: FILE PORT CURVE. Its main() has no choice of curve or port."""
import importlib.util
import os
import sys

path, port, curve = sys.argv[1:4]
spec = importlib.util.spec_from_file_location("osmo_smdpp", path)
peer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peer)
issuers = os.path.join(peer.DATA_DIR, "certs", "CertificateIssuer")
peer.SmDppHttpServer(peer.HOSTNAME, issuers, use_brainpool=curve == "brainpool").app.run("127.0.0.1", int(port))
