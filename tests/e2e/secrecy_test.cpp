// What nobody on the way learns, and what nobody gains by taking, changing or repeating what passed:
// emissions before the server is verified, secrets at rest and on the wire, order of calls, replay, and
// packages on other chips.
#include <sys/prctl.h>
#include <sys/wait.h>

#include "bsp/opener.hpp"
#include "bsp/session_keys.hpp"
#include "crypto/ecka.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

using messages::AuthenticateErrorCode;
using messages::DownloadErrorCode;
using messages::ErrorReason;

/// The forms in which a secret might lie about.
std::vector<Bytes> forms_of(View secret) {
  std::string upper = hex(secret), lower = upper;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  const std::string b64 = base64(secret);
  return {to_bytes(secret), to_bytes(upper), to_bytes(lower),
          to_bytes(std::string_view(b64).substr(0, b64.size() - 4))};
}

Bytes read_whole(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(Canary, lies_in_clear_in_the_card_alone) {
  for (smdp::Protection protection : {smdp::Protection::random_keys, smdp::Protection::session_keys}) {
    World world({.keep_in_memory = false});
    Product product = world.order(1, {}, 0, [&](smdp::ImportProfile& i) { i.protection = protection; });
    Phone phone(world, 1);
    ASSERT_TRUE(phone.download(product.code));
    must(phone.lpa->enable(product.order.iccid.digits()));
    (void)must(phone.lpa->deliver_notifications());
    const auto subscriber = *product.profile.subscriber();
    Bytes traced;
    for (const auto& m : phone.trace.messages) append(traced, m.der);
    size_t files = 0;
    for (View secret : {View(subscriber.k.expose()), View(subscriber.opc.expose())}) {
      EXPECT_TRUE(contains(phone.memory(), secret)) << "else this test would look for the wrong thing";
      for (const Bytes& form : forms_of(secret)) {
        for (const Bytes* seen : {&phone.wire.sent, &phone.wire.received, &phone.contacts.sent,
                                  &phone.contacts.emitted, &traced}) {
          EXPECT_FALSE(contains(*seen, form));
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(world.folder.path())) {
          if (!entry.is_regular_file()) continue;
          ++files;
          EXPECT_FALSE(contains(read_whole(entry.path()), form)) << entry.path();
        }
      }
    }
    EXPECT_GT(files, 8 * 10u) << "the PKI, the keys and the database were all looked through";
    // Neither does the plain profile: its own text, long enough not to be there by chance.
    const View tail = product.profile.package.expose().last(200);
    for (const Bytes* seen : {&phone.wire.received, &phone.contacts.sent})
      EXPECT_FALSE(contains(*seen, tail));
    EXPECT_FALSE(contains(read_whole(world.folder.path() + "/smdp.db"), tail));
  }
}

TEST(Emissions, name_no_chip_before_the_server_is_verified) {
  World world, foreign({.pki_seed = 2});
  Product product = world.order(1);
  const Eid eid = World::eid(1);
  euicc::Personalisation data = world.personalisation(1);
  const Bytes certificate = data.credentials.front().euicc_certificate;
  const auto parsed = must(pki::Certificate::parse(certificate));
  const Bytes key = to_bytes(parsed.public_key().point()), serial = to_bytes(parsed.serial_number());
  Phone phone(world, std::move(data));
  const auto emitted = [&] { return concat({View(phone.contacts.emitted), View(phone.wire.sent)}); };
  const auto names_the_chip = [&](const Bytes& all) {
    return contains(all, eid.octets()) || contains(all, view(eid.digits())) || contains(all, certificate) ||
           contains(all, key) || contains(all, serial);
  };
  const pki::Identity& impostor = foreign.pki[pki::Role::dp_auth];
  phone.wire.on_challenge = [&](messages::InitiateAuthenticationOkEs9& ok) {
    ok.serverCertificate.tlv = to_bytes(impostor.certificate.der());
    ok.serverSignature1 = must(crypto::SoftwareSigner(impostor.key).sign({ok.serverSigned1.tlv}));
  };
  EXPECT_FALSE(phone.download(product.code));
  EXPECT_TRUE(phone.trace.find("card>LPA", "ES10b.AuthenticateServer"));
  EXPECT_FALSE(names_the_chip(emitted()));

  phone.wire.on_challenge = {};
  ASSERT_TRUE(phone.download(product.code));
  EXPECT_TRUE(names_the_chip(emitted())) << "to the right server the chip does name itself";
}

// ---- The order of ES10b, at the card.

template <class Response, class Request>
Response ask(Phone& phone, const Request& request) {
  return must(phone.es10->call<Response>("test", request));
}

/// The last request of this name that the LPA sent to the card.
template <class Request>
Request sent(Phone& phone, std::string_view name) {
  return must(asn1::decode<Request>(phone.trace.find("LPA>card", name)->der));
}

AuthenticateErrorCode authenticate_error(Phone& phone, const messages::AuthenticateServerRequest& request) {
  auto response = ask<messages::AuthenticateServerResponse>(phone, request);
  auto* error = std::get_if<messages::AuthenticateResponseError>(&response.alt);
  return error ? error->authenticateErrorCode : AuthenticateErrorCode{};
}
DownloadErrorCode download_error(Phone& phone, const messages::PrepareDownloadRequest& request) {
  auto response = ask<messages::PrepareDownloadResponse>(phone, request);
  auto* error = std::get_if<messages::PrepareDownloadResponseError>(&response.alt);
  return error ? error->downloadErrorCode : DownloadErrorCode{};
}

TEST(Handshake, keeps_its_order_and_takes_no_replay_at_the_card) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(product.code));
  const auto authenticate = sent<messages::AuthenticateServerRequest>(phone, "ES10b.AuthenticateServer");
  const auto prepare = sent<messages::PrepareDownloadRequest>(phone, "ES10b.PrepareDownload");
  const Bytes package = phone.wire.package->boundProfilePackage.tlv;
  const Bytes installed = phone.memory();

  // Without a challenge of its own the card hears no server.
  EXPECT_EQ(authenticate_error(phone, authenticate), AuthenticateErrorCode::noSessionContext);
  // With a new one, the server's old signature is of another challenge.
  (void)ask<messages::GetEuiccChallengeResponse>(phone, messages::GetEuiccChallengeRequest{});
  EXPECT_EQ(authenticate_error(phone, authenticate), AuthenticateErrorCode::euiccChallengeMismatch);
  // Which ended that session too.
  EXPECT_EQ(authenticate_error(phone, authenticate), AuthenticateErrorCode::noSessionContext);
  EXPECT_EQ(download_error(phone, prepare), DownloadErrorCode::noSessionContext);
  (void)ask<messages::GetEuiccChallengeResponse>(phone, messages::GetEuiccChallengeRequest{});
  EXPECT_EQ(download_error(phone, prepare), DownloadErrorCode::noSessionContext)
      << "a challenge is no session";
  EXPECT_FALSE(phone.es10->load_bound_profile_package(package, {}))
      << "a package comes after PrepareDownload only";
  EXPECT_EQ(phone.memory(), installed);
}

