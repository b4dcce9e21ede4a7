// Real input: each TS.48 test profile goes the whole way, from stock over an order and HTTPS onto a card, is
// enabled, and every file that the card then shows over APDUs is the profile's.
#include "saip/files.hpp"
#include "saip/test_vectors.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {
namespace {

/// The files of a package as the package says them, links and later fills worked in.
std::vector<saip::ResolvedFile> files_of(const saip::Package& package) {
  saip::FileResolver resolver;
  std::vector<saip::ResolvedFile> out;
  const auto at = [&](const saip::Path& path) {
    return std::find_if(out.begin(), out.end(), [&](const auto& f) { return f.path == path; });
  };
  for (const auto& element : package.elements) {
    for (auto& f : must(resolver.resolve(element))) {
      if (f.act == saip::ResolvedFile::Act::create) {
        out.push_back(std::move(f));
      } else if (auto it = at(f.path); it != out.end()) {
        std::copy(f.content.begin(), f.content.end(), it->content.begin() + f.offset);
      }
    }
  }
  for (auto& f : out) {
    for (auto link = f.link; link;) {
      auto it = at(*link);
      if (it == out.end()) break;
      f.content = it->content;
      f.structure = it->structure;
      link = it->link;
    }
  }
  return out;
}

/// Reads one profile's files through a phone's contacts.
class Terminal {
 public:
  Terminal(Phone& phone, const std::vector<saip::ResolvedFile>& files)
      : contacts_(phone.contacts), handset_(contacts_) {
    for (const auto& f : files) {
      if (f.structure == saip::Structure::adf) adfs_[f.fid()] = f.df_name;
    }
  }
  size_t applications() const { return adfs_.size(); }

  Result<Bytes> read(const saip::ResolvedFile& file) {
    saip::Path path = file.path;
    if (!path.empty() && adfs_.contains(path[0])) {
      Bytes select{0x00, 0xA4, 0x04, 0x0C, static_cast<uint8_t>(adfs_.at(path[0]).size())};
      append(select, adfs_.at(path[0]));
      if (ask(select) != 0x9000) return Error{ErrorKind::not_found, "no application"};
      path.erase(path.begin());
    } else {
      ask(*from_hex("00A4000C023F00"));
    }
    // The published PINs and administrative keys of TS.48; those that the directory does not know change
    // nothing.
    saip::Path directory(path.begin(), path.empty() ? path.end() : path.end() - 1);
    for (uint16_t fid : directory)
      ask({0x00, 0xA4, 0x00, 0x0C, 0x02, static_cast<uint8_t>(fid >> 8), static_cast<uint8_t>(fid)});
    for (const char* verify : {"002000010830303030FFFFFFFF", "0020000A083535353535353535",
                               "0020000B083636363636363636", "002000810839393939FFFFFFFF"}) {
      ask(*from_hex(verify));
    }
    const uint16_t last[] = {file.fid()};
    return handset_.read_file(last);
  }

 private:
  uint16_t ask(const Bytes& command) {
    Bytes answer = must(contacts_.transmit(command));
    return static_cast<uint16_t>(answer[answer.size() - 2] << 8 | answer.back());
  }
  Contacts& contacts_;
  lab::Handset handset_;
  std::map<uint16_t, Bytes> adfs_;
};

/// Two files that no PIN opens for reading, as the packages have it: EF_SUME has the rule of a directory, and
/// one of the ISIM's names a record that its EF_ARR does not have.
bool nobody_reads(const saip::Path& path) {
  return path == saip::Path{0x7F10, 0x6F54} || path == saip::Path{0x7FB0, 0x6FFE};
}

void expect_files(Phone& phone, const saip::Package& package) {
  const auto files = files_of(package);
  Terminal terminal(phone, files);
  EXPECT_EQ(terminal.applications(), 3u);  // USIM, ISIM, CSIM
  size_t compared = 0;
  for (const auto& f : files) {
    // BER-TLV files are read object by object, and TS.48 leaves them empty.
    if (saip::is_directory(f.structure) || f.structure == saip::Structure::ber_tlv) continue;
    SCOPED_TRACE(saip::to_string(f.path));
    auto content = terminal.read(f);
    if (nobody_reads(f.path)) {
      EXPECT_FALSE(content);
      continue;
    }
    ASSERT_TRUE(content) << content.error().message;
    EXPECT_EQ(hex(*content), hex(f.content));
    ++compared;
  }
  EXPECT_GT(compared, 150u);
}

TEST(Ts48OverTheAir, every_package_downloads_installs_and_reads_back) {
  const auto packages = saip::test::ts48_packages();
  if (packages.empty()) GTEST_SKIP() << "skipped: vectors not present";
  ASSERT_EQ(packages.size(), 6u);
  int number = 0;
  for (const auto& vector : packages) {
    SCOPED_TRACE(vector.name);
    const auto package = must(saip::decode(vector.octets));
    // All packages of TS.48 have one ICCID, as copies of one test profile: each gets a world of its own.
    World own({.seed = 100 + static_cast<uint64_t>(++number), .keep_in_memory = false});
    Product product =
        own.order_for(must(lab::SubscriberProfile::from_package(SecretBytes(Bytes(vector.octets)))));
    Phone phone(own, number);
    const auto end = phone.download(product.code);
    ASSERT_TRUE(end) << end.error().error.message;
    EXPECT_EQ(hex(std::get<messages::SuccessResult>(
                      end->installation.profileInstallationResultData.value.finalResult.alt)
                      .simaResponse),
              "3007A0053003800100");  // every element was acted on
    EXPECT_EQ(own.now(product.order).state, smdp::OrderState::installed);
    must(phone.lpa->enable(product.order.iccid.digits()));
    expect_files(phone, package);
  }
}

}  // namespace
}  // namespace sealift::e2e
