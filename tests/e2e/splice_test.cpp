// Replay, reordering and splicing of sessions (G-MUT-2): what was said in one session, whole or in part, at every
// step of another one and of its own, at the server, at the card and at the LPA between them. Nothing of it is
// taken: no order changes, no profile comes to be, and a session that was not spoken to goes on.
#include <deque>

#include "tests/e2e/clear_wire.hpp"

namespace sealift::e2e {
namespace {

using messages::CancelSessionReason;
using smdp::Refusal;

template <class T>
T accepted(Result<T, Refusal> answer) {
  if (!answer) check(false, std::string(smdp::row_of(answer.error()).message).c_str());
  return std::move(*answer);
}

/// What has been done; the server speaks at challenged, offered, bound and told, the card at the others.
enum Step { nothing, challenged, proven, offered, prepared, bound, installed, told };

/// One session, taken step by step, with all that was said in it.
class Talk {
 public:
  Talk(World& world, ClearPhone& phone, const Product& product)
      : world_(world), phone_(phone), product_(product) {}
  Talk& to(Step wanted) {
    while (at_ < wanted) advance();
    return *this;
  }
  /// The eUICC puts it off, and the server hears of it.
  Talk& postpone() {
    cancel = {hello.transactionId,
              must(phone_.es10->call<messages::CancelSessionResponse>(
                  "", messages::CancelSessionRequest{hello.transactionId, CancelSessionReason::postponed, {}})),
              {}};
    check(smdp::cancel_session(ports(), cancel).has_value(), "the server hears of it");
    return *this;
  }
  const TransactionId& id() const { return hello.transactionId; }
  const Product& product() const { return product_; }

  messages::InitiateAuthenticationOkEs9 hello;
  messages::AuthenticateServerRequest to_authenticate;
  messages::AuthenticateClientRequest proof;
  messages::AuthenticateClientOk offer;
  messages::PrepareDownloadRequest to_prepare;
  messages::GetBoundProfilePackageRequest key;
  Bytes package;
  messages::HandleNotification result;
  messages::CancelSessionRequestEs9 cancel;

 private:
  smdp::Ports& ports() { return world_.site->ports(); }
  void advance();
  World& world_;
  ClearPhone& phone_;
  const Product& product_;
  Step at_ = nothing;
};

void Talk::advance() {
  download::Es10& card = *phone_.es10;
  switch (at_) {
    case nothing: {
      auto info = must(card.call<messages::EuiccInfo1>("", messages::GetEuiccInfo1Request{}));
      auto given = must(card.call<messages::GetEuiccChallengeResponse>("", messages::GetEuiccChallengeRequest{}));
      hello = accepted(smdp::initiate_authentication(
          ports(), {given.euiccChallenge, product_.code.smdpAddress, std::move(info), {}}));
      to_authenticate = {hello.serverSigned1, hello.serverSignature1, hello.euiccCiPKIdToBeUsed,
                         hello.serverCertificate, {product_.code.acToken, download::default_device_info(), {}}, {}};
      break;
    }
    case challenged:
      proof = {id(), must(card.call<messages::AuthenticateServerResponse>("", to_authenticate)), std::nullopt, {}};
      break;
    case proven:
      offer = accepted(smdp::authenticate_client(ports(), proof));
      to_prepare = {offer.smdpSigned2, offer.smdpSignature2, std::nullopt, offer.smdpCertificate, {}};
      break;
    case offered:
      key = {id(), must(card.call<messages::PrepareDownloadResponse>("", to_prepare)), {}};
      break;
    case prepared:
      package = accepted(smdp::get_bound_profile_package(ports(), key)).boundProfilePackage.tlv;
      break;
    case bound: {
      auto made = must(card.load_bound_profile_package(package, [](size_t, size_t) {}));
      check(made.profileInstallationResultData.value.finalResult.alt.index() == 0, "the profile is installed");
      result = {{std::move(made)}, {}};
      break;
    }
    default:
      check(smdp::handle_notification(ports(), result), "the server hears of it");
  }
  at_ = static_cast<Step>(at_ + 1);
}

/// The world, two phones, and orders as many as are asked for. Counts what was tried.
class Splice : public ::testing::Test {
 protected:
  const Product& order() { return products_.emplace_back(world.order(++last_)); }
  std::vector<smdp::Order> orders() {
    return must(world.site->ports().orders.list({}, std::nullopt, products_.size() + 1));
  }

