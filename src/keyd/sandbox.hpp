// What the process of the key holder gives up before it has a key: memory dumps, being looked into, the
// network, and starting other programs.
#pragma once

#include "base/result.hpp"

namespace sealift::keyd {

/// No core file, no ptrace and no /proc/PID/mem by others of our user, no new privileges; memory is kept out
/// of swap where the limits allow. Gives what could not be had, empty where all was.
std::string close_memory();

/// From now on, in all threads: whoever asks for a socket that is not AF_UNIX, starts a program, looks into
/// another process or loads code into the kernel ends the process. With `network` sockets are left alone, for
/// modules of HSMs that are reached over it. Error: io, unsupported (this processor).
Status close_system_calls(bool network);

}  // namespace sealift::keyd
