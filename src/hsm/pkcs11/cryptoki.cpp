#include "hsm/pkcs11/cryptoki.hpp"

#include <dlfcn.h>

#include <map>
#include <mutex>

namespace sealift::hsm::pkcs11 {
namespace {

struct Meaning {
  CK_RV value;
  const char* name;
  ErrorKind kind;
  const char* advice;
};

constexpr const char* wait = "the HSM is out of reach; it is tried again";
constexpr const char* fault = "look into the HSM's own log";
constexpr Meaning meanings[] = {
    {CKR_HOST_MEMORY, "CKR_HOST_MEMORY", ErrorKind::io, "the module ran out of memory"},
    {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID", ErrorKind::timeout, wait},
    {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", ErrorKind::io, fault},
    {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED", ErrorKind::io, fault},
    {CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD", ErrorKind::io, fault},
    {CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID", ErrorKind::io, fault},
    {CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID", ErrorKind::io, fault},
    {CKR_ATTRIBUTE_SENSITIVE, "CKR_ATTRIBUTE_SENSITIVE", ErrorKind::unsupported,
     "this HSM does not give out an agreed secret"},
    {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", ErrorKind::timeout, wait},
    {CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY", ErrorKind::timeout,
     "the HSM has no room for more objects or sessions"},
    {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", ErrorKind::timeout, wait},
    {CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED", ErrorKind::unsupported,
     "the module cannot do this"},
    {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID", ErrorKind::timeout, wait},
    {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", ErrorKind::io, fault},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", ErrorKind::permission,
     "the key may not be used for this"},
    {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", ErrorKind::unsupported, "the HSM cannot do this"},
    {CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID", ErrorKind::unsupported,
     "the HSM cannot do this"},
    {CKR_CURVE_NOT_SUPPORTED, "CKR_CURVE_NOT_SUPPORTED", ErrorKind::unsupported,
     "the HSM does not have this curve"},
    {CKR_DOMAIN_PARAMS_INVALID, "CKR_DOMAIN_PARAMS_INVALID", ErrorKind::unsupported,
     "the HSM does not have this curve"},
    {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID", ErrorKind::timeout, wait},
    {CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE", ErrorKind::timeout, wait},
    {CKR_OPERATION_NOT_INITIALIZED, "CKR_OPERATION_NOT_INITIALIZED", ErrorKind::timeout, wait},
    {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", ErrorKind::permission,
     "the PIN file has another PIN than the token; it is not tried again before that file has changed, since "
     "the token may lock it"},
    {CKR_PIN_LOCKED, "CKR_PIN_LOCKED", ErrorKind::permission,
     "the token has locked the PIN: have its security officer set a new one"},
    {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", ErrorKind::permission, "the PIN has expired: set a new one"},
    {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", ErrorKind::timeout, wait},
    {CKR_SESSION_COUNT, "CKR_SESSION_COUNT", ErrorKind::timeout, "the HSM has no more sessions: use fewer"},
    {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", ErrorKind::timeout, wait},
    {CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT", ErrorKind::unsupported,
     "the HSM does not make such keys"},
    {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", ErrorKind::timeout, wait},
    {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED", ErrorKind::timeout, wait},
    {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", ErrorKind::timeout, wait},
    {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", ErrorKind::permission,
     "the token has no user PIN yet"},
    {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED", ErrorKind::timeout, wait},
};

const Meaning* meaning_of(CK_RV value) {
  for (const Meaning& m : meanings) {
    if (m.value == value) return &m;
  }
  return nullptr;
}

std::mutex& registry_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

std::string name_of(CK_RV value) {
  if (const Meaning* m = meaning_of(value)) return m->name;
  return "CKR_ 0x" + hex(Octets<4>{static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
                                   static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)});
}

Error failure(const char* function, CK_RV value) {
  const Meaning* m = meaning_of(value);
  return {m ? m->kind : ErrorKind::io, std::string(function) + " of the PKCS#11 module: " + name_of(value) +
                                           "; " + (m ? m->advice : fault)};
}

bool session_is_lost(CK_RV value) {
  switch (value) {
    case CKR_SLOT_ID_INVALID:
    case CKR_DEVICE_ERROR:
    case CKR_DEVICE_REMOVED:
    case CKR_KEY_HANDLE_INVALID:
    case CKR_OBJECT_HANDLE_INVALID:
    case CKR_OPERATION_ACTIVE:
    case CKR_OPERATION_NOT_INITIALIZED:
    case CKR_SESSION_CLOSED:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_TOKEN_NOT_RECOGNIZED:
    case CKR_USER_NOT_LOGGED_IN:
    case CKR_CRYPTOKI_NOT_INITIALIZED:
      return true;
    default:
      return false;
  }
}

Status Module::initialise() {
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const CK_RV rv = functions_->C_Initialize(&arguments);
  if (rv == CKR_CRYPTOKI_ALREADY_INITIALIZED) return {};
  if (rv != CKR_OK) return failure("C_Initialize", rv);
  ours_ = true;
  return {};
}

Result<std::shared_ptr<Module>> Module::load(const std::filesystem::path& path) {
  static std::map<std::filesystem::path, std::weak_ptr<Module>> loaded;
  const std::lock_guard lock(registry_mutex());
  if (auto known = loaded[path].lock()) return known;
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) {
    return Error{ErrorKind::not_found, "there is no PKCS#11 module at " + path.string()};
  }
  // Never closed: modules and the libraries that they bring do not expect it.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const auto get =
      library ? reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList")) : nullptr;
  std::shared_ptr<Module> module(new Module());
  if (!get || get(&module->functions_) != CKR_OK || !module->functions_) {
    const char* why = ::dlerror();
    return Error{ErrorKind::invalid,
                 path.string() + " is no PKCS#11 module" + (why ? std::string(": ") + why : "")};
  }
  TRY_VOID(module->initialise());
  loaded[path] = module;
  return module;
}

Module::~Module() {
  const std::lock_guard lock(registry_mutex());
  if (functions_ && ours_) functions_->C_Finalize(nullptr);
}

}  // namespace sealift::hsm::pkcs11
