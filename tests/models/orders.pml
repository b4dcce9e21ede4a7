/* The order of one profile, its operator, and two phones that want it (SGP.22 3.1.6; src/smdp).
 *
 * A step of the server is atomic here: each of its functions decides on the version of the order that it
 * overwrites, or decides anew (binding.pml shows that part). What is modelled is what a decision looks at: the
 * state, the MatchingID (a number that no other order has), the EID, the session the package was last given to,
 * the attempts, the number of the last event. A phone may lose anything, report late, or never.
 *
 * Shown, for every interleaving:
 *   no two chips have the profile;
 *   a package is given out for an order that is open, to whoever asked for that very order;
 *   a profile goes back to stock only where no chip has it, or can get it yet.
 *
 * faults: FREE_DELIVERED OLD_SESSION FREE_ON_FAILURE FREED_AT_ONCE
 * Each is a rule of ours left out; with it a property does not hold, which the runner checks as well.
 */
#define NOBODY 2
#define NO_SESSION 9
#define CHIPS 2
#define SESSIONS 2
#ifndef CALLS
#define CALLS 6 /* an order, its end, and another one */
#endif

mtype = { available, allocated, linked, confirmed, released, downloaded, installed, failed, unavailable, deleted };
mtype = { single_use, same_eid, after_deletion };
mtype = { nothing, success, temporary, permanent, exists };

mtype policy;

/* Order */
mtype state = available;
byte id = 0;                 /* MatchingID; 0: none */
byte eid = NOBODY;
bool eid_ordered = false;
byte delivered = NO_SESSION; /* the session the package was last given to */
byte attempts = 0;
bool installs = false;       /* at least one was reported */
byte last_event = 0;
byte ids = 0;                /* given out so far */

/* Sessions: chip c has those numbered c * SESSIONS and on. */
bool opened[4];
byte asked[4];               /* the MatchingID of the order it was opened for */
bool over[4];
bool package[4];             /* the chip could still install it */
mtype result[4] = nothing;   /* that the server has not heard */
byte result_number[4];

/* Chips */
bool has[CHIPS];
byte number[CHIPS];          /* of its last notification */
byte deletion[CHIPS];        /* number of one that was not heard; 0: none */
byte current[CHIPS];         /* its session */

#define downloadable (state == released || state == downloaded || \
                      ((state == installed || state == deleted) && policy == same_eid))
#define in_play (state == downloaded || state == released)
#define outstanding ((state == installed || state == deleted) && delivered != NO_SESSION)
#define may_be_on_a_chip (delivered != NO_SESSION)
#define cancellable (state == allocated || state == linked || state == confirmed || state == released || \
                     state == failed)

inline freed() {
  delivered = NO_SESSION;
  if :: !eid_ordered -> eid = NOBODY :: else fi
}

inline become_installed(n) {
  state = installed;
  last_event = n;
  installs = true;
  if :: policy != single_use -> attempts = 0 :: else fi
}

inline nobody_has_it() {
  assert(!has[0] && !has[1]);
  assert(!package[0] && !package[1] && !package[2] && !package[3]);
}

inline back_to_stock() {
  nobody_has_it();
  state = available;
  id = 0;
  eid = NOBODY;
  eid_ordered = false;
  delivered = NO_SESSION;
  attempts = 0;
  installs = false;
  last_event = 0;
}

active proctype Operator() {
  byte calls = 0;
  atomic { if :: policy = single_use :: policy = same_eid :: policy = after_deletion fi }
  do
  :: calls < CALLS -> atomic {
      calls++;
      if
      :: state == available ->                                     /* DownloadOrder */
          if
          :: state = allocated
          :: state = linked; eid = 0; eid_ordered = true
          :: state = linked; eid = 1; eid_ordered = true
          fi
      :: state == allocated || state == linked ->                  /* ConfirmOrder */
          ids++;
          id = ids;
          if :: state = confirmed :: state = released fi
      :: state == confirmed -> state = released                    /* ReleaseProfile */
      :: cancellable -> state = unavailable                        /* CancelOrder */
#ifdef FREE_DELIVERED
      :: cancellable -> back_to_stock()
#else
      :: cancellable && !may_be_on_a_chip -> back_to_stock()
#endif
      :: else
      fi
    }
  :: else -> break
  od
}

/* ES9+.AuthenticateClient. A new session on a chip ends the one before: a package of that is of no use any more,
 * nor one that comes late. */
