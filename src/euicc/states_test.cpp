// Every ES10 message in every state of the card (G-STM-1): what it answers, and whether the session goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "asn1/writer.hpp"
#include "euicc/test_support.hpp"

namespace sealift::euicc {
namespace {

using namespace test;

constexpr const char* installed_iccid = "8949000000000000017";
constexpr const char* new_iccid = "8949000000000000025";

// Units of the package, as Phone::scripts cuts it.
enum State : size_t {
  idle,
  challenged,
  authenticated,
  prepared,
  channel,        // loading: BF36 and BF23 have come
  configured,     // A0 with ConfigureISDP
  metadata_head,  // A1
  metadata_here,  // StoreMetadata
  keys_replaced,  // A2 with ReplaceSessionKeys
  profile_head,   // A3
  first_segment,  // '86'
  middle,         // half of the next '86'
  installed,
  cancelled,
  failed,
  states
};

/// A session that has been brought to a state, with all that its next steps need.
struct Session {
  Challenge challenge{};
  std::optional<messages::AuthenticateResponseOk> client;
  std::vector<Bytes> units;  ///< of the package
  Bytes next;                ///< what comes next of it
  Bytes rest;                ///< what comes after that
};

class States : public testing::Test {
 protected:
  void SetUp() override {
    w.server.package = concat({Bytes(2500, 0x55), to_bytes("end")});
    ASSERT_TRUE(succeeded(w.download({.iccid = installed_iccid})));
    w.server.metadata = metadata({.iccid = new_iccid});
    memory = w.nvm.content();
  }

  /// A fresh card with one profile, brought to the state.
  Session reach(State state) {
    w.restart_with(memory);
    w.phone.block = 200;
    Session s;
    if (state == idle) return s;
    s.challenge = w.phone.command<messages::GetEuiccChallengeResponse>(messages::GetEuiccChallengeRequest{})
                      .euiccChallenge;
    if (state == challenged) return s;
    auto response = w.phone.command<messages::AuthenticateServerResponse>(w.server.authenticate(s.challenge));
    s.client = std::get<messages::AuthenticateResponseOk>(response.alt);
    if (state == authenticated) return s;
    if (state == cancelled) {
      EXPECT_FALSE(w.phone.script(cancel_session())->empty());
      return s;
    }
    s.units = Phone::scripts(asn1::encode(w.server.bind(w.prepare(*s.client))));
    size_t sent = state == prepared                     ? 0
                  : state >= channel && state <= middle ? std::min<size_t>(state - channel + 1, 7)
                                                        : s.units.size();
    if (state == failed) s.units[3][20] ^= 1;
    for (size_t i = 0; i < sent; ++i) {
      auto answer = w.phone.script(s.units[i]);
      if (!answer || (!answer->empty() && state == failed)) break;
    }
    if (sent < s.units.size()) s.next = s.units[sent];
    if (state == middle) {
      size_t half = s.next.size() / 2;
      EXPECT_TRUE(w.phone.script(View(s.next).first(half)));
      s.next.erase(s.next.begin(), s.next.begin() + static_cast<ptrdiff_t>(half));
    }
    for (size_t i = sent + 1; i < s.units.size(); ++i) append(s.rest, s.units[i]);
    return s;
  }

  Bytes cancel_session() const {
    messages::CancelSessionRequest request;
    request.transactionId = w.server.transactionId;
    request.reason = messages::CancelSessionReason::postponed;
    return asn1::encode(request);
  }

  /// The step that the state waits for succeeds: nothing was lost.
  bool goes_on(State state, const Session& s) {
    if (state == challenged) {
      auto answer = w.phone.script(asn1::encode(w.server.authenticate(s.challenge)));
      return answer && hex(*answer).starts_with("BF3882") && answer->size() > 500;
    }
    if (state == authenticated) {
      auto answer = w.phone.script(asn1::encode(w.server.prepare(*s.client)));
      return answer && answer->size() > 100;
    }
    if (state >= prepared && state <= middle) {
      auto answer = w.phone.script(concat({s.next, s.rest}));
      if (!answer || answer->empty()) return false;
      auto result = asn1::decode<messages::ProfileInstallationResult>(*answer);
      return result && succeeded(*result);
    }
    return false;
  }