  /// The server takes none of it, and no order is another one after it.
  template <class Request, class Ok>
  void refused(const Request& request, Result<Ok, Refusal> (*function)(smdp::Ports&, const Request&),
               const char* what) {
    ++tried;
    const auto before = orders();
    EXPECT_FALSE(function(world.site->ports(), request)) << what;
    EXPECT_EQ(orders(), before) << what;
  }
  void refused(const messages::AuthenticateClientRequest& r, const char* what) {
    refused(r, smdp::authenticate_client, what);
  }
  void refused(const messages::GetBoundProfilePackageRequest& r, const char* what) {
    refused(r, smdp::get_bound_profile_package, what);
  }
  void refused(const messages::CancelSessionRequestEs9& r, const char* what) {
    refused(r, smdp::cancel_session, what);
  }
  /// A notification has no refusal: it changes nothing.
  void refused(const messages::HandleNotification& r, const char* what) {
    ++tried;
    const auto before = orders();
    (void)smdp::handle_notification(world.site->ports(), r);
    EXPECT_EQ(orders(), before) << what;
  }

  /// The card answers with an error, and its memory is the one from before to the octet.
  template <class Response, class Request>
  void card_refuses(ClearPhone& phone, const Request& request, const char* what) {
    ++tried;
    const Bytes before = phone.card.nvm().content();
    const auto answer = phone.es10->call<Response>("", request);
    EXPECT_TRUE(!answer || answer->alt.index() == 1) << what;
    EXPECT_EQ(phone.card.nvm().content(), before) << what;
  }
  void card_refuses(ClearPhone& phone, const messages::AuthenticateServerRequest& r, const char* what) {
    card_refuses<messages::AuthenticateServerResponse>(phone, r, what);
  }
  void card_refuses(ClearPhone& phone, const messages::PrepareDownloadRequest& r, const char* what) {
    card_refuses<messages::PrepareDownloadResponse>(phone, r, what);
  }
  void card_refuses(ClearPhone& phone, const TransactionId& cancelled, const char* what) {
    card_refuses<messages::CancelSessionResponse>(
        phone, messages::CancelSessionRequest{cancelled, CancelSessionReason::postponed, {}}, what);
  }
  /// Of a package the card keeps its signed result, where one is awaited, and no profile.
  void card_refuses(ClearPhone& phone, const Bytes& package, const char* what, bool awaited = false) {
    ++tried;
    const Bytes before = phone.card.nvm().content();
    const auto installed = std::count_if(phone.decisions.decisions.begin(), phone.decisions.decisions.end(),
                                         [](const euicc::Decision& d) { return d.installed; });
    const size_t profiles = phone.profile_count();
    const auto made = phone.es10->load_bound_profile_package(package, [](size_t, size_t) {});
    EXPECT_TRUE(!made || made->profileInstallationResultData.value.finalResult.alt.index() == 1) << what;
    EXPECT_EQ(phone.profile_count(), profiles) << what;
    EXPECT_EQ(std::count_if(phone.decisions.decisions.begin(), phone.decisions.decisions.end(),
                            [](const euicc::Decision& d) { return d.installed; }),
              installed);
    if (!awaited) {
      EXPECT_EQ(phone.card.nvm().content(), before) << what;
    }
  }

  World world;
  ClearPhone one{world, 1}, two{world, 2};
  size_t tried = 0;

