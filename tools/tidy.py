#!/usr/bin/env python3
"""The rules of the house that a program can check: ARCHITECTURE.md says why each stands.

Each rule is a function that gives a list of problems; ./test counts each as one test.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Rooms by what they may include: everything of the levels before their own, and themselves. Rooms of one
# level do not know each other, except where USES says so.
LEVELS = [
    ["base"], ["asn1"], ["crypto"], ["pki"], ["messages"],
    ["bsp", "saip", "auth", "download", "container", "tlog", "access"],
    ["smdp", "smds", "euicc", "lpa", "eim", "ipa", "factory", "ifpp", "m2m", "ota", "auc"],
    ["http", "store", "hsm", "card", "reader", "audit", "qr"],
    ["lab"], ["cli", "keyd"],
]
LEVEL = {room: i for i, level in enumerate(LEVELS) for room in level}

# Outside libraries, by a pattern of their includes, and the only files that may include them.
LIBRARIES = {
    r"openssl/": r"src/(crypto/.*\.(cpp|hpp)|pki/issue\.cpp|http/.*|hsm/.*\.cpp)$",
    r"boost/json": r"src/(messages/.*_json\w*\.cpp|http/.*|cli/.*|lab/.*\.cpp|card/.*\.cpp|.*_test\.cpp)$",
    r"boost/(?!json)": r"src/http/",
    r"curl/": r"src/http/",
    r"sqlite3\.h": r"src/store/",
    r"libpq": r"src/store/postgres/",
    r"(winscard|PCSC/)": r"src/reader/pcsc",
    r"(qrcodegen|ZXing|png\.h|jpeglib\.h)": r"src/qr/",
    r"CLI/": r"src/(cli|keyd)/",
    r"p11-kit/": r"src/hsm/pkcs11/",
    r"toml": r"src/lab/config_sheet\.cpp$",
}
# Headers through which a library would spread to every room that includes them.
CLOSED_HEADERS = r"<(boost|openssl|sqlite3|libpq|curl|p11-kit|toml)[/.+>]"
LONG_FILES_ALLOWED = set()


def sources(*patterns):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT,
                         capture_output=True, text=True, check=True).stdout
    return [Path(p) for p in out.split("\0") if p and (ROOT / p).exists()]


def code():
    return sources("src/*.cpp", "src/*.hpp")


def includes(path):
    for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
        if m := re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line):
            yield number, m[1], m[2]


def is_test(path):
    return path.name.endswith("_test.cpp") or "test_" in path.name or path.name.endswith("_suite.hpp")


def includes_go_left():
    """A room includes only rooms to its left; no role includes a role, no adapter an adapter."""
    for path in code():
        room = path.parts[1]
        for number, kind, name in includes(path):
            other = name.split("/")[0]
            if kind != '"' or other == room or is_test(path):
                continue
            if other not in LEVEL:
                yield f"{path}:{number}: \"{name}\" is in no room"
            elif LEVEL[other] >= LEVEL[room]:
                yield f"{path}:{number}: {room} may not include {other}"


def the_key_holder_knows_no_role():
    """sealift-keyd is made of base, asn1, crypto and hsm alone."""
    for path in code():
        for number, kind, name in includes(path):
            if path.parts[1] == "keyd" and kind == '"' and name.split("/")[0] not in ("keyd", "base", "crypto", "hsm"):
                yield f"{path}:{number}: the key holder may not include {name}"


def libraries_stay_in_their_rooms():
    for path in code():
        for number, kind, name in includes(path):
            for pattern, allowed in LIBRARIES.items():
                if kind == "<" and re.match(pattern, name) and not re.match(allowed, str(path)) and not is_test(path):
                    yield f"{path}:{number}: <{name}> does not belong in this file"


def headers_keep_libraries_in():
    for path in code():
        allowed = path.parts[1] in ("http", "cli") or str(path) in ("src/crypto/openssl.hpp", "src/hsm/pkcs11/cryptoki.hpp")
        if path.suffix != ".hpp" or allowed or is_test(path):
            continue
        for number, kind, name in includes(path):
            if kind == "<" and re.match(CLOSED_HEADERS, f"<{name}"):
                yield f"{path}:{number}: a header outside http/ includes <{name}>"


def files_keep_their_size():
    for path in code():
        lines = len((ROOT / path).read_text().splitlines())
        if lines > 1000 and str(path) not in LONG_FILES_ALLOWED:
            yield f"{path}: {lines} lines, 1000 at most"


def roles_are_pure():
    """Roles do not log, open sockets, start threads, or ask the operating system for time or randomness."""
    forbidden = r"<(thread|iostream|fstream|sys/socket\.h|unistd\.h|spdlog.*|sys/random\.h)>"
    roles = {r for level in LEVELS[:7] for r in level} - {"base"}
    for path in code():
        if path.parts[1] not in roles or is_test(path):
            continue
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
            if re.search(forbidden, line) or re.search(r"\b(system_clock|steady_clock)::now", line):
                yield f"{path}:{number}: a room without a world: {line.strip()}"


def tls_is_always_verified():
    for path in sources("src/*.cpp", "src/*.hpp"):
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
            manager = path == Path("src/cli/service_manager.cpp") and re.search(r'getenv\("(NOTIFY_SOCKET|WATCHDOG_\w+)"\)', line)
            if re.search(r"VERIFYPEER,\s*0|VERIFYHOST,\s*0|getenv", line) and not is_test(path) and not manager:
                yield f"{path}:{number}: {line.strip()}"


def nothing_names_this_machine():
    for path in sources():
        if path.suffix in (".png", ".der", ".bin", ".svg") or path == Path("tools/tidy.py"):
            continue
        for number, line in enumerate((ROOT / path).read_text(errors="replace").splitlines(), 1):
            if re.search(r"(?<![\w.])/(work|root|home/(?!sealift\b))/?\w", line):
                yield f"{path}:{number}: {line.strip()[:100]}"


def test_names():
    out = set()
    for path in sources("src/*_test.cpp", "src/*_suite.hpp", "tests/*.cpp", "tests/*.hpp"):
        text = (ROOT / path).read_text()
        for kind, suite, name in re.findall(r"\b(TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\(\s*(\w+),\s*(\w+)\)", text):
            out.add(f"{suite}.{name}")
    out |= {f"Model.{path.stem}" for path in sources("tests/models/*.pml")}
    return out | {f"Interop.{path.stem}" for path in sources("tests/interop/*.py")}


def mission_rows():
    """Row id, status and tests of each row of docs/mission.md."""
    for line in (ROOT / "docs/mission.md").read_text().splitlines():
        cells = [c.strip() for c in line.strip().strip("|").split("|")]
        if re.match(r"M\d-\d\d$", cells[0]):
            yield cells[0], cells[-2], re.findall(r"`([\w.]+)`", cells[-1])


def mission_rows_name_tests_that_exist():
    known = test_names()
    for row, status, tests in mission_rows():
        if status not in ("open", "shown", "later", "fact"):
            yield f"{row}: status '{status}' is none of open, shown, later, fact"
        if status == "shown" and not tests:
            yield f"{row} is shown by no test"
        for test in tests:
            if test not in known:
                yield f"{row}: there is no test {test}"


def mission_rows_of(skipped):
    """Rows whose tests were skipped, for the closing words of ./test."""
    plain = {re.sub(r"^\w+/|/\w+", "", name) for name in skipped} | set(skipped)
    for row, status, tests in mission_rows():
        hit = [t for t in tests if t in plain]
        if status == "shown" and hit:
            yield row, hit


RULES = [includes_go_left, the_key_holder_knows_no_role, libraries_stay_in_their_rooms, headers_keep_libraries_in, files_keep_their_size,
         roles_are_pure, tls_is_always_verified, nothing_names_this_machine, mission_rows_name_tests_that_exist]


def check_all():
    return [(rule.__name__, list(rule())) for rule in RULES]


def main():
    bad = 0
    for rule, problems in check_all():
        for problem in problems:
            print(f"{rule}: {problem}")
        bad += len(problems)
    print(f"{len(RULES)} rules, {bad} problems")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
