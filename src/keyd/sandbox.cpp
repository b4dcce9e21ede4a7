#include "keyd/sandbox.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <vector>

namespace sealift::keyd {
namespace {

#if defined(__x86_64__)
constexpr uint32_t our_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t our_architecture = AUDIT_ARCH_AARCH64;
#else
constexpr uint32_t our_architecture = 0;
#endif

constexpr uint32_t x32_bit = 0x40000000;  ///< numbers of another calling convention, on x86-64 alone

/// io_uring among them, since it does what system calls do without being one.
constexpr int forbidden[] = {
    SYS_execve,         SYS_execveat,          SYS_ptrace,       SYS_process_vm_readv, SYS_process_vm_writev,
    SYS_kexec_load,     SYS_init_module,       SYS_finit_module, SYS_delete_module,    SYS_mount,
    SYS_umount2,        SYS_pivot_root,        SYS_setns,        SYS_unshare,          SYS_bpf,
    SYS_keyctl,         SYS_add_key,           SYS_request_key,  SYS_perf_event_open,  SYS_userfaultfd,
    SYS_io_uring_setup, SYS_open_by_handle_at, SYS_kcmp,
};

sock_filter load(size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

std::vector<sock_filter> filter(bool network) {
  const sock_filter kill = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  const sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  std::vector<sock_filter> out{
      load(offsetof(seccomp_data, arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, our_architecture, 1, 0), kill,
      load(offsetof(seccomp_data, nr)),   BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, x32_bit, 0, 1),          kill};
  for (const int call : forbidden) {
    out.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    out.push_back(kill);
  }
  if (!network) {
    out.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(SYS_socket), 0, 3));
    out.push_back(load(offsetof(seccomp_data, args[0])));
    out.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0));
    out.push_back(kill);
  }
  out.push_back(allow);
  return out;
}

}  // namespace

std::string close_memory() {
  std::string missing;
  const auto want = [&](bool had, const char* what) {
    if (!had) missing += std::string(missing.empty() ? "" : "; ") + what + ": " + std::strerror(errno);
  };
  const rlimit none{0, 0};
  want(::setrlimit(RLIMIT_CORE, &none) == 0, "core files are not off");
  want(::prctl(PR_SET_DUMPABLE, 0) == 0, "others of this user can look into the process");
  want(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "new privileges are possible");
  rlimit locked{};
  ::getrlimit(RLIMIT_MEMLOCK, &locked);
  // Below a limit a later allocation would fail for it.
  errno = EPERM;
  const bool may = locked.rlim_cur == RLIM_INFINITY || ::geteuid() == 0;
  want(may && ::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0,
       "memory may be swapped out (set LimitMEMLOCK=infinity)");
  return missing;
}

Status close_system_calls(bool network) {
  if (our_architecture == 0)
    return Error{ErrorKind::unsupported, "no filter of system calls for this processor"};
  std::vector<sock_filter> rules = filter(network);
  const sock_fprog program{static_cast<unsigned short>(rules.size()), rules.data()};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0) return {};
  return Error{ErrorKind::io, std::string("system calls cannot be filtered: ") + std::strerror(errno)};
}

}  // namespace sealift::keyd
