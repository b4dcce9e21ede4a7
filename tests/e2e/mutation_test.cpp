// Every bit of every message of a whole download, flipped (G-MUT-1): the download is refused and nothing is
// installed, or the bit lies in a field that is named here with the reason why it may change.
//
// ./test flips a sample spread over every message; ./dev long mutations flips them all (SEALIFT_LONG=1).
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "tests/e2e/clear_wire.hpp"

namespace sealift::e2e {
namespace {

using smdp::OrderState;

bool whole() { return std::getenv("SEALIFT_LONG") != nullptr; }

/// The name of the first field that two messages differ in.
template <class M>
std::string changed_field(View before, View after) {
  const auto a = asn1::decode<M>(before), b = asn1::decode<M>(after);
  if (!a || !b) return "?";
  const std::string x = asn1::trace(*a), y = asn1::trace(*b);
  size_t at = 0;
  while (at < x.size() && at < y.size() && x[at] == y[at]) ++at;
  const size_t line = x.rfind('\n', at) == x.npos ? 0 : x.rfind('\n', at) + 1;
  const size_t word = x.find_first_not_of(' ', line);
  return x.substr(word, x.find_first_of(" :\n", word) - word);
}
std::string changed_field(const std::string& name, View before, View after) {
  if (name == "InitiateAuthentication>") return changed_field<messages::InitiateAuthenticationRequest>(before, after);
  if (name == "InitiateAuthentication<") return changed_field<messages::InitiateAuthenticationResponse>(before, after);
  if (name == "AuthenticateClient>") return changed_field<messages::AuthenticateClientRequest>(before, after);
  if (name == "AuthenticateClient<") return changed_field<messages::AuthenticateClientResponseEs9>(before, after);
  if (name == "GetBoundProfilePackage>") return changed_field<messages::GetBoundProfilePackageRequest>(before, after);
  if (name == "GetBoundProfilePackage<") return changed_field<messages::GetBoundProfilePackageResponse>(before, after);
  return "?";
}

/// What may change without a refusal, and why that harms nobody.
const std::set<std::string>& harmless() {
  static const std::set<std::string> fields{
      // Unsigned by the specification, and only a proposal: what the card signs later says which SVN and CI
      // keys it has, and its answers are verified by those.
      "InitiateAuthentication> svn",
      "InitiateAuthentication> euiccCiPKIdListForVerification",
      "InitiateAuthentication> euiccCiPKIdListForSigning",
      // The case of a letter of a host name.
      "InitiateAuthentication> smdpAddress",
  };
  return fields;
}

/// Downloads again and again, with one bit of one message changed each time.
class Mutations : public testing::Test {
 protected:
  /// A world is made anew now and then: what failed leaves orders behind.
  void renew() {
    phone_.reset();
    world_ = std::make_unique<World>();
    phone_.emplace(*world_, 1);
    phone_->wire.keep = false;
    runs_ = 0;
  }
  struct Run {
    bool installed = false;
    OrderState before{}, after{};
    Bytes original, changed;
  };
  Run download(const std::string& name, size_t bit) {
    if (!world_ || ++runs_ > 500) renew();
    const Product product = world_->order(++number_);
    Run out;
    phone_->wire.middle = [&](ClearWire::Message& m) {
      if (m.name != name || !out.original.empty()) return;
      out.original = m.der;
      if (bit / 8 < m.der.size()) m.der[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
      out.changed = m.der;
    };
    out.before = product.order.state;
    const uint64_t free = phone_->card.card().free_nvm();
    out.installed = bool(phone_->download(product.code));
    phone_->wire.middle = nullptr;
    out.after = world_->now(product.order).state;
    EXPECT_EQ(phone_->profile_count(), out.installed ? 1u : 0u) << name << " bit " << bit;
    if (out.installed) {
      must(phone_->lpa->remove(product.order.iccid.digits()));
    } else {
      EXPECT_EQ(phone_->card.card().free_nvm(), free) << name << " bit " << bit << ": memory is lost";
    }
    for (const auto& n : must(phone_->lpa->notifications())) must(phone_->lpa->drop_notification(n.seqNumber));
    return out;
  }
  /// True where the bit lies in the content of the metadata that is offered, and leaves it readable.
  static bool in_metadata(const Bytes& message, size_t bit) {
    const auto offer = must(asn1::decode<messages::AuthenticateClientResponseEs9>(message));
    const Bytes& metadata = std::get<messages::AuthenticateClientOk>(offer.alt).profileMetaData.tlv;
    const auto at = std::search(message.begin(), message.end(), metadata.begin(), metadata.end());
    const size_t from = static_cast<size_t>(at - message.begin());
    if (bit / 8 < from || bit / 8 >= from + metadata.size()) return false;
    Bytes changed = message;
    changed[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
    return bool(asn1::decode<messages::AuthenticateClientResponseEs9>(changed));
  }
  /// Bits to flip: all of them, or every `stride`-th.
  static size_t stride(size_t bits, size_t samples) { return whole() ? 1 : std::max<size_t>(1, bits / samples) | 1; }

  size_t flip_each(const std::string& name, size_t samples) {
    const size_t bits = download(name, SIZE_MAX).original.size() * 8;
    EXPECT_GT(bits, 0u) << name;
    size_t refused = 0;
    for (size_t bit = 0; bit < bits; bit += stride(bits, samples)) {
      const Run r = download(name, bit);
      if (!r.installed) {
        ++refused;
        // Before the package is bound nothing of the order has changed.
        // A package that is not what was offered ends the order (metadataMismatch, SGP.22 5.6.5).
        const bool offer_changed = name == "AuthenticateClient<" && in_metadata(r.original, bit);
        if (name != "GetBoundProfilePackage<") {
          EXPECT_EQ(r.after, offer_changed ? OrderState::error : r.before) << name << " bit " << bit;
        }
        continue;
      }
      const std::string field = name + " " + changed_field(name, r.original, r.changed);
      EXPECT_TRUE(harmless().contains(field)) << field << ", bit " << bit;
    }
    return refused;
  }

  std::unique_ptr<World> world_;
  std::optional<ClearPhone> phone_;
  uint64_t number_ = 0;
  size_t runs_ = 0;
};

TEST_F(Mutations, of_what_the_phone_says_are_refused_or_named) {
  EXPECT_GT(flip_each("InitiateAuthentication>", 150), 10u);
  EXPECT_GT(flip_each("AuthenticateClient>", 400), 300u);
  EXPECT_GT(flip_each("GetBoundProfilePackage>", 200), 150u);
}

TEST_F(Mutations, of_what_the_server_says_are_refused_or_named) {
  EXPECT_GT(flip_each("InitiateAuthentication<", 300), 200u);
  EXPECT_GT(flip_each("AuthenticateClient<", 300), 200u);
}

TEST_F(Mutations, of_the_package_install_nothing) { EXPECT_GT(flip_each("GetBoundProfilePackage<", 500), 450u); }

TEST_F(Mutations, of_the_result_are_not_believed) {
  const size_t bits = download("HandleNotification>", SIZE_MAX).original.size() * 8;
  ASSERT_GT(bits, 0u);
  for (size_t bit = 0; bit < bits; bit += stride(bits, 200)) {
    const Run r = download("HandleNotification>", bit);
    EXPECT_TRUE(r.installed);
    EXPECT_EQ(r.after, OrderState::downloaded) << "bit " << bit << ": a forged result was believed";
  }
}

/// The same at the contacts of the card: each octet of each APDU of a download, there and back.
class ApduMutations : public Mutations {};

class FlippingContacts final : public download::ApduTransport {
 public:
  explicit FlippingContacts(download::ApduTransport& inner) : inner_(inner) {}
  Result<Bytes> transmit(View command) override {
    Bytes changed = to_bytes(command);
    flip(changed);
    Bytes answer = TRY(inner_.transmit(changed));
    flip(answer);
    return answer;
  }
  size_t octets = 0;          ///< that have passed
  size_t target = SIZE_MAX;   ///< the octet to change, counted over both directions
  uint8_t mask = 0;

 private:
  void flip(Bytes& message) {
    if (target >= octets && target < octets + message.size()) message[target - octets] ^= mask;
    octets += message.size();
  }
  download::ApduTransport& inner_;
};

TEST_F(ApduMutations, install_nothing_but_what_was_sent) {
  const auto attempt = [&](size_t target, uint8_t mask, Bytes* image) {
    if (!world_ || ++runs_ > 300) renew();
    // A card of its own: a changed header may leave the channel in any state.
    ClearPhone phone(*world_, 1);
    phone.wire.keep = false;
    const Product product = world_->order(++number_);
    FlippingContacts contacts(phone.contacts);
    auto es10 = download::Es10::open(contacts);
    check(bool(es10), "the card answers");
    contacts.octets = 0;
    contacts.target = target;
    contacts.mask = mask;
    lpa::Lpa lpa(*es10, phone.wire, phone.user, phone.silent);
    download::Options options;
    options.deviceInfo = download::default_device_info();
    const bool installed = bool(lpa.download(product.code, options));
    const size_t octets = contacts.octets;
    contacts.target = SIZE_MAX;
    phone.card.card().reset();
    must(lab::Handset(phone.contacts).start());
    auto after = must(download::Es10::open(phone.contacts));
    const auto profiles = must(after.profiles());
    // A refused download may only leave nothing behind, and a finished one the very profile.
    for (const auto& p : profiles) EXPECT_EQ(p.iccid, product.order.iccid);
    EXPECT_LE(profiles.size(), 1u);
    EXPECT_TRUE(!installed || profiles.size() == 1) << "octet " << target;
    if (!profiles.empty() && image) {
      must(after.call<messages::EnableProfileResponse>("enable", [&] {
        messages::EnableProfileRequest enable;
        enable.profileIdentifier.alt = *profiles[0].iccid;
        enable.refreshFlag = false;
        return enable;
      }()));
      phone.card.card().reset();
      lab::Handset handset(phone.contacts);
      must(handset.start());
      *image = to_bytes(view(must(handset.read_imsi()).digits()));
      EXPECT_EQ(*image, to_bytes(view(product.profile.subscriber()->imsi.digits()))) << "octet " << target;
    }
    return octets;
  };
  Bytes image;
  const size_t octets = attempt(SIZE_MAX, 0, &image);
  ASSERT_GT(octets, 5'000u);
  ASSERT_FALSE(image.empty());
  const size_t step = whole() ? 1 : octets / 400 | 1;
  for (size_t i = 0; i < octets; i += step) {
    for (unsigned bit = whole() ? 0 : i % 8; bit < 8; bit += whole() ? 1 : 8) {
      (void)attempt(i, static_cast<uint8_t>(1u << bit), &image);
    }
  }
}

}  // namespace
}  // namespace sealift::e2e