TEST(Handshake, steps_cannot_be_left_out_between_card_and_server) {
  World world;
  Product a = world.order(1), b = world.order(2);
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(a.code));
  const auto old_prepare = sent<messages::PrepareDownloadRequest>(phone, "ES10b.PrepareDownload");
  const auto old_package = phone.wire.package->boundProfilePackage.tlv;
  bool tried = false;
  phone.wire.on_offer = [&](messages::AuthenticateClientOk&) {
    tried = true;  // a live session, an old offer
    EXPECT_EQ(download_error(phone, old_prepare), DownloadErrorCode::invalidTransactionId);
  };
  EXPECT_FALSE(phone.download(b.code));
  EXPECT_TRUE(tried);
  phone.wire.on_offer = [&](messages::AuthenticateClientOk&) {
    EXPECT_FALSE(phone.es10->load_bound_profile_package(old_package, {})) << "authenticated is not prepared";
  };
  must(phone.lpa->remove(a.order.iccid.digits()));
  EXPECT_TRUE(phone.download(b.code)) << "the session in hand goes on";
  EXPECT_EQ(phone.profile_count(), 1u) << "and nothing of the old package came back";
}

TEST(Transaction, is_of_one_conversation) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(product.code));
  const auto unknown = [](const auto& result) {
    ASSERT_FALSE(result);
    ASSERT_TRUE(result.error().status && result.error().status->statusCodeData)
        << result.error().error.message;
    EXPECT_EQ(result.error().status->statusCodeData->subjectCode, "8.10.1");
    EXPECT_EQ(result.error().status->statusCodeData->reasonCode, "3.9");
  };
  unknown(phone.server.authenticate_client(host, *phone.wire.proof));
  unknown(phone.server.get_bound_profile_package(host, *phone.wire.key));

  // Nor does a step happen twice, or before its time, while the conversation lasts; who tries does not
  // disturb it.
  Product second = world.order(2);
  unsigned tried = 0;
  phone.wire.on_challenge = [&](messages::InitiateAuthenticationOkEs9& ok) {
    auto early = *phone.wire.key;
    early.transactionId = ok.transactionId;
    unknown(phone.server.get_bound_profile_package(host, early));
    ++tried;
  };
  phone.wire.on_offer = [&](messages::AuthenticateClientOk&) {
    unknown(phone.server.authenticate_client(host, *phone.wire.proof));
    ++tried;
  };
  EXPECT_TRUE(phone.download(second.code));
  EXPECT_EQ(tried, 2u);
}

