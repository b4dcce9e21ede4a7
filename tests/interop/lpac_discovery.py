#!/usr/bin/env python3
"""lpac, unmodified, asks our SM-DS what waits for its card, and downloads it from the SM-DP+ that it is told of.

SEALIFT_LPAC names the lpac program; without it the test says skipped. An operator orders over ES2+ with the SM-DS's
address; our SM-DP+ registers the event, and takes it away once the profile is installed.
"""
from lpac import Lpac, make_card
from support.operators import OperatorsServer
from support.world import SEALIFT, Background, check, free_port, main


def interop(folder):
    lpac = Lpac([SEALIFT, "euicc", "stdio", folder / "card.euicc", "--"], "stdio")
    _, eid = make_card(folder)
    smds = free_port()
    discover = lambda: lpac.ok("profile", "discovery", "-s", f"localhost:{smds}")
    with Background([SEALIFT, "smds", "serve", "--dir", folder, "--port", smds], folder / "smds.log", speaks=True) as ds:
        assert "localhost" in ds.line()
        with OperatorsServer(folder, root_smds=[f"localhost:{smds}"]) as server:
            check("nothing waits for the card", discover() == [])
            iccid, = server.stock("101")
            server.es2("download-order", "--iccid", iccid, "--eid", eid)
            order = server.es2("confirm-order", "--iccid", iccid, "--smds", f"localhost:{smds}", "--release")
            check("an event waits, at our SM-DP+", discover() == [f"localhost:{server.phones}"])
            code = f"LPA:1$localhost:{server.phones}${order['matchingId']}"
            check("its profile downloads", lpac.download(code)["code"] == 0)
            lpac.ok("notification", "process", "-a", "-r")
            check("the order says installed", server.state(iccid) == "installed")


if __name__ == "__main__":
    main(interop)
