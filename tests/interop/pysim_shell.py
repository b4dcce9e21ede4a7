#!/usr/bin/env python3
"""pySim-shell, unmodified, at our card in a PC/SC reader: it reads the enabled profile as of any SIM, runs AKA, and
manages profiles with its own ES10 commands.

Needs SEALIFT_PYSIM and SEALIFT_PYSIM_PYTHONPATH (support/osmo.py). Says skipped without them, and where pcscd, vpcd
or namespaces are not to be had.
"""
import json
import subprocess

from support.osmo import python
from support.pcsc import CardInReader, inside_namespace
from support.world import Server, check, main, order, sealift

NO_CONTEXT = "00112233445566778899aabbccddeeff"


def shell(folder, *commands):
    """What pySim-shell prints for a script: all of it, and the JSON values in it."""
    interpreter, environment, pysim = python()
    script = folder / "script.pysim"
    script.write_text("\n".join([*commands, "quit"]) + "\n")
    done = subprocess.run([interpreter, pysim / "pySim-shell.py", "-p0", "--script", script], cwd=folder, timeout=100,
                          env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    (folder / "pysim.log").write_text(done.stdout)
    decoder, values, at = json.JSONDecoder(), [], 0
    while 0 <= (at := min((p for p in (done.stdout.find("\n" + c, at) for c in "{[") if p >= 0), default=-1)):
        try:
            value, at = decoder.raw_decode(done.stdout, at + 1)
            values.append(value)
        except ValueError:
            at += 1
    return done.stdout, values


def with_key(values, key):
    """The first object that has a key."""
    found = [v[key] for v in values if isinstance(v, dict) and key in v]
    assert found, f"no '{key}' in what pySim-shell printed"
    return found[0]


def files(folder, subscriber):
    said, values = shell(folder, "select MF", "select EF.ICCID", "read_binary_decoded", "select EF.DIR",
                         "read_records_decoded", "select ADF.USIM", "select EF.IMSI", "read_binary_decoded",
                         "select EF.AD", "read_binary_decoded", "select EF.FPLMN", "update_binary 00f110" + 9 * "ff",
                         "read_binary", "select EF.FPLMN", "update_binary " + 12 * "ff")
    check("it knows the card for a UICC", "Card is of type: UICC" in said)
    check("EF.ICCID", with_key(values, "iccid") == subscriber["iccid"])
    check("EF.DIR names the USIM", "a0000000871002" in json.dumps([v for v in values if isinstance(v, list)]))
    check("EF.IMSI", with_key(values, "imsi") == subscriber["imsi"])
    check("EF.AD", with_key(values, "mnc_len") == 2)
    # update_binary prints what it wrote, and read_binary what it read.
    check("a file is written and read back", said.splitlines().count("00f110" + 9 * "ff") == 2)


def authentication(folder, subscriber):
    sealift("auc", "add", "--dir", folder, *[word for name in ("imsi", "k", "opc")
                                             for word in (f"--{name}", subscriber[name])])
    vector = sealift("auc", "vector", "--dir", folder, "--imsi", subscriber["imsi"])
    _, values = shell(folder, "select ADF.USIM", f"authenticate {vector['rand']} {vector['autn']}")
    answer = with_key(values, "successful_3g_authentication")
    good = sealift("auc", "check", "--dir", folder, "--imsi", subscriber["imsi"], "--rand", vector["rand"],
                   "--autn", vector["autn"], "--res", answer["res"])
    check("AKA: our authentication centre takes the card's answer", good["ok"])
    said, _ = shell(folder, "select ADF.USIM", f"authenticate {NO_CONTEXT} {NO_CONTEXT}")
    check("AKA: a wrong AUTN is refused with 9862", "9862" in said)


def profiles(folder, eid, iccid):
    _, values = shell(folder, "select ADF.ISD-R", "get_eid", "get_profiles_info", f"disable_profile --iccid {iccid}f",
                      "get_profiles_info", f"enable_profile --iccid {iccid}f", "get_profiles_info")
    check("ES10c.GetEID", with_key(values, "eid_value") == eid)
    check("ES10c.DisableProfile", with_key(values, "disable_result") == "ok")
    check("ES10c.EnableProfile", with_key(values, "enable_result") == "ok")
    states = [v["profile_info_seq"]["profile_info"]["profile_state"] for v in values if "profile_info_seq" in v]
    check("ES10c.GetProfilesInfo says so", states == ["enabled", "disabled", "enabled"])


def interop(folder):
    python()
    inside_namespace()
    card = folder / "card.euicc"
    sealift("pki", "init", folder / "pki")
    eid = sealift("euicc", "make", card, "--pki", folder / "pki")["eid"]
    with Server(folder):
        subscriber = order(folder, 1)
        sealift("lpa", "download", subscriber["activationCode"], "--card", card, "--ci", folder / "pki/ci.der",
                "--enable", "--yes")
    with CardInReader(card):
        files(folder, subscriber)
        authentication(folder, subscriber)
        profiles(folder, eid, subscriber["iccid"])


if __name__ == "__main__":
    main(interop)