// ---- The key agreement.

/// Every 5F49 in what passed.
std::vector<Bytes> points_in(const Bytes& traffic) {
  const Bytes head{0x5F, 0x49, 0x41};
  std::vector<Bytes> out;
  for (auto at = traffic.begin();
       (at = std::search(at, traffic.end(), head.begin(), head.end())) != traffic.end(); ++at) {
    if (traffic.end() - at >= 68) out.emplace_back(at + 3, at + 68);
  }
  return out;
}

/// The scalars among the draws whose points passed in `traffic`: the temporary keys of a session.
std::set<Bytes> temporary_keys(World& world, const Bytes& traffic) {
  const auto points = points_in(traffic);
  std::set<Bytes> out;
  for (const Bytes& draw : world.random.draws()) {
    if (draw.size() != 32) continue;
    auto key = crypto::EphemeralKey::from_scalar(crypto::Curve::p256, draw);
    if (!key) continue;
    const Bytes point = to_bytes(key->public_key().point());
    if (std::find(points.begin(), points.end(), point) != points.end()) out.insert(draw);
  }
  return out;
}

Secret<32> agreed(const std::set<Bytes>& two) {
  auto one = must(crypto::EphemeralKey::from_scalar(crypto::Curve::p256, *two.begin()));
  auto other = must(crypto::EphemeralKey::from_scalar(crypto::Curve::p256, *two.rbegin()));
  return must(one.agree(other.public_key()));
}

Bytes traffic_of(Phone& phone) {
  return concat({View(phone.wire.sent), View(phone.wire.received), View(phone.contacts.sent),
                 View(phone.contacts.emitted)});
}

TEST(KeyAgreement, sends_public_points_alone) {
  World world;
  Product product = world.order(1);
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(product.code));
  const Bytes traffic = traffic_of(phone);
  const auto points = points_in(traffic);
  ASSERT_GE(points.size(), 2u);
  for (const Bytes& p : points) EXPECT_TRUE(crypto::PublicKey::from_point(crypto::Curve::p256, p)) << hex(p);
  // The world drew every secret from one port, which kept them.
  for (const Bytes& draw : world.random.draws()) {
    if (draw.size() != 32) continue;
    for (const Bytes& form : forms_of(draw)) EXPECT_FALSE(contains(traffic, form)) << "a scalar on the wire";
  }
  const auto temporary = temporary_keys(world, traffic);
  ASSERT_EQ(temporary.size(), 2u) << "one of the card and one of the server";
  EXPECT_FALSE(contains(traffic, agreed(temporary).expose()));
}