 private:
  std::deque<Product> products_;
  uint64_t last_ = 0;
};

/// The other session is of the same phone or not, and about the same order or not.
struct Pair {
  bool same_phone, same_order;
};
constexpr Pair pairs[] = {{true, true}, {true, false}, {false, true}, {false, false}};

TEST_F(Splice, whole_messages_of_another_session_or_said_before_are_refused_by_the_server) {
  Talk over(world, one, order());
  over.to(told);
  for (const Pair& pair : pairs) {
    for (const Step at : {challenged, offered, bound, told}) {
      Talk other(world, one, order());
      other.to(prepared).postpone();
      Talk mine(world, pair.same_phone ? one : two, pair.same_order ? other.product() : order());
      mine.to(at);
      for (const Talk* t : {&other, &over}) {
        refused(t->proof, "AuthenticateClient of another session");
        refused(t->key, "GetBoundProfilePackage of another session");
      }
      refused(other.cancel, "CancelSession of another session");
      refused(over.result, "an installation result of another session");
      if (at >= offered) refused(mine.proof, "AuthenticateClient again");
      if (at >= bound) refused(mine.key, "GetBoundProfilePackage again");
      if (at >= told) refused(mine.result, "the installation result again");
      mine.to(told);
      EXPECT_EQ(world.now(mine.product().order).state, smdp::OrderState::installed) << "it went on";
    }
  }
  EXPECT_EQ(tried, 4u * (4 * 6 + 3 + 2 + 1));
}

TEST_F(Splice, what_a_card_signed_in_another_session_is_refused_by_the_server_in_this_one) {
  Talk over(world, one, order());
  over.to(told);
  for (const Pair& pair : pairs) {
    Talk other(world, one, order());
    other.to(prepared).postpone();
    const Product& product = pair.same_order ? other.product() : order();
    for (const Step at : {challenged, offered, bound}) {
      const auto mine = [&] {
        Talk t(world, pair.same_phone ? one : two, product);
        t.to(at);
        return t.id();
      };
      for (const Talk* t : {&other, &over}) {
        refused(messages::AuthenticateClientRequest{mine(), t->proof.authenticateServerResponse, std::nullopt, {}},
                "authenticateServerResponse of another session");
        refused(messages::GetBoundProfilePackageRequest{mine(), t->key.prepareDownloadResponse, {}},
                "prepareDownloadResponse of another session");
      }
      refused(messages::CancelSessionRequestEs9{mine(), other.cancel.cancelSessionResponse, {}},
              "cancelSessionResponse of another session");
    }
  }
  EXPECT_EQ(tried, 4u * 3 * 5);
}

TEST_F(Splice, parts_of_two_answers_of_cards_are_refused_by_the_server) {
  using Ok1 = messages::AuthenticateResponseOk;
  using Ok2 = messages::PrepareDownloadResponseOk;
  for (const Pair& pair : pairs) {
    Talk other(world, one, order());
    other.to(prepared).postpone();
    const Product& product = pair.same_order ? other.product() : order();
    ClearPhone& phone = pair.same_phone ? one : two;
    const auto& theirs1 = std::get<Ok1>(other.proof.authenticateServerResponse.alt);
    const auto& theirs2 = std::get<Ok2>(other.key.prepareDownloadResponse.alt);
    const auto proof = [&](auto&& change) {
      auto mixed = Talk(world, phone, product).to(proven).proof;
      change(std::get<Ok1>(mixed.authenticateServerResponse.alt));
      refused(mixed, "an AuthenticateClient of two");
    };
    proof([&](Ok1& mine) { mine.euiccSigned1 = theirs1.euiccSigned1; });
    proof([&](Ok1& mine) { mine.euiccSignature1 = theirs1.euiccSignature1; });
    if (!pair.same_phone) proof([&](Ok1& mine) { mine.euiccCertificate = theirs1.euiccCertificate; });
    const auto key = [&](auto&& change) {
      auto mixed = Talk(world, phone, product).to(prepared).key;
      change(std::get<Ok2>(mixed.prepareDownloadResponse.alt));
      refused(mixed, "a GetBoundProfilePackage of two");
    };
    key([&](Ok2& mine) { mine.euiccSigned2 = theirs2.euiccSigned2; });
    key([&](Ok2& mine) { mine.euiccSignature2 = theirs2.euiccSignature2; });
  }
  EXPECT_EQ(tried, 4u * 4 + 2);
}

TEST_F(Splice, requests_of_another_session_or_said_before_are_refused_by_the_card) {
  Talk over(world, one, order());
  over.to(told);
  size_t expected = 0;
  for (const Pair& pair : pairs) {
    Talk other(world, one, order());
    // An order that is bound to one phone is not offered to another one.
    other.to(pair.same_order && !pair.same_phone ? prepared : bound);
    ClearPhone& phone = pair.same_phone ? one : two;
    const Product& product = pair.same_order ? other.product() : order();
    for (const Step at : {nothing, challenged, proven, prepared, installed}) {
      std::optional<Talk> mine;
      // What is refused ends the session, so that each needs its own; but after the last step there is none.
      const auto begin = [&] {
        if (at != installed || !mine) mine.emplace(world, phone, product).to(at);
      };
      for (const Talk* t : {&other, &over}) {
        begin();
        card_refuses(phone, t->to_authenticate, "AuthenticateServer of another session");
        begin();
        card_refuses(phone, t->to_prepare, "PrepareDownload of another session");
        begin();
        card_refuses(phone, t->id(), "CancelSession of another session");
        expected += 3;
        if (t->package.empty()) continue;
        begin();
        card_refuses(phone, t->package, "a package of another session", at == prepared);
        ++expected;
      }
      begin();
      if (at >= proven) card_refuses(phone, mine->to_authenticate, "AuthenticateServer again");
      begin();
      if (at >= prepared) card_refuses(phone, mine->to_prepare, "PrepareDownload again");
      if (at >= installed) card_refuses(phone, mine->package, "the package again");
      expected += (at >= proven) + (at >= prepared) + (at >= installed);
    }
  }
  EXPECT_EQ(tried, expected);
  EXPECT_EQ(expected, 4u * 5 * 8 - 5 + 4 * (3 + 2 + 1));
}

TEST_F(Splice, parts_of_two_messages_of_servers_are_refused_by_the_card) {
  using messages::BoundProfilePackage;
  size_t same = 0;
  for (const Pair& pair : pairs) {
    for (int part = 0; part < 9; ++part) {
      Talk other(world, one, order());
      other.to(part < 4 || (pair.same_order && !pair.same_phone) ? prepared : bound);
      ClearPhone& phone = pair.same_phone ? one : two;
      Talk mine(world, phone, pair.same_order ? other.product() : order());
      mine.to(part < 2 ? challenged : part < 4 ? offered : bound);
      if (part < 2) {
        auto mixed = mine.to_authenticate;
        part == 0 ? void(mixed.serverSigned1 = other.to_authenticate.serverSigned1)
                  : void(mixed.serverSignature1 = other.to_authenticate.serverSignature1);
        card_refuses(phone, mixed, "an AuthenticateServer of two");
        continue;
      }
      if (part < 4) {
        auto mixed = mine.to_prepare;
        part == 2 ? void(mixed.smdpSigned2 = other.to_prepare.smdpSigned2)
                  : void(mixed.smdpSignature2 = other.to_prepare.smdpSignature2);
        card_refuses(phone, mixed, "a PrepareDownload of two");
        continue;
      }
      if (other.package.empty()) continue;
      auto mixed = must(asn1::decode<BoundProfilePackage>(mine.package));
      auto theirs = must(asn1::decode<BoundProfilePackage>(other.package));
      switch (part) {
        case 4: mixed.initialiseSecureChannelRequest = theirs.initialiseSecureChannelRequest; break;
        case 5: mixed.firstSequenceOf87 = theirs.firstSequenceOf87; break;
        case 6: mixed.sequenceOf88 = theirs.sequenceOf88; break;
        case 7: mixed.secondSequenceOf87 = theirs.secondSequenceOf87; break;
        default: mixed.sequenceOf86 = theirs.sequenceOf86;
      }
      const Bytes spliced = asn1::encode(mixed);
      // The package of one order for one key is delivered again as it is, but for the channel of the session.
      if (spliced == mine.package) {
        ++same;
        continue;
      }
      card_refuses(phone, spliced, "a package of two", true);
    }
  }
  EXPECT_EQ(same, 4u);
  EXPECT_EQ(tried, 4u * 4 + 3 * 5 - same);
}

/// ES9+ at the LPA: at each message of a download, the next one is any of another download, or none.
TEST_F(Splice, messages_of_another_download_lead_to_no_profile_whatever_step_they_come_at) {
  static constexpr std::string_view steps[] = {
      "InitiateAuthentication>", "InitiateAuthentication<", "AuthenticateClient>",
      "AuthenticateClient<",     "GetBoundProfilePackage>", "GetBoundProfilePackage<"};
  const Product& first = order();
  ASSERT_TRUE(one.download(first.code));
  auto said = one.wire.passed;
  ASSERT_EQ(said.size(), 7u);
  said.push_back({"nothing", {}});
  const smdp::Order theirs = world.now(first.order);
  for (ClearPhone* phone : {&one, &two}) {
    const size_t before = phone->profile_count();
    for (const std::string_view step : steps) {
      for (const auto& foreign : said) {
        ++tried;
        const Product& product = order();
        bool changed = false;
        phone->wire.middle = [&](ClearWire::Message& m) {
          if (m.name == step && !std::exchange(changed, true)) m.der = foreign.der;
        };
        EXPECT_FALSE(phone->download(product.code)) << foreign.name << " for " << step;
        EXPECT_TRUE(changed);
        EXPECT_EQ(phone->profile_count(), before) << foreign.name << " for " << step;
        EXPECT_NE(world.now(product.order).state, smdp::OrderState::installed);
        EXPECT_EQ(world.now(first.order), theirs) << foreign.name << " for " << step;
      }
    }
    phone->wire.middle = {};
    EXPECT_TRUE(phone->download(order().code)) << "and goes on as if nothing had been";
  }
  EXPECT_EQ(tried, 2u * 6 * 8);
}

}  // namespace
}  // namespace sealift::e2e
