"""Running a test suite built with Eclipse Titan, and reading its verdicts.

    SEALIFT_TTCN3_SMDPP        osmo-ttcn3-hacks' folder smdpp/, which has the keys and certificates of the suite
    SEALIFT_TTCN3_SMDPP_TESTS  the suite's program, smdpp_Tests, as its Makefile builds it

`mctr_cli` and the libraries of Titan come with Debian's package eclipse-titan.
"""
import os
import re
import shutil
import socket
import subprocess

from support.world import Skip, client_certificate, free_port, from_environment

HOST = "testsmdpplus1.example.com"  # what the suite asks for; nothing can tell it another name
EID = "89049032123451234512345678901235"  # of the suite's eUICC
CURVES = ("NIST", "BRP")
LIBRARIES = "/usr/lib/titan"

# TLS 1.2 and brainpool are the suite's to allow: its client has OpenSSL's defaults, which differ by distribution.
OPENSSL_CONF = """openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = all
[all]
MinProtocol = TLSv1.2
CipherString = DEFAULT@SECLEVEL=1
Groups = X25519:P-256:P-384:brainpoolP256r1
"""

CONFIG = """[LOGGING]
LogFile := "{log}/%e-%c-%h-%r.%s"
FileMask := LOG_ALL | TTCN_DEBUG | TTCN_MATCHING | DEBUG_ENCDEC
ConsoleMask := ERROR | WARNING | TESTCASE | VERDICTOP
SourceInfoFormat := Single
[MODULE_PARAMETERS]
{parameters}
[EXECUTE]
{cases}
[MAIN_CONTROLLER]
LocalAddress := 127.0.0.1
TCPPort := {port}
NumHCs := 1
KillTimer := 10.0
UnixSocketsEnabled := No
"""


def suite():
    """The suite's folder and program, or Skip."""
    folder = from_environment("SEALIFT_TTCN3_SMDPP", "osmo-ttcn3-hacks' folder smdpp/")
    program = from_environment("SEALIFT_TTCN3_SMDPP_TESTS", "the suite's program")
    if not shutil.which("mctr_cli"):
        raise Skip("mctr_cli is not there (package eclipse-titan)")
    try:
        if not socket.gethostbyname(HOST).startswith("127."):
            raise Skip(f"{HOST} is not this machine: put it into /etc/hosts with 127.0.0.1")
    except OSError as error:
        raise Skip(f"no address for {HOST}: put it into /etc/hosts with 127.0.0.1") from error
    return folder, program


def pair(folder, curve, role):
    """Certificate and private key of a role of the suite, DER and PEM."""
    at, name = {"ci": ("CertificateIssuer", "CI_ECDSA_"), "dp_auth": ("DPauth", "S_SM_DPauth_ECDSA_"),
                "dp_pb": ("DPpb", "S_SM_DPpb_ECDSA_"), "eum": ("EUM", "EUM_ECDSA_"),
                "euicc": ("eUICC", "EUICC_ECDSA_"), "dp_tls": ("DPtls", "S_SM_DP_VARO_TLS_")}[role]
    key = name.replace("VARO_", "")
    return folder / "sgp26" / at / f"CERT_{name}{curve}.der", folder / "sgp26" / at / f"SK_{key}{curve}.pem"


def operator_certificate(folder, place):
    """The suite's operator with a certificate that has not run out, by its own key, where the suite looks for it."""
    certs = place / "test_certs"
    certs.mkdir()
    key = certs / "SK_MNO_ECDSA_NIST.pem"
    key.write_text((folder / "test_certs" / key.name).read_text())
    return client_certificate(certs / "CERT_MNO_ECDSA_NIST.pem", key, "test.operator.com")


def run_suite(folder, program, place, cases, parameters):
    """Runs the cases (a module's control part, or names) in `place`; gives the verdict of each case that ran."""
    for part in ("sgp26", "InvalidTestCases"):
        if not (place / part).exists():
            (place / part).symlink_to(folder / part)
    (place / "log").mkdir(exist_ok=True)
    (place / "openssl.cnf").write_text(OPENSSL_CONF)
    port = free_port()
    config = place / "suite.cfg"
    values = [f'smdpp_Tests.{name} := ' + (f'"{value}"' if isinstance(value, str) else str(value))
              for name, value in parameters.items()]
    config.write_text(CONFIG.format(log=place / "log", parameters="\n".join(values), cases="\n".join(cases), port=port))
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{program.parent}:{LIBRARIES}", "TTCN3_DIR": "/usr",
                   "OPENSSL_CONF": str(place / "openssl.cnf")}
    output = place / f"suite-{len(list(place.glob('suite-*.out')))}.out"
    with output.open("w") as console:
        control = subprocess.Popen(["mctr_cli", config], cwd=place, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=console, stderr=console)
        host = subprocess.Popen([program, "127.0.0.1", str(port)], cwd=place, env=environment,
                                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        try:
            control.wait(1200)
            host.wait(30)
        finally:
            for process in (host, control):
                if process.poll() is None:
                    process.kill()
                    process.wait()
    return verdicts(output.read_text(errors="replace"))


def verdicts(console):
    """The verdict of each case, with the last reason that the suite gave for one that is not good."""
    out, reason = {}, ""
    for line in console.splitlines():
        if said := re.search(r'new component reason: "*([^"]*)"|Dynamic test case error: (.*)', line):
            reason = (said[1] or said[2]).strip()
        elif ended := re.search(r"Test case (\w+) finished\. Verdict: (\w+)", line):
            out[ended[1]] = (ended[2], reason)
            reason = ""
    return out