/// True where the octets stand in memory that process `pid` may write to.
bool in_memory_of(pid_t pid, View needle) {
  const std::string proc = "/proc/" + std::to_string(pid);
  std::ifstream maps(proc + "/maps"), mem(proc + "/mem", std::ios::binary);
  check(bool(maps) && bool(mem), "the memory of the parent process can be read");
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0, to = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, rights) != 3 || rights[1] != 'w') continue;
    if (to - from > 1ul << 30) continue;  // address space of a sanitizer, not memory
    Bytes region(to - from);
    mem.clear();
    mem.seekg(static_cast<std::streamoff>(from));
    mem.read(reinterpret_cast<char*>(region.data()), static_cast<std::streamsize>(region.size()));
    region.resize(static_cast<size_t>(std::max<std::streamsize>(0, mem.gcount())));
    if (contains(region, needle)) return true;
  }
  return false;
}

// Card and server are in this process; a child, which alone works the keys out, looks through its memory.
TEST(TemporaryKeys, are_in_no_memory_once_the_download_is_over) {
  // A seed of its own: other tests of this process work their keys out, and leave them in freed memory.
  World world({.seed = 0x7E3B0A41});
  Product product = world.order(1);
  Phone phone(world, 1);
  ASSERT_TRUE(phone.download(product.code));
  const auto package =
      must(asn1::decode<messages::BoundProfilePackage>(phone.wire.package->boundProfilePackage.tlv));
  (void)world.random.octets<256>();  // the generator of a test keeps its last octets
  ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  const pid_t me = ::getpid(), child = ::fork();
  if (child == 0) {
    const auto temporary = temporary_keys(world, traffic_of(phone));
    check(temporary.size() == 2, "one of the card and one of the server");
    const auto shared = agreed(temporary);
    const auto keys = must(bsp::derive_session_keys(
        shared, package.initialiseSecureChannelRequest.controlRefTemplate, World::eid(1)));
    int found = 0;
    if (!in_memory_of(me, phone.wire.package->transactionId.octets())) found |= 1;  // what is public is there
    if (in_memory_of(me, shared.expose())) found |= 2;
    if (in_memory_of(me, keys.sEnc.expose())) found |= 4;
    if (in_memory_of(me, keys.sMac.expose())) found |= 8;
    for (const Bytes& scalar : temporary) {
      if (in_memory_of(me, scalar)) found |= 16;
      if (contains(phone.memory(), scalar)) found |= 32;
    }
    ::_exit(found);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: nothing was found at all, 2: shared secret, 4: S-ENC, 8: S-MAC, "
                                       "16: a one-time key, 32: one in the card's memory";
}

/// True where the first command of the package opens under what this scalar and that point agree on.
bool opens(const messages::BoundProfilePackage& package, View scalar, const crypto::PublicKey& point) {
  auto key = crypto::EphemeralKey::from_scalar(crypto::Curve::p256, scalar);
  if (!key) return false;
  const auto keys = must(bsp::derive_session_keys(
      must(key->agree(point)), package.initialiseSecureChannelRequest.controlRefTemplate, World::eid(1)));
  return bool(bsp::Opener(keys).open(must(messages::split_tlvs(package.firstSequenceOf87)).front()));
}

// Later theft opens no old download (M1-13): the thief has everything that passed, every long-term key of
// both sides and of the CI above them, and the card's memory as it is now.
TEST(ForwardSecrecy, keeps_a_past_package_closed_to_whoever_gets_every_long_term_key) {
  World world({.seed = 0x51C3D2});
  Product product = world.order(1);
  euicc::Personalisation data = world.personalisation(1);
  std::vector<Bytes> stolen{to_bytes(data.credentials.front().private_key.expose())};
  for (const pki::Identity& identity : world.pki.identities) stolen.push_back(to_bytes(identity.key.scalar().expose()));
  Phone phone(world, std::move(data));
  ASSERT_TRUE(phone.download(product.code));
  const auto package =
      must(asn1::decode<messages::BoundProfilePackage>(phone.wire.package->boundProfilePackage.tlv));
  const Bytes traffic = traffic_of(phone);
  std::vector<crypto::PublicKey> points;
  for (const Bytes& p : points_in(traffic)) points.push_back(must(crypto::PublicKey::from_point(crypto::Curve::p256, p)));
  ASSERT_GE(points.size(), 2u);
  size_t tried = 0;
  for (const Bytes& scalar : stolen) {
    for (const auto& point : points) {
      EXPECT_FALSE(opens(package, scalar, point));
      ++tried;
    }
  }
  EXPECT_GE(tried, 2u * 9);
  // Whatever the card still holds, taken for a key.
  const auto server = must(crypto::PublicKey::from_point(crypto::Curve::p256, package.initialiseSecureChannelRequest.smdpOtpk));
  const View memory = phone.memory();
  for (size_t i = 0; i + 32 <= memory.size(); ++i) EXPECT_FALSE(opens(package, memory.subspan(i, 32), server)) << i;
  // A one-time key itself would open it: that is why both sides destroy theirs.
  const auto temporary = temporary_keys(world, traffic);
  ASSERT_EQ(temporary.size(), 2u);
  bool opened = false;
  for (const Bytes& scalar : temporary) opened = opened || opens(package, scalar, server);
  EXPECT_TRUE(opened) << "else this test looks at the wrong thing";
}

// ---- What was captured.

TEST(CapturedPackage, installs_on_no_second_chip) {
  World world;
  Product a = world.order(1), b = world.order(2);
  Phone owner(world, 1), second(world, 2);
  ASSERT_TRUE(owner.download(a.code));
  const auto captured = *owner.wire.package;
  const auto offered = must(asn1::decode<messages::AuthenticateClientResponseEs9>(
      owner.trace.find("server>LPA", "ES9+.AuthenticateClient")->der));
  // A phone that plays along: it shows its card the very offer that goes with the package.
  second.wire.on_offer = [&](messages::AuthenticateClientOk& ok) {
    ok.profileMetaData = std::get<messages::AuthenticateClientOk>(offered.alt).profileMetaData;
  };
  const auto try_with =
      [&](const std::function<void(messages::BoundProfilePackage&, const TransactionId&)>& change) {
        second.wire.on_package = [&, change](messages::GetBoundProfilePackageOk& ok) {
          auto package = must(asn1::decode<messages::BoundProfilePackage>(captured.boundProfilePackage.tlv));
          change(package, ok.transactionId);
          ok.boundProfilePackage.tlv = asn1::encode(package);
        };
        const auto end = second.download(b.code);
        EXPECT_FALSE(end);
        return end ? ErrorReason{} : end.error().errorReason.value_or(ErrorReason{});
      };
  EXPECT_EQ(try_with([](auto&, auto&) {}), ErrorReason::invalidTransactionId);
  EXPECT_EQ(second.profile_count(), 0u);
  EXPECT_EQ(must(second.lpa->eid()), World::eid(2));
  b = world.order(3);
  EXPECT_EQ(
      try_with([](auto& package, auto& id) { package.initialiseSecureChannelRequest.transactionId = id; }),
      ErrorReason::invalidSignature);
  EXPECT_EQ(second.profile_count(), 0u);
}

TEST(CapturedTransfer, gives_nothing_to_use_again) {
  World world;
  Product product = world.order(1);
  Phone owner(world, 1), thief(world, 2);
  ASSERT_TRUE(owner.download(product.code));
  // The code, and everything that was said, to the server: from another chip, and in the owner's words.
  const auto code = thief.download(product.code);
  ASSERT_FALSE(code);
  ASSERT_TRUE(code.error().status);
  EXPECT_EQ(code.error().status->subjectCode, "8.1.1");
  thief.wire.on_proof = [&](messages::AuthenticateClientRequest& request) {
    request.authenticateServerResponse = owner.wire.proof->authenticateServerResponse;
  };
  const auto words = thief.download(product.code);
  ASSERT_FALSE(words);
  ASSERT_TRUE(words.error().status);
  EXPECT_EQ(words.error().status->subjectCode, "8.10.1");
  EXPECT_EQ(words.error().status->reasonCode, "3.9");
  // To the card that has it, once it has been deleted there.
  must(owner.lpa->remove(product.order.iccid.digits()));
  EXPECT_FALSE(owner.es10->load_bound_profile_package(owner.wire.package->boundProfilePackage.tlv, {}));
  EXPECT_EQ(owner.profile_count(), 0u);
  EXPECT_EQ(world.now(product.order).state, smdp::OrderState::installed);
}

}  // namespace
}  // namespace sealift::e2e
