// The card's APDU door: any sequence of commands to a card with two profiles, the first enabled. An empty
// chunk is a reset, one of a single octet takes the power away.
#include "euicc/install_engine.hpp"
#include "samples.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace std::string_literals;

using namespace euicc;

class Verdicts final : public Observer {
 public:
  void decided(const Decision& decision) override {
    require(!decision.installed || (decision.right_chip == true && decision.right_server == true &&
                                    decision.protected_for_this_chip == true),
            "only three yeses install");
  }
};

/// A card over this memory, all that it knows coming from there.
class Powered {
 public:
  explicit Powered(const Bytes& memory) : nvm_(memory) { power_on(); }
  void power_on() {
    card_.reset();
    auto opened = Card::open({nvm_, random_, engine_, &verdicts_, &trust(), true});
    require(bool(opened), "the card's memory opens");
    card_ = std::move(*opened);
    card_->reset();
  }
  Card& operator*() { return *card_; }
  Card* operator->() { return card_.get(); }
  const Bytes& memory() const { return nvm_.content(); }

 private:
  /// Only spares parsing the CI in each run.
  static TrustCache& trust() {
    static TrustCache cache;
    static const std::vector<Bytes> ci{to_bytes(hierarchy().certificate(pki::Role::ci).der())};
    static const auto kept = cache.get(ci).value();
    return cache;
  }
  MemoryNvm nvm_;
  SeededRandom random_{card_seed};
  SaipEngine engine_;
  Verdicts verdicts_;
  std::unique_ptr<Card> card_;
};

void run(View input) {
  Powered card(card_memory());
  for (View command : split(input)) {
    if (command.empty()) {
      card->reset();
    } else if (command.size() == 1) {
      card.power_on();
    } else {
      const Bytes answer = card->transmit(command);
      require(answer.size() >= 2 && answer.size() <= 258,
              "an answer has a status word and at most 256 octets");
      const uint8_t first = answer[answer.size() - 2] >> 4;
      require(first == 6 || first == 9, "a status word begins with 6 or 9");
    }
  }
  require(card->eid() == test::test_eid(), "the EID is unchanged");
  require_same_card(card.memory());
  card.power_on();
}

std::vector<Bytes> in_hexadecimal(std::initializer_list<const char*> commands) {
  std::vector<Bytes> out;
  for (const char* command : commands) out.push_back(*from_hex(command));
  return out;
}

std::vector<Bytes> seeds() {
  const char* const usim = "00A4040C0CA0000000871002FF49FF0589";
  std::vector<Bytes> out{join(recorded_download(card_memory()))};
  // What an LPA says, function by function, on the channel that it opened.
  const auto whole = recorded_download(card_memory());
  std::vector<Bytes> opening(whole.begin(), whole.begin() + 3);
  for (size_t i = 3; i < whole.size(); ++i) {
    auto one = opening;
    one.push_back(whole[i]);
    if (whole[i].size() < 100) out.push_back(join(one));
  }
  for (auto& script :
       {in_hexadecimal(
            {"00A40004023F00", "00A40804022FE2", "00B000000A", "00A40804022F00", "00B2010400", "80F2000000"}),
        in_hexadecimal({usim, "00A40004026F07", "00B0000009",
                        "0020000108"
                        "31323334FFFFFFFF",
                        "00B0000009", "00D6000009080910101032540636"}),
        in_hexadecimal({usim,
                        "0020000108"
                        "31323334FFFFFFFF",
                        "0088008122"
                        "10000102030405060708090A0B0C0D0E0F"
                        "10000102030405060708090A0B0C0D0E0F",
                        "00C0000035"}),
        in_hexadecimal({usim,
                        "0020000108"
                        "0000000000000000",
                        "002C000110"
                        "3438313532363337"
                        "31323334FFFFFFFF",
                        "0024000110"
                        "31323334FFFFFFFF"
                        "34333231FFFFFFFF",
                        "0026000108"
                        "31323334FFFFFFFF",
                        "0028000108"
                        "31323334FFFFFFFF"}),
        in_hexadecimal({usim,
                        "0020000A08"
                        "3833303136343239",
                        "0044000000", "00A40004026F38", "0004000000", "0044000000", "00A2010410FF",
                        "0032000403000001"}),
        in_hexadecimal({"0070000001", "0070000201", "01A4040010A0000005591010FFFFFFFF8900000100",
                        "02A4040C0CA0000000871002FF49FF0589", "0070800100", "0070800200", "41A40004023F00"}),
        in_hexadecimal({"80AA000005A903830107", "8010000014FFFFFFFF7F0F00DF7F00001FE2000000C3C600",
                        "80F2010200", "801200000B", "8014000000"}),
        in_hexadecimal(
            {"00A4040010A0000005591010FFFFFFFF8900000200", "80CA005A00", "80CA00BF3000", "00CB3FFF"}),
        {from_hex("80AA000005A903830107").value(), {}, {0}, from_hex("00A40004023F00").value()}}) {
    out.push_back(join(script));
  }
  return out;
}

}  // namespace

const Target target_apdu{"apdu",
                         run,
                         seeds,
                         Shape::chunks,
                         0,
                         5,
                         {"\xA0\x00\x00\x05\x59\x10\x10\xFF\xFF\xFF\xFF\x89\x00\x00\x01"s,
                          "\x01\xE2\x91",
                          "\x01\xE2\x11",
                          "\x81\xE2\x91",
                          "\x00\xA4\x00\x04\x02"s,
                          "\x00\xA4\x08\x04"s,
                          "\x00\xA4\x04\x00"s,
                          "\x00\xB0"s,
                          "\x00\xB2"s,
                          "\x00\xD6"s,
                          "\x00\xDC"s,
                          "\x00\x20"s,
                          "\x00\x88"s,
                          "\x00\xCB"s,
                          "\x00\xDB"s,
                          "\x80\xF2",
                          "\x7F\xFF",
                          "\xBF\x20",
                          "\xBF\x21",
                          "\xBF\x22",
                          "\xBF\x2B",
                          "\xBF\x2D",
                          "\xBF\x2E",
                          "\xBF\x30",
                          "\xBF\x31",
                          "\xBF\x32",
                          "\xBF\x33",
                          "\xBF\x34",
                          "\xBF\x36",
                          "\xBF\x38",
                          "\xBF\x3C",
                          "\xBF\x3E",
                          "\xBF\x3F",
                          "\xBF\x41",
                          "\xBF\x43"}};

}  // namespace sealift::fuzz
