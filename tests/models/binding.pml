/* The race for one released order: two phones, one of which asks again, with the same one-time key and with
 * another, while sessions are cancelled, a result is reported and the operator takes the order back (SGP.22 5.6.2;
 * src/smdp/get_bound_profile_package.cpp).
 *
 * A request is a process of its own: it reads the order and decides, and writes where the version is still that
 * which it read; else it reads again. Between the two every other request may run.
 *
 * Shown, for every interleaving:
 *   packages go to one phone alone;
 *   what goes out was written first, for an order that was open then, and each is counted;
 *   a one-time key that asks again gets the same binding, until another key has got one;
 *   what has ended stays ended, whatever was under way.
 *
 * faults: BLIND_WRITE ANSWER_FIRST NO_SECOND_LOOK
 * Each is a rule of ours left out; with it a property does not hold, which the runner checks as well.
 */
#define NOBODY 2

mtype = { released, downloaded, installed, failed, unavailable };

/* The order as the store has it. */
mtype state = released;
byte version = 0;
byte eid = NOBODY;
byte key = 0;      /* otPK.EUICC of the binding; 0: none */
byte binding = 0;  /* number of it: its otPK.DP */
byte attempts = 0;

byte bindings = 0;   /* made so far, written or not */
byte given[2];       /* packages that each phone was given */
bool ended = false;
byte last_key = 0, last_binding = 0;

#ifdef BLIND_WRITE
#define unchanged true
#else
#define unchanged (version == seen_version)
#endif

/* What a request keeps of what it read; the decision is made in the same step. */
#define snapshot byte seen_version, seen_attempts
#define look seen_version = version; seen_attempts = attempts
#define forget seen_version = 0; seen_attempts = 0

inline hand_out(phone, k, b) {
  given[phone]++;
  assert(given[1 - phone] == 0);
  assert(state == downloaded && eid == phone);
  assert(last_key != k || last_binding == b);
  last_key = k;
  last_binding = b
}

/* GetBoundProfilePackage of `phone` with one-time key `k` */
proctype Get(byte phone; byte k) {
  snapshot;
  byte mine;
again:
  atomic {
    look;
    if
    :: (state != released && state != downloaded) || (eid != NOBODY && eid != phone) -> goto out
    :: else
    fi;
    if
    :: key == k -> mine = binding
    :: else -> bindings++; mine = bindings
    fi
  }
#ifdef ANSWER_FIRST
  atomic { hand_out(phone, k, mine) }
#endif
write:
  atomic {
    if
    :: unchanged ->
        assert(!ended);
        state = downloaded;
        eid = phone;
        key = k;
        binding = mine;
        attempts = seen_attempts + 1;
        version++;
#ifndef ANSWER_FIRST
        hand_out(phone, k, mine);
#endif
        assert(given[0] + given[1] == attempts);
        mine = 0
    :: else ->
#ifdef NO_SECOND_LOOK
        seen_version = version;
        goto write
#else
        goto again
#endif
    fi
  }
out: forget
}

/* CancelSession of a terminal reason, of a phone that had authenticated */
proctype Cancel(byte phone) {
  snapshot;
again:
  atomic {
    look;
    if
    :: (state != released && state != downloaded) || (eid != NOBODY && eid != phone) -> goto out
    :: else
    fi
  }
  atomic {
    if
    :: unchanged -> state = failed; version++; ended = true
    :: else -> goto again
    fi
  }
out: forget
}

/* The result of a package that this phone was given */
proctype Report(byte phone) {
  snapshot;
end: given[phone] > 0;
again:
  atomic {
    look;
    if
    :: eid != phone || (state != downloaded && state != released && state != failed) -> goto out
    :: else
    fi
  }
  atomic {
    if
    :: unchanged -> state = installed; version++; ended = true
    :: else -> goto again
    fi
  }
out: forget
}

/* ES2+.CancelOrder: not of what was given out */
proctype TakeBack() {
  snapshot;
again:
  atomic {
    look;
    if
    :: state != released -> goto out
    :: else
    fi
  }
  atomic {
    if
    :: unchanged -> assert(given[0] + given[1] == 0); state = unavailable; version++; ended = true
    :: else -> goto again
    fi
  }
out: forget
}

init {
  atomic {
    run Get(0, 1);
    run Get(0, 1);
    run Get(0, 2);
    run Get(1, 3);
    run Cancel(1);
    run Report(0);
    run TakeBack()
  }
}
