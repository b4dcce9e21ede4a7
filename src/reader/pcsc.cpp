#include "reader/pcsc.hpp"

#include <winscard.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace sealift::reader {

static_assert(std::is_same_v<SCARDCONTEXT, long> && std::is_same_v<SCARDHANDLE, long>);

namespace {

/// What a PC/SC error means for whoever sits before the reader.
Error pcsc_error(const std::string& doing, LONG code) {
  static constexpr struct {
    LONG code;
    ErrorKind kind;
    const char* meaning;
  } known[] = {
      {SCARD_E_NO_SERVICE, ErrorKind::io, "pcscd does not run; start it, for instance with: systemctl start pcscd"},
      {SCARD_E_SERVICE_STOPPED, ErrorKind::io, "pcscd was stopped"},
      {SCARD_E_NO_READERS_AVAILABLE, ErrorKind::not_found, "pcscd knows no reader; is it plugged in?"},
      {SCARD_E_UNKNOWN_READER, ErrorKind::not_found, "the reader is gone"},
      {SCARD_E_READER_UNAVAILABLE, ErrorKind::not_found, "the reader is gone"},
      {SCARD_E_NO_SMARTCARD, ErrorKind::not_found, "no card is in the reader"},
      {SCARD_W_REMOVED_CARD, ErrorKind::not_found, "the card was taken out"},
      {SCARD_W_UNRESPONSIVE_CARD, ErrorKind::io, "the card does not answer; is it the right way round?"},
      {SCARD_W_UNPOWERED_CARD, ErrorKind::io, "the card has no power"},
      {SCARD_W_UNSUPPORTED_CARD, ErrorKind::io, "the reader cannot talk to this card"},
      {SCARD_W_RESET_CARD, ErrorKind::conflict, "another program reset the card"},
      {SCARD_E_SHARING_VIOLATION, ErrorKind::conflict, "another program has the card; end it first"},
      {SCARD_E_PROTO_MISMATCH, ErrorKind::io, "card and reader find no common protocol"},
      {SCARD_E_TIMEOUT, ErrorKind::timeout, "the card takes too long"},
      {SCARD_W_SECURITY_VIOLATION, ErrorKind::permission, "pcscd lets only some users at its readers (polkit)"},
      // What a transmission that found no card any more ends with.
      {SCARD_E_NOT_TRANSACTED, ErrorKind::io, "the card stopped answering; was it taken out?"},
      {SCARD_E_INVALID_HANDLE, ErrorKind::io, "pcscd forgot the card; was it started anew?"},
  };
  for (const auto& k : known) {
    if (k.code == code) return Error{k.kind, doing + ": " + k.meaning};
  }
  return Error{ErrorKind::io, doing + ": " + ::pcsc_stringify_error(code)};
}

/// A connection to pcscd.
class Context {
 public:
  static Result<Context> make() {
    SCARDCONTEXT context = 0;
    LONG code = ::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
    if (code != SCARD_S_SUCCESS) return pcsc_error("cannot ask for card readers", code);
    return Context(context);
  }
  Context(Context&& other) noexcept : context_(std::exchange(other.context_, 0)) {}
  ~Context() {
    if (context_) ::SCardReleaseContext(context_);
  }
  SCARDCONTEXT get() const { return context_; }
  SCARDCONTEXT release() { return std::exchange(context_, 0); }