inline authenticate(c, s) {
  atomic {
    !opened[s] && (s % SESSIONS == 0 || opened[s - 1]) && downloadable && (eid == NOBODY || eid == c) ->
    opened[s] = true;
    asked[s] = id;
    current[c] = s;
    package[c * SESSIONS] = false;
    package[c * SESSIONS + 1] = false;
  }
}

/* ES9+.GetBoundProfilePackage */
inline get(c, s) {
  atomic {
    opened[s] && !over[s] ->
    over[s] = true;
    if
#ifdef OLD_SESSION
    :: downloadable && (eid == NOBODY || eid == c) ->
#else
    :: downloadable && (eid == NOBODY || eid == c) && asked[s] == id ->
#endif
        assert(state == released || state == downloaded || policy == same_eid);
        assert(asked[s] == id);
        state = downloaded;
        eid = c;
        delivered = s;
        attempts++;
        package[s] = (current[c] == s)
    :: else
    fi
  }
}

/* ES10b.LoadBoundProfilePackage */
inline load(c, s) {
  atomic {
    package[s] ->
    package[s] = false;
    number[c]++;
    result_number[s] = number[c];
    if
    :: has[c] -> result[s] = exists
    :: else ->
        if
        :: assert(!has[1 - c]); has[c] = true; result[s] = success
        :: result[s] = temporary
        :: result[s] = permanent
        fi
    fi
  }
}

/* ES9+.HandleNotification: an installation result */
inline report(c, s) {
  atomic {
    result[s] != nothing ->
    if
    :: eid != c
    :: eid == c && !(state == downloaded && delivered == s) && last_event != 0 && result_number[s] <= last_event ->
        if
        :: delivered == s && state == released -> freed()
        :: delivered == s && state == deleted && policy == same_eid && result[s] == success ->
            installs = true;
            attempts = 0;
            delivered = NO_SESSION
        :: else
        fi
    :: else ->
        if
        :: result[s] == success ->
            if
            :: in_play || outstanding || state == failed ->
                become_installed(result_number[s]);
                if :: delivered == s -> delivered = NO_SESSION :: else fi
            :: else
            fi
        :: result[s] != success && in_play && delivered == s ->
            if
            :: result[s] == temporary -> state = released
            :: result[s] == exists && installs -> state = installed; attempts = 0
            :: else -> state = failed
            fi;
#ifdef FREE_ON_FAILURE
            delivered = NO_SESSION
#else
            if :: attempts == 1 -> delivered = NO_SESSION :: else fi
#endif
        :: else
        fi
    fi;
    result[s] = nothing
  }
}

/* ES9+.HandleNotification: a deletion */
inline report_deletion(c) {
  atomic {
    deletion[c] != 0 ->
    if
    :: eid == c && (state == installed || state == downloaded) && !(last_event != 0 && deletion[c] <= last_event) ->
        if :: state == downloaded && policy != same_eid -> become_installed(deletion[c]) :: else fi;
        last_event = deletion[c];
        state = deleted;
        if
        :: policy == after_deletion ->
            state = released;
#ifdef FREED_AT_ONCE
            freed()
#else
            if :: delivered == NO_SESSION -> freed() :: else fi
#endif
        :: else
        fi
    :: else
    fi;
    deletion[c] = 0
  }
}

/* ES9+.CancelSession of a terminal reason, before and after the package */
inline cancel(c, s) {
  atomic {
    opened[s] && (eid == NOBODY || eid == c) && in_play && asked[s] == id && (!over[s] || delivered == s) ->
    over[s] = true;
    package[s] = false;
    state = failed
  }
}

proctype Phone(byte c) {
  end: do
  :: authenticate(c, c * SESSIONS)
  :: authenticate(c, c * SESSIONS + 1)
  :: get(c, c * SESSIONS)
  :: get(c, c * SESSIONS + 1)
  :: load(c, c * SESSIONS)
  :: load(c, c * SESSIONS + 1)
  :: report(c, c * SESSIONS)
  :: report(c, c * SESSIONS + 1)
  :: report_deletion(c)
  :: cancel(c, c * SESSIONS)
  :: cancel(c, c * SESSIONS + 1)
  :: atomic { has[c] && deletion[c] == 0 -> has[c] = false; number[c]++; deletion[c] = number[c] }
  od
}

init {
  atomic { run Phone(0); run Phone(1) }
}
