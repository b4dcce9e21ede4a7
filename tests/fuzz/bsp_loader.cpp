// Bound Profile Packages whose keys, signature and MACs are right and whose contents are not: what only a
// server that turned against its cards can send.
#include "bsp/protector.hpp"
#include "crypto/ecka.hpp"
#include "euicc/fs_test_card.hpp"
#include "euicc/install_engine.hpp"
#include "euicc/package_loader.hpp"
#include "samples.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace euicc;

/// The session that every package belongs to.
struct Session {
  SeededRandom random{5};
  pki::TrustStore trust;
  crypto::EphemeralKey card_key = crypto::EphemeralKey::generate(crypto::Curve::p256, random);
  crypto::EphemeralKey server_key = crypto::EphemeralKey::generate(crypto::Curve::p256, random);
  std::optional<pki::VerifiedChain> server, binding;
  messages::InitialiseSecureChannelRequest initialise;
  std::optional<bsp::SessionKeys> keys;

  Session() {
    check(bool(trust.add(hierarchy().certificate(pki::Role::ci))), "the sample's CI is one");
    server = chain(pki::Role::dp_auth);
    binding = chain(pki::Role::dp_pb);
    test::Server said(hierarchy(), random);
    initialise = said.initialise(card_key.public_key().point(), server_key.public_key().point());
    messages::ControlRefTemplate crt;
    crt.hostId = initialise.controlRefTemplate.hostId;
    keys = bsp::derive_session_keys(*server_key.agree(card_key.public_key()), crt, test::test_eid()).value();
  }
  pki::VerifiedChain chain(pki::Role role) {
    return pki::verify_chain(role, hierarchy().certificate(role).der(), trust, pki::no_clock).value();
  }
  DownloadPrepared prepared() const {
    ServerAuthenticated session{initialise.transactionId, "smdp.example.com", *server};
    session.decision.right_chip = session.decision.right_server = true;
    return {std::move(session), *binding,
            crypto::EphemeralKey::from_scalar(crypto::Curve::p256, card_key.scalar().expose()).value()};
  }
};
const Session& session() {
  static const Session made;
  return made;
}

enum How : uint8_t { own_keys = 1, small_pieces = 2, full_card = 4, cut_short = 8 };

/// Chunks: ConfigureISDP, StoreMetadata, ReplaceSessionKeys (where `own_keys`), then the profile's segments.
Bytes package_of(uint8_t how, const std::vector<View>& chunks) {
  auto chunk = [&](size_t n) { return n < chunks.size() ? chunks[n] : View(); };
  bsp::Protector protector(*session().keys);
  messages::BoundProfilePackage package;
  package.initialiseSecureChannelRequest = session().initialise;
  protector.seal(bsp::tag_command, chunk(0), package.firstSequenceOf87);
  protector.seal_mac_only(bsp::tag_metadata, chunk(1), package.sequenceOf88);
  size_t next = 2;
  if (how & own_keys) {
    package.secondSequenceOf87.emplace();
    protector.seal(bsp::tag_command, chunk(next), *package.secondSequenceOf87);
    auto replaced = asn1::decode<messages::ReplaceSessionKeysRequest>(chunk(next));
    if (replaced) protector.replace_session_keys(*replaced);
    ++next;
  }
  for (; next < chunks.size(); ++next) protector.seal(bsp::tag_profile, chunks[next], package.sequenceOf86);
  return asn1::encode(package);
}

class Verdicts final : public Observer {
 public:
  void decided(const Decision& decision) override {
    if (!decision.installed) return;
    require(decision.right_chip == true && decision.right_server == true &&
                decision.protected_for_this_chip == true,
            "only three yeses install");
    ++installed;
  }
  int installed = 0;
};

void run(View input) {
  Input in(input);
  const uint8_t how = in.octet();
  MemoryNvm nvm(how & full_card ? card_memory() : new_card_memory());
  SeededRandom random(card_seed);
  SaipEngine engine;
  Verdicts verdicts;
  const CardPorts ports{nvm, random, engine, &verdicts, nullptr, true};
  Isdr isdr(ports, Memory::open(nvm).value());
  const size_t before = isdr.memory.profiles().size();
  Bytes package = package_of(how, split(in.rest()));
  if (how & cut_short) package.resize(package.size() - std::min<size_t>(package.size(), 9));
  {
    PackageLoader loader(isdr, session().prepared());
    const size_t piece = how & small_pieces ? 97 : 1020;
    for (size_t at = 0; at < package.size() && !loader.result(); at += piece) {
      loader.feed(View(package).subspan(at, std::min(piece, package.size() - at)));
    }
    require(!loader.card_failed(), "a memory that does not fail is not said to");
    if (!loader.result()) require(bool(loader.interrupt()), "a loading can be interrupted");
    require(loader.result().has_value(), "a loading comes to a result");
    auto result = asn1::decode<messages::ProfileInstallationResult>(*loader.result());
    require(bool(result), "the result can be read");
    const bool success = std::holds_alternative<messages::SuccessResult>(
        result->profileInstallationResultData.value.finalResult.alt);
    require(success == (verdicts.installed == 1), "the result says what was decided");
    require(isdr.memory.profiles().size() == before + (success ? 1 : 0), "a refused package changes nothing");
    if (success) {
      test::MemoryStore store;
      const SecretBytes image = isdr.memory.image(isdr.memory.profiles().back().isdp_aid).value();
      require(bool(engine.start(image.expose(), {}, store, random)), "what was installed starts");
    }
  }
  require_same_card(nvm.content());
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> out;
  const Bytes configure = *from_hex("BF2400");
  messages::ConfigureIsdpRequest with_data;
  with_data.dpProprietaryData.emplace().dpOid = asn1::Oid::of({2, 999, 10});
  messages::ReplaceSessionKeysRequest keys;
  auto seed = [&](uint8_t how, std::string_view iccid, View upp, const Bytes& first) {
    test::MetadataOptions said{.iccid = std::string(iccid)};
    std::vector<Bytes> chunks{first, test::metadata(said)};
    if (how & own_keys) chunks.push_back(asn1::encode(keys));
    for (size_t at = 0; at < upp.size(); at += 1007) {
      chunks.push_back(to_bytes(upp.subspan(at, std::min<size_t>(1007, upp.size() - at))));
    }
    out.push_back(concat({Bytes{how}, join(chunks)}));
  };
  const Bytes small = saip::encode(built_profile(third_iccid, false));
  for (uint8_t how : {0, 1, 2, 5, 8}) seed(how, third_iccid, small, configure);
  seed(0, third_iccid, unusual_profile(), asn1::encode(with_data));
  seed(4, first_iccid, saip::encode(built_profile(first_iccid, true)), configure);
  return out;
}

}  // namespace

const Target target_bsp_loader{"bsp_loader",
                               run,
                               seeds,
                               Shape::chunks,
                               1,
                               0,
                               {"\xBF\x24", "\xBF\x25", "\xBF\x26", "\xB9", "\x99\x02\x06\x40", "\xB7",
                                "\xB6", "\xA0", "\xAA", "\x5A\x0A"}};

}  // namespace sealift::fuzz
