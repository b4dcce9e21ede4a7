#!/usr/bin/env python3
"""lpac, unmodified, over its PC/SC driver: pcscd and vpcd between it and our card, our SM-DP+ behind it.

SEALIFT_LPAC names the lpac program, built with its PC/SC driver. Says skipped without it, and where pcscd, vpcd or
namespaces are not to be had.
"""
from lpac import Lpac, make_card, whole_life
from support.pcsc import CardInReader, inside_namespace
from support.world import Server, main


def interop(folder):
    lpac = Lpac([], "pcsc")
    inside_namespace()
    card, eid = make_card(folder)
    with Server(folder), CardInReader(card):
        whole_life(folder, lpac, eid)


if __name__ == "__main__":
    main(interop)
