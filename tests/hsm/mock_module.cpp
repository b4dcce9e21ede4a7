// A PKCS#11 module for fault tests: SoftHSM, with some functions that do wrong what MockControl says. The
// environment names the control file (SEALIFT_MOCK_PKCS11) and the module behind it (SEALIFT_MOCK_BEHIND).
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "tests/hsm/mock_control.hpp"

namespace {

using sealift::testing::MockControl;
using sealift::testing::Mocked;

CK_FUNCTION_LIST* behind = nullptr;
CK_FUNCTION_LIST ours;
MockControl* control = nullptr;

CK_RV gate(Mocked which) {
  MockControl::Function& f = (*control)[which];
  ++f.calls;
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::milliseconds(f.latency_ms);
  const uint32_t release = control->release;
  while (Clock::now() < until && control->release == release) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (uint32_t left = f.times; left > 0;) {
    if (f.times.compare_exchange_weak(left, left - 1)) return f.value;
  }
  return CKR_OK;
}

#define GATE(which) \
  if (const CK_RV wrong = gate(Mocked::which)) return wrong

CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID* slots, CK_ULONG* count) {
  GATE(get_slot_list);
  return behind->C_GetSlotList(present, slots, count);
}
CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void* application, CK_NOTIFY notify,
                   CK_SESSION_HANDLE* out) {
  GATE(open_session);
  return behind->C_OpenSession(slot, flags, application, notify, out);
}
CK_RV get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO* info) {
  const CK_RV value = behind->C_GetSessionInfo(session, info);
  // Where a login is to fail, nobody is logged in yet.
  if ((*control)[Mocked::login].times > 0) info->state = CKS_RO_PUBLIC_SESSION;
  return value;
}
CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char* pin, CK_ULONG size) {
  GATE(login);
  return behind->C_Login(session, user, pin, size);
}
CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE* wanted, CK_ULONG count) {
  GATE(find_objects_init);
  return behind->C_FindObjectsInit(session, wanted, count);
}
CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE* wanted,
                          CK_ULONG count) {
  GATE(get_attribute_value);
  const CK_RV value = behind->C_GetAttributeValue(session, object, wanted, count);
  for (CK_ULONG i = 0; i < count && value == CKR_OK; ++i) {
    if (wanted[i].type == control->attribute && wanted[i].ulValueLen == 1) {
      *static_cast<CK_BBOOL*>(wanted[i].pValue) = static_cast<CK_BBOOL>(control->attribute_value);
    }
    static unsigned char first[67];
    if (wanted[i].type == CKA_EC_POINT && wanted[i].ulValueLen == sizeof first && control->same_key) {
      if (control->same_key == 1) std::memcpy(first, wanted[i].pValue, sizeof first);
      control->same_key = 2;
      std::memcpy(wanted[i].pValue, first, sizeof first);
    }
  }
  return value;
}
CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE key) {
  GATE(sign_init);
  return behind->C_SignInit(session, mechanism, key);
}
CK_RV sign(CK_SESSION_HANDLE session, unsigned char* data, CK_ULONG size, unsigned char* out,
           CK_ULONG* out_size) {
  if (control->open_network) ::socket(AF_INET, SOCK_STREAM, 0);
  GATE(sign);
  const CK_RV value = behind->C_Sign(session, data, size, out, out_size);
  for (uint32_t left = control->wrong_signatures; left > 0 && value == CKR_OK;) {
    if (!control->wrong_signatures.compare_exchange_weak(left, left - 1)) continue;
    out[left % *out_size] ^= 0x10;
    break;
  }
  return value;
}
CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* public_half,
                        CK_ULONG public_count, CK_ATTRIBUTE* private_half, CK_ULONG private_count,
                        CK_OBJECT_HANDLE* public_key, CK_OBJECT_HANDLE* private_key) {
  GATE(generate_key_pair);
  const CK_RV value = behind->C_GenerateKeyPair(session, mechanism, public_half, public_count, private_half,
                                                private_count, public_key, private_key);
  if (value == CKR_OK) control->objects_made += 2;
  return value;
}
CK_RV derive_key(CK_SESSION_HANDLE session, CK_MECHANISM* mechanism, CK_OBJECT_HANDLE base,
                 CK_ATTRIBUTE* wanted, CK_ULONG count, CK_OBJECT_HANDLE* out) {
  GATE(derive_key);
  const CK_RV value = behind->C_DeriveKey(session, mechanism, base, wanted, count, out);
  if (value == CKR_OK) ++control->objects_made;
  return value;
}
CK_RV destroy_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
  const CK_RV value = behind->C_DestroyObject(session, object);
  if (value == CKR_OK) ++control->objects_destroyed;
  return value;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST** list) {
  const char* module = std::getenv("SEALIFT_MOCK_BEHIND");
  const char* file = std::getenv("SEALIFT_MOCK_PKCS11");
  if (!module || !file) return CKR_GENERAL_ERROR;
  control = MockControl::map(file);
  void* library = ::dlopen(module, RTLD_NOW | RTLD_LOCAL);
  const auto get =
      library ? reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList")) : nullptr;
  if (!control || !get || get(&behind) != CKR_OK) return CKR_GENERAL_ERROR;
  ours = *behind;
  ours.C_GetSlotList = get_slot_list;
  ours.C_OpenSession = open_session;
  ours.C_GetSessionInfo = get_session_info;
  ours.C_Login = login;
  ours.C_FindObjectsInit = find_objects_init;
  ours.C_GetAttributeValue = get_attribute_value;
  ours.C_SignInit = sign_init;
  ours.C_Sign = sign;
  ours.C_GenerateKeyPair = generate_key_pair;
  ours.C_DeriveKey = derive_key;
  ours.C_DestroyObject = destroy_object;
  *list = &ours;
  return CKR_OK;
}