  World w;
  Bytes memory;
};

/// Answers: o the function's own, good one; n its error for the wrong state (noSessionContext,
/// invalidTransactionId); c 6985; u 6A88; w 6A80; e nothing yet: taken as part of the package; r a signed
/// ProfileInstallationResult with an error.
char answer_of(World& w, const std::optional<Bytes>& answer, asn1::Tag tag) {
  if (!answer)
    return w.phone.last_sw == 0x6985   ? 'c'
           : w.phone.last_sw == 0x6A88 ? 'u'
           : w.phone.last_sw == 0x6A80 ? 'w'
                                       : '?';
  if (answer->empty()) return 'e';
  asn1::Reader in(*answer);
  auto tlv = *in.next();
  if (tlv.tag == 0xBF37) {
    auto result = asn1::decode<messages::ProfileInstallationResult>(*answer);
    return result && succeeded(*result) ? 'o' : 'r';
  }
  if (tlv.tag != tag) return '?';
  if (tag == 0xBF38 || tag == 0xBF21) return tlv.value[0] == 0xA0 ? 'o' : 'n';
  if (tag == 0xBF41) return tlv.value[0] == 0xA0 ? 'o' : 'n';
  return 'o';
}

struct Message {
  const char* name;
  asn1::Tag tag;  ///< of its answer
  std::function<Bytes(World&, const Session&)> make;
  /// For each state: the answer, then + where the session goes on, - where it has ended.
  const char* cells;
};

Bytes fixed(std::string_view in_hex) {
  return *from_hex(in_hex);
}

const std::string by_iccid = "5A0A" + hex(Iccid::parse(installed_iccid)->octets());

std::vector<Message> messages_and_cells() {
  auto constant = [](std::string in_hex) {
    return [in_hex](World&, const Session&) { return fixed(in_hex); };
  };
  // Without a session: everything is answered. Loading: the package alone goes on, and half an object takes
  // whatever comes.
  //                          idle chal auth prep|chan conf mhd  meta keys phd  seg  mid |inst canc fail
  constexpr const char* any = "o- o+ o+ o+ c+ c+ c+ c+ c+ c+ c+ e- o- o- o-";
  constexpr const char* bad = "w- w+ w+ w+ w+ w+ w+ w+ w+ w+ w+ e- w- w- w-";
  constexpr const char* no_function = "u- u+ u+ u+ c+ c+ c+ c+ c+ c+ c+ e- u- u- u-";
  constexpr const char* no_package = "u- u+ u+ u+ r- r- r- r- r- r- r- e- u- u- u-";
  return {
      {"GetEuiccConfiguredAddresses", 0xBF3C, constant("BF3C00"), any},
      {"SetDefaultDpAddress", 0xBF3F, constant("BF3F03800161"), any},
      {"GetEUICCInfo1", 0xBF20, constant("BF2000"), any},
      {"GetEUICCInfo2", 0xBF22, constant("BF2200"), any},
      {"ListNotification", 0xBF28, constant("BF2800"), any},
      {"RetrieveNotificationsList", 0xBF2B, constant("BF2B00"), any},
      {"RemoveNotificationFromList", 0xBF30, constant("BF3003800101"), any},
      {"LoadCRL", 0xBF35, constant("BF3502A000"), any},
      {"GetRAT", 0xBF43, constant("BF4300"), any},
      {"GetProfilesInfo", 0xBF2D, constant("BF2D00"), any},
      {"EnableProfile", 0xBF31, constant("BF3111A00C" + by_iccid + "810100"), any},
      {"DisableProfile", 0xBF32, constant("BF3211A00C" + by_iccid + "810100"), any},
      {"DeleteProfile", 0xBF33, constant("BF330C" + by_iccid), any},
      {"SetNickname", 0xBF29, constant("BF290F" + by_iccid + "900161"), any},
      {"GetEID", 0xBF3E, constant("BF3E035C015A"), any},
      {"eUICCMemoryReset, nothing to delete", 0xBF34, constant("BF340482020640"), any},
      {"eUICCMemoryReset", 0xBF34, constant("BF340482020780"),
       "o- o- o- o- c+ c+ c+ c+ c+ c+ c+ e- o- o- o-"},
      {"GetEUICCChallenge", 0xBF2E, constant("BF2E00"), "o- o- o- o- o- o- o- o- o- o- o- o- o- o- o-"},
      {"AuthenticateServer", 0xBF38,
       [](World& w, const Session& s) { return asn1::encode(w.server.authenticate(s.challenge)); },
       "n- o- n- n- c+ c+ c+ c+ c+ c+ c+ r- n- n- n-"},
      {"AuthenticateServer, malformed", 0xBF38, constant("BF3800"),
       "w- w- w- w- c+ c+ c+ c+ c+ c+ c+ e- w- w- w-"},
      {"PrepareDownload", 0xBF21,
       [](World& w, const Session& s) {
         return asn1::encode(w.server.prepare(s.client.value_or(messages::AuthenticateResponseOk{})));
       },
       "n- n- o- n- c+ c+ c+ c+ c+ c+ c+ r- n- n- n-"},
      {"PrepareDownload, malformed", 0xBF21, constant("BF2100"),
       "w- w- w- w- c+ c+ c+ c+ c+ c+ c+ e- w- w- w-"},
      {"CancelSession", 0xBF41,
       [](World& w, const Session&) {
         messages::CancelSessionRequest request;
         request.transactionId = w.server.transactionId;
         request.reason = messages::CancelSessionReason::endUserRejection;
         return asn1::encode(request);
       },
       "n- n+ o- o- o- o- o- o- o- o- o- o- n- n- n-"},
      {"CancelSession of another transaction", 0xBF41, constant("BF4106800177810100"),
       "n- n+ n+ n+ n+ n+ n+ n+ n+ n+ n+ n+ n- n- n-"},
      {"the package's next unit", 0xBF37,
       [](World&, const Session& s) { return s.next.empty() ? fixed("8603000000") : s.next; },
       "u- u+ u+ e- e- e- e- e- e- e- e- e- u- u- u-"},
      {"a package from its beginning", 0xBF37,
       [](World&, const Session& s) { return s.units.empty() ? fixed("BF3603BF2300") : s.units[0]; },
       "c- c+ c+ e- c+ c+ c+ c+ c+ c+ c+ e- c- c- c-"},
      {"an '86' that belongs nowhere", 0xBF37, constant("860C000000000000000000000000"), no_package},
      {"a TLV that is no ES10", 0xBF37, constant("300100"), no_package},
      {"an unknown function", 0xBF7F, constant("BF7F00"), no_function},
      {"a function cut off", 0xBF2D, constant("BF2D01"), bad},
  };
}

TEST_F(States, answer_every_message_as_the_table_says) {
  size_t cells = 0;
  const auto all = messages_and_cells();
  for (const auto& message : all) {
    std::string found;
    for (size_t n = 0; n < states; ++n) {
      const State state = static_cast<State>(n);
      Session s = reach(state);
      Bytes octets = message.make(w, s);
      auto answer = w.phone.script(octets);
      if (n > 0) found += ' ';
      found += answer_of(w, answer, message.tag);
      found += goes_on(state, s) ? '+' : '-';
      ++cells;
    }
    EXPECT_EQ(found, message.cells) << message.name;
  }
  EXPECT_EQ(cells, all.size() * states);
}

// The table would prove nothing if the states it starts from were not reached.
TEST_F(States, are_reached_and_go_on_undisturbed) {
  for (size_t n = 0; n < states; ++n) {
    const State state = static_cast<State>(n);
    Session s = reach(state);
    bool has_next_step = state >= challenged && state <= middle;
    EXPECT_EQ(goes_on(state, s), has_next_step) << n;
    const bool now_installed = (state >= prepared && state <= middle) || state == installed;
    EXPECT_EQ(w.profiles().size(), now_installed ? 2u : 1u) << n;
    EXPECT_EQ(w.notifications().size(), now_installed || state == failed ? 2u : 1u) << n;
  }
}

// Every function that the card has is in the table above.
TEST_F(States, leave_no_function_out) {
  const auto all = messages_and_cells();
  for (unsigned low = 0x1F; low < 0x80; ++low) {
    if (low == 0x36) continue;  // a package, which the table has in parts
    w.restart_with(memory);
    w.phone.script(asn1::tlv(0xBF00 | low, {}));
    bool is_function = w.phone.last_sw != 0x6A88;
    bool listed = std::any_of(all.begin(), all.end(), [&](const Message& m) {
      return m.tag == (0xBF00u | low) && m.name != std::string_view("an unknown function") && m.tag != 0xBF37;
    });
    EXPECT_EQ(is_function, listed) << std::hex << low;
  }
}

}  // namespace
}  // namespace sealift::euicc