 private:
  explicit Context(SCARDCONTEXT context) : context_(context) {}
  SCARDCONTEXT context_;
};

Result<std::vector<PcscReader::Slot>> list_readers(SCARDCONTEXT context) {
  std::vector<PcscReader::Slot> out;
  DWORD size = 0;
  LONG code = ::SCardListReaders(context, nullptr, nullptr, &size);
  if (code == SCARD_E_NO_READERS_AVAILABLE) return out;
  std::string names(size, '\0');  // each ends in NUL, the list in another
  if (code == SCARD_S_SUCCESS) code = ::SCardListReaders(context, nullptr, names.data(), &size);
  if (code != SCARD_S_SUCCESS) return pcsc_error("cannot list card readers", code);
  for (const char* at = names.c_str(); *at; at += out.back().name.size() + 1) out.push_back({.name = at});
  std::vector<SCARD_READERSTATE> states(out.size());
  for (size_t i = 0; i < out.size(); ++i) states[i].szReader = out[i].name.c_str();
  code = ::SCardGetStatusChange(context, 0, states.data(), states.size());
  if (code != SCARD_S_SUCCESS && code != SCARD_E_TIMEOUT) return pcsc_error("cannot look into card readers", code);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i].has_card = states[i].dwEventState & SCARD_STATE_PRESENT;
    out[i].atr.assign(states[i].rgbAtr, states[i].rgbAtr + std::min<size_t>(states[i].cbAtr, MAX_ATR_SIZE));
  }
  return out;
}

std::string quoted(const std::vector<const PcscReader::Slot*>& slots) {
  std::string out;
  for (const auto* slot : slots) out += (out.empty() ? "'" : ", '") + slot->name + "'";
  return out;
}

/// The reader that `name` means.
Result<std::string> choose(const std::vector<PcscReader::Slot>& slots, const std::string& name) {
  if (slots.empty()) return pcsc_error("no reader", SCARD_E_NO_READERS_AVAILABLE);
  std::vector<const PcscReader::Slot*> all, fit, full;
  for (const auto& slot : slots) {
    all.push_back(&slot);
    if (slot.name == name) return name;
    if (slot.name.starts_with(name)) fit.push_back(&slot);
    if (slot.name.starts_with(name) && slot.has_card) full.push_back(&slot);
  }
  if (full.size() == 1 || name.empty()) fit = full;
  if (fit.size() == 1) return fit.front()->name;
  if (fit.size() > 1) return Error{ErrorKind::invalid, "which reader? " + quoted(fit)};
  std::string why = name.empty() ? "no card is in any reader" : "no reader is named '" + name + "'";
  return Error{ErrorKind::not_found, why + "; there are: " + quoted(all)};
}

}  // namespace

Result<std::vector<PcscReader::Slot>> PcscReader::list() {
  Context context = TRY(Context::make());
  return list_readers(context.get());
}

Result<PcscReader> PcscReader::connect(const std::string& name) {
  Context context = TRY(Context::make());
  auto slots = TRY(list_readers(context.get()));
  std::string reader = TRY(choose(slots, name));
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  LONG code = ::SCardConnect(context.get(), reader.c_str(), SCARD_SHARE_EXCLUSIVE,
                             SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
  if (code != SCARD_S_SUCCESS) return pcsc_error("reader '" + reader + "'", code);
  return PcscReader(context.release(), card, protocol, std::move(reader));
}

PcscReader::PcscReader(PcscReader&& other) noexcept
    : context_(std::exchange(other.context_, 0)),
      card_(std::exchange(other.card_, 0)),
      protocol_(other.protocol_),
      name_(std::move(other.name_)) {}

PcscReader::~PcscReader() {
  if (!context_) return;
  ::SCardDisconnect(card_, SCARD_RESET_CARD);
  ::SCardReleaseContext(context_);
}

Result<Bytes> PcscReader::transmit(View command) {
  bool t0 = protocol_ == SCARD_PROTOCOL_T0;
  constexpr size_t header = 5;
  if (t0 && command.size() > header && command.size() == header + command[4] + 1u) {
    command = command.first(command.size() - 1);
  }
  uint8_t answer[MAX_BUFFER_SIZE];
  DWORD size = sizeof answer;
  LONG code = ::SCardTransmit(card_, t0 ? SCARD_PCI_T0 : SCARD_PCI_T1, command.data(), command.size(), nullptr,
                              answer, &size);
  if (code != SCARD_S_SUCCESS) return pcsc_error("reader '" + name_ + "'", code);
  return Bytes(answer, answer + size);
}

}  // namespace sealift::reader
