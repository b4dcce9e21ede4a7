// Arbitrary octets into the card's profile interpreter, as they come out of a Bound Profile Package; and into
// what reads a card's memory. What is installed must run.
#include "euicc/fs_image.hpp"
#include "euicc/fs_test_card.hpp"
#include "euicc/install_engine.hpp"
#include "euicc/memory.hpp"
#include "saip/response.hpp"
#include "samples.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

using namespace std::string_literals;

using namespace euicc;

constexpr uint8_t as_image = 0x80, as_journal = 0x81;  // anything else: a package

InstallContext context_for(View package, uint8_t how) {
  InstallContext context{*Iccid::parse(third_iccid)};
  // The ICCID that stands in the header, where it does, so that not every change ends at the first element.
  if (package.size() > 4) {
    auto header = asn1::read_header(package);
    const size_t size = header.header_size + header.length;
    if (header.problem == asn1::Header::Problem::ok && size <= package.size()) {
      auto element = saip::decode_element(package.first(size));
      const auto* fields = element ? element->as<saip::ProfileHeader>() : nullptr;
      if (fields) {
        Octets<10> swapped;
        for (size_t i = 0; i < 10; ++i) {
          swapped[i] = static_cast<uint8_t>(fields->iccid[i] << 4 | fields->iccid[i] >> 4);
        }
        if (auto iccid = Iccid::from_octets(swapped)) context.iccid = *iccid;
      }
    }
  }
  context.profileClass = how & 3;
  if (how & 4) context.profileOwner = InstallContext::Owner{{0x00, 0xF1, 0x10}, {}, {}};
  context.free_nvm = how & 8 ? 10'000 : 1 << 20;
  return context;
}

/// The commands a phone begins with.
void use(RunningProfile& profile, bool sound) {
  profile.channel_opened(0);
  for (const char* command : {"00A40004023F00",
                              "00A40804022FE2",
                              "00B000000A",
                              "00A40804022F00",
                              "00B2010400",
                              "00B2020400",
                              "00A4040C0CA0000000871002FF49FF0589",
                              "00A40004027FFF",
                              "00A40004026F07",
                              "00B0000009",
                              "002000010831323334FFFFFFFF",
                              "00B0000009",
                              "00A40004026F38",
                              "00B0000000",
                              "00A40004026FAD",
                              "00B0000004",
                              "00A40004026F40",
                              "00B2010400",
                              "00DC01041C",
                              "00A4080406"
                              "7F105F3A4F30",
                              "80F2000000",
                              "0088008122"
                              "10000102030405060708090A0B0C0D0E0F"
                              "10000102030405060708090A0B0C0D0E0F",
                              "0044000000",
                              "00A40004027F10",
                              "00A40004026F3A",
                              "00A2010410FF"}) {
    const Bytes octets = *from_hex(command);
    auto parsed = parse_command(octets);
    if (!parsed) continue;
    const Response answer = profile.command(0, *parsed);
    require(!sound || (answer.sw >> 12 == 6 || answer.sw >> 12 == 9), "a status word begins with 6 or 9");
  }
  profile.channel_closed(0);
}

void start(View image, std::vector<ProfileChange> changes, bool sound) {
  SaipEngine engine;
  test::MemoryStore store;
  SeededRandom random(card_seed);
  auto running = engine.start(image, std::move(changes), store, random);
  require(running || !sound, "what was installed starts");
  if (running) use(**running, sound);
}

void install(View package, uint8_t how) {
  SaipEngine engine;
  const InstallContext context = context_for(package, how);
  auto installer = engine.install(context);
  const size_t piece = how & 0x10 ? 61 : 1007;
  Result<void, InstallFailure> fed;
  for (size_t at = 0; at < package.size() && fed; at += piece) {
    fed = installer->feed(package.subspan(at, std::min(piece, package.size() - at)));
  }
  auto refused = [](const InstallFailure& failure) {
    require(failure.reason == 7 || (failure.reason >= 10 && failure.reason <= 14),
            "the reason is one of ours");
    require(failure.euicc_response.empty() || asn1::decode<saip::EuiccResponse>(failure.euicc_response),
            "the response of a refusal can be read");
  };
  if (!fed) return refused(fed.error());
  const bool complete = installer->complete();
  auto installed = installer->finish();
  require(complete || !installed, "only what is complete is installed");
  if (!installed) return refused(installed.error());
  require(bool(asn1::decode<saip::EuiccResponse>(installed->euicc_response)), "the response can be read");
  const View image = installed->image.expose();
  require(image.size() <= context.free_nvm, "an image fits the memory that was free");
  auto parsed = parse_image(image);
  require(bool(parsed), "the image can be read");
  require(equal(serialise(*parsed).expose(), image), "and is written in the same way");
  start(image, {}, true);
}

void journal(View octets) {
  MemoryNvm nvm(to_bytes(octets));
  auto opened = Memory::open(nvm);
  if (!opened) return;
  for (const ProfileRecord& record : opened->profiles()) {
    (void)record.parsed_metadata();
    (void)opened->image(record.isdp_aid);
    (void)opened->changes(record.isdp_aid);
  }
  for (uint64_t number : opened->notification_numbers()) (void)opened->notification(number);
  (void)opened->one_time_key();
  (void)opened->loading_mark();
  (void)opened->free();
}

void run(View input) {
  Input in(input);
  const uint8_t how = in.octet();
  if (how == as_image) return start(in.rest(), {}, false);
  if (how == as_journal) return journal(in.rest());
  install(in.rest(), how);
}

std::vector<Bytes> seeds() {
  auto with = [](uint8_t how, View rest) { return concat({Bytes{how}, rest}); };
  std::vector<Bytes> out{with(2, saip::encode(built_profile(third_iccid, true))),
                         with(2 + 0x10, saip::encode(built_profile(first_iccid, false))),
                         with(0, unusual_profile()), with(as_journal, new_card_memory())};
  // Each element between a header and the end, for what a whole package does not show quickly.
  auto whole = saip::decode(unusual_profile()).value();
  const Bytes header = saip::encode_element(whole.elements.front()),
              end = saip::encode_element(whole.elements.back());
  for (const auto& element : whole.elements) {
    const Bytes one = saip::encode_element(element);
    if (one.size() < 1500) out.push_back(with(0, concat({header, one, end})));
  }
  out.push_back(with(as_image, serialise(test::make_image()).expose()));
  return out;
}

}  // namespace

const Target target_profile{"profile",
                            run,
                            seeds,
                            Shape::der,
                            1,
                            0,
                            {"\xA0",
                             "\xA1",
                             "\xA2",
                             "\xA3",
                             "\xA4",
                             "\xA6",
                             "\xA7",
                             "\xA8",
                             "\xAA",
                             "\xB0",
                             "\xB2",
                             "\xB3",
                             "\xB4",
                             "\xBF\x1F",
                             "\x67\x81\x0F\x01\x02\x01",
                             "\x67\x81\x0F\x01\x02\x04",
                             "\x82\x04\x42\x21\x00\x10"s,
                             "\x83\x02\x6F\x07",
                             "\x8B\x03\x2F\x06\x01",
                             "\x7F\xF0",
                             "\xC7\x00"s,
                             "\xC6\x03\x90\x01\x80"}};

}  // namespace sealift::fuzz
