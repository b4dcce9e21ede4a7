#include "tests/sim/phone.hpp"

#include "crypto/hash.hpp"
#include "lab/virtual_card.hpp"

namespace sealift::sim {

using download::Es9Failure;
using download::Es9Result;

// ---- the network -------------------------------------------------------------------------------------

static Es9Failure lost() { return {std::nullopt, {ErrorKind::io, "the network lost it"}}; }

template <class Row>
static Es9Failure refused(const Row& row) {
  messages::FunctionExecutionStatus status;
  status.statusCodeData.emplace();
  status.statusCodeData->subjectCode = row.subjectCode;
  status.statusCodeData->reasonCode = row.reasonCode;
  return {status, {ErrorKind::conflict, std::string(row.subjectCode) + "/" + std::string(row.reasonCode)}};
}

template <class Answer, class Serve>
std::optional<Answer> Network::carry(const char* name, View request, Serve serve) {
  shared_.trace.say(name, request);
  shared_.scheduler.yield();
  shared_.clock.pass(std::chrono::milliseconds(1 + shared_.dice.below(200)));
  if (!late_.empty() && shared_.dice.chance(500)) {
    auto arrives = std::move(late_.front());
    late_.pop_front();
    arrives();
  }
  if (shared_.dice.chance(shared_.faults.lost)) return std::nullopt;
  if (shared_.dice.chance(shared_.faults.late)) {
    late_.push_back([serve] { (void)serve(); });
    return std::nullopt;
  }
  auto answer = serve();
  if (shared_.dice.chance(shared_.faults.doubled)) (void)serve();
  shared_.scheduler.yield();
  if (shared_.dice.chance(shared_.faults.lost_answer)) return std::nullopt;
  return answer;
}

template <class Response, class Request>
Es9Result<Response> Network::exchange(const char* name,
                                      Result<Response, smdp::Refusal> (*function)(smdp::Ports&, const Request&),
                                      const Request& request) {
  using Answer = Result<Response, smdp::Refusal>;
  auto answer = carry<Answer>(name, asn1::encode(request), [this, function, request] {
    auto out = server_.ask(function, request);
    if constexpr (std::is_same_v<Response, messages::GetBoundProfilePackageOk>) {
      if (out && *out) delivered(request, **out);
      if (out && !*out && out->error() == smdp::Refusal::confirmation_code_refused && wanted) {
        ++ledger_.wrong_codes[*wanted];
      }
    }
    return out;
  });
  if (!answer) return lost();
  if (!*answer) {
    const auto& row = smdp::row_of(answer->error());
    shared_.trace.say("refused", view(std::string(row.subjectCode) + "/" + std::string(row.reasonCode)));
    return refused(row);
  }
  if constexpr (std::is_void_v<Response>) return {};
  else return std::move(**answer);
}

template <class Response, class Request>
Es9Result<Response> Network::ask_smds(const char* name,
                                      Result<Response, smds::Refusal> (*function)(smds::Ports&, const Request&),
                                      const Request& request) {
  auto answer = carry<Result<Response, smds::Refusal>>(name, asn1::encode(request), [this, function, request] {
    return smds_.ask([&](smds::Ports& ports) { return function(ports, request); });
  });
  if (!answer) return lost();
  if (!*answer) return refused(smds::row_of(answer->error()));
  return std::move(**answer);
}

/// Every package that left the server, whether or not anybody got it.
void Network::delivered(const messages::GetBoundProfilePackageRequest& request,
                        const messages::GetBoundProfilePackageOk& ok) {
  auto package = asn1::decode<messages::BoundProfilePackage>(ok.boundProfilePackage.tlv);
  auto metadata = download::metadata_of(ok.boundProfilePackage.tlv);
  check(package && metadata, "the server's packages decode");
  ledger_.delivered[metadata->iccid].insert(eid_);
  const auto* key = std::get_if<messages::PrepareDownloadResponseOk>(&request.prepareDownloadResponse.alt);
  check(key != nullptr, "a package answers a one-time key");
  Ledger::Binding now{eid_, to_bytes(key->euiccSigned2.value.euiccOtpk),
                      to_bytes(crypto::sha256(concat({View(package->firstSequenceOf87), View(package->sequenceOf88),
                                                      View(package->sequenceOf86)})))};
  const auto [place, first] =
      ledger_.by_server_key.try_emplace(to_bytes(package->initialiseSecureChannelRequest.smdpOtpk), now);
  const Ledger::Binding& before = place->second;
  if (!first && (before.eid != now.eid || before.euiccOtpk != now.euiccOtpk || before.sealed != now.sealed)) {
    ledger_.violations.push_back("a one-time key of the server served two packages");
  }
}

Es9Result<messages::InitiateAuthenticationOkEs9> Network::initiate_authentication(
    const std::string& server, const messages::InitiateAuthenticationRequest& r) {
  if (server == smds_address) return ask_smds("initiateAuthentication ES11", smds::initiate_authentication, r);
  return exchange("initiateAuthentication", smdp::initiate_authentication, r);
}
Es9Result<messages::AuthenticateClientOk> Network::authenticate_client(const std::string&,
                                                                       const messages::AuthenticateClientRequest& r) {
  return exchange("authenticateClient", smdp::authenticate_client, r);
}
Es9Result<messages::AuthenticateClientOkEs11> Network::authenticate_client_es11(
    const std::string&, const messages::AuthenticateClientRequest& r) {
  return ask_smds("authenticateClient ES11", smds::authenticate_client, r);
}
Es9Result<messages::GetBoundProfilePackageOk> Network::get_bound_profile_package(
    const std::string&, const messages::GetBoundProfilePackageRequest& r) {
  return exchange("getBoundProfilePackage", smdp::get_bound_profile_package, r);
}
Es9Result<void> Network::cancel_session(const std::string&, const messages::CancelSessionRequestEs9& r) {
  return exchange("cancelSession", smdp::cancel_session, r);
}
Es9Result<void> Network::handle_notification(const std::string&, const messages::HandleNotification& r) {
  auto taken = carry<bool>("handleNotification", asn1::encode(r), [this, r] {
    ledger_.sent(r);
    const std::optional<bool> kept = server_.notify(r);
    if (kept == true) ledger_.acknowledged(r);
    return kept;
  });
  if (!taken) return lost();
  if (*taken) return {};
  return Es9Failure{std::nullopt, {ErrorKind::io, "the server could not keep it"}};
}

// ---- the phone ---------------------------------------------------------------------------------------

Phone::Phone(Shared& shared, Server& server, Smds& smds, Ledger& ledger, Late& late, const pki::Hierarchy& pki,
             uint64_t number)
    : shared_(shared),
      ledger_(ledger),
      eid_(*lab::eid_number(iin, number)),
      network_(shared, server, smds, ledger, late, eid_) {
  auto data = lab::make_personalisation(pki[pki::Role::eum], pki.certificate(pki::Role::ci), eid_, shared.random, true);
  check(bool(data), "a card can be made");
  nvm_ = std::make_unique<euicc::MemoryNvm>();
  check(bool(euicc::Card::personalise(*nvm_, std::move(*data))), "a card can be personalised");
  power_up(nvm_->after_power_loss());
}

void Phone::power_up(Bytes memory) {
  card_.reset();
  nvm_ = std::make_unique<euicc::MemoryNvm>(std::move(memory));
  auto card = euicc::Card::open({*nvm_, shared_.random, engine_, nullptr, nullptr, true});
  if (!card) {
    ledger_.violations.push_back("a card does not start after a power loss: " + card.error().message);
    check(false, "nothing can be learnt from a dead card");
  }
  card_ = std::move(*card);
}

Result<Bytes> Phone::transmit(View command) {
  shared_.scheduler.yield();
  Bytes answer = card_->transmit(command);
  if (!nvm_->failed()) return answer;
  shared_.trace.say("power lost");
  power_up(nvm_->after_power_loss());
  return Error{ErrorKind::io, "the power failed"};
}

void Phone::maybe_fail_soon() {
  if (!shared_.dice.chance(shared_.faults.power)) return;
  using Loss = euicc::MemoryNvm::Loss;
  constexpr Loss losses[] = {Loss::dropped, Loss::torn, Loss::reordered, Loss::arrived};
  const uint64_t write = shared_.dice.below(40);
  const Loss loss = losses[shared_.dice.below(4)];
  nvm_->fail_at(write, loss, shared_.dice.below(1u << 30));
}

std::optional<download::Es10> Phone::open() {
  card_->reset();
  auto es10 = download::Es10::open(*this);
  if (!es10) return std::nullopt;
  return std::move(*es10);
}

void Phone::look(download::Es10& es10) {
  auto list = es10.profiles();
  if (!list) return;
  size_t enabled = 0;
  for (const auto& p : *list) {
    if (p.iccid) ever.insert(*p.iccid);
    enabled += p.profileState == messages::ProfileState::enabled;
  }
  if (enabled > 1) ledger_.violations.push_back("two profiles are enabled at once");
}

bool Phone::download(const download::ActivationCode& code, const std::optional<Iccid>& wanted,
                     std::optional<std::string> confirmation) {
  maybe_fail_soon();
  auto es10 = open();
  if (!es10) return false;
  network_.wanted = wanted;
  code_ = std::move(confirmation);
  download::Options options;
  options.deviceInfo = download::default_device_info();
  auto out = download::download_profile(*es10, network_, *this, silent_, code, options);
  shared_.trace.say(out ? "installed" : "not installed",
                    out ? View(out->metadata.iccid.octets()) : view(out.error().error.message));
  if (out) ever.insert(out->metadata.iccid);
  look(*es10);
  return bool(out);
}

std::optional<std::vector<download::ActivationCode>> Phone::discover() {
  maybe_fail_soon();
  auto es10 = open();
  if (!es10) return std::nullopt;
  download::Options options;
  options.deviceInfo = download::default_device_info();
  auto found = download::discover(*es10, network_, silent_, std::string(smds_address), options);
  shared_.trace.say(found ? "discovered" : "not discovered", view(found ? "" : found.error().error.message));
  if (!found) return std::nullopt;
  std::vector<download::ActivationCode> out;
  for (auto& one : found->waiting) out.push_back(std::move(one.code));
  return out;
}

bool Phone::deliver() {
  maybe_fail_soon();
  auto es10 = open();
  if (!es10) return false;
  auto done = download::deliver_notifications(*es10, network_, silent_);
  look(*es10);
  if (!done) return false;
  for (const auto& d : *done) {
    if (!d.status) return false;
  }
  return true;
}

void Phone::tinker() {
  maybe_fail_soon();
  auto es10 = open();
  if (!es10) return;
  lpa::Lpa lpa(*es10, network_, *this, silent_);
  auto list = lpa.profiles();
  if (!list || list->empty()) return;
  for (const auto& p : *list) ever.insert(*p.iccid);
  const auto& some = (*list)[shared_.dice.below(list->size())];
  const std::string iccid = some.iccid->digits();
  Status done;
  if (shared_.dice.chance(150)) {
    deleted.insert(*some.iccid);  // from here on it may be gone, whatever the answer
    done = lpa.remove(iccid);
  } else if (some.profileState == messages::ProfileState::enabled) {
    done = lpa.disable(iccid);
  } else {
    done = lpa.enable(iccid);
  }
  shared_.trace.say("tinkered", view(done ? "ok" : done.error().message));
  look(*es10);
}

std::vector<messages::ProfileInfo> Phone::profiles() {
  auto es10 = open();
  check(es10.has_value(), "a card without faults opens");
  auto list = es10->profiles();
  check(bool(list), "and lists its profiles");
  for (const auto& p : *list) ever.insert(*p.iccid);
  return std::move(*list);
}

}  // namespace sealift::sim
