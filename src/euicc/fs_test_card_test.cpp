// What fs_test_card.hpp declares. Part of the test program alone.
#include "euicc/fs_test_card.hpp"

namespace sealift::euicc::test {

Status MemoryStore::commit(std::span<const ProfileChange> changes) {
  if (broken) return Error{ErrorKind::io, "broken"};
  ++commits;
  for (const ProfileChange& c : changes) kept[c.key] = *c.value;
  return {};
}

std::vector<ProfileChange> MemoryStore::all() const {
  std::vector<ProfileChange> out;
  for (const auto& [key, value] : kept) out.push_back({key, value});
  return out;
}

Bytes h(std::string_view digits) {
  return *from_hex(digits);
}

Bytes arr_content() {
  const char* rules[] = {
      "80010190008001"
      "02A40683010A950108",
      "800103A406830101950108840132A40683010195010880"
      "0118A40683010A950108",
      "800101A406830101950108800102AF10A406830101950108A406830181950108",
      "800101A40683010A9501088001029700",
  };
  Bytes out;
  for (const char* rule : rules) {
    Bytes record = h(rule);
    record.resize(48, 0xFF);
    append(out, record);
  }
  return out;
}

NodeIndex ImageMaker::directory(NodeIndex parent, uint16_t fid, FileKind kind, Bytes pins) {
  FileNode n;
  n.fid = fid;
  n.parent = parent;
  n.kind = kind;
  n.arr_fid = Fid::arr_mf;
  n.arr_record = 1;
  n.content = std::move(pins);
  return add(std::move(n));
}

NodeIndex ImageMaker::file(NodeIndex parent, uint16_t fid, FileKind kind, uint8_t rule, Bytes content,
                           uint16_t record, uint8_t sfi) {
  FileNode n;
  n.fid = fid;
  n.parent = parent;
  n.kind = kind;
  n.arr_fid = parent == mf_node ? Fid::arr_mf : Fid::usim_arr;
  n.arr_record = rule;
  n.content = std::move(content);
  n.record_size = record;
  n.sfi = sfi;
  return add(std::move(n));
}

void ImageMaker::pin(NodeIndex node, uint8_t reference, std::string_view value, uint8_t puk, bool enabled) {
  Pin p;
  p.node = node;
  p.reference = reference;
  p.puk = puk;
  p.enabled = enabled;
  p.may_disable = reference == 1;
  p.value = *Secret<8>::from(h(value));
  image.pins.push_back(std::move(p));
}

NodeIndex ImageMaker::add(FileNode n) {
  image.files.push_back(std::move(n));
  return static_cast<NodeIndex>(image.files.size() - 1);
}

Aka milenage_parameters(NodeIndex node) {
  Aka aka;
  aka.node = node;
  aka.key = SecretBytes(Bytes(key_k));
  aka.opc = SecretBytes(Bytes(key_opc));
  aka.rotations = {0x40, 0x00, 0x20, 0x40, 0x60};
  aka.constants[31] = 1;
  aka.constants[47] = 2;
  aka.constants[63] = 4;
  aka.constants[79] = 8;
  aka.sqn_delta = aka.sqn_age_limit = 0x10000000;
  return aka;
}

ProfileImage make_image() {
  ImageMaker m;
  const NodeIndex mf = m.directory(no_node, 0x3F00, FileKind::mf, {0x01, 0x0A});
  m.file(mf, Fid::arr_mf, FileKind::linear_fixed, rule_free_read, arr_content(), 48);
  m.file(mf, Fid::iccid, FileKind::transparent, rule_free_read, h("98001032547698103214"), 0, 2);
  const NodeIndex telecom = m.directory(mf, Fid::telecom, FileKind::df, {0x01});
  m.file(telecom, Fid::usim_arr, FileKind::linear_fixed, rule_free_read, arr_content(), 48);
  Bytes adn = h("4141414105FF4242424206FF4343434307FF");
  const NodeIndex book = m.file(telecom, Fid::adn, FileKind::linear_fixed, rule_pin, adn, 6);
  const NodeIndex usim = m.directory(mf, 0x7FD0, FileKind::adf, {0x01, 0x81, 0x0A});
  m.image.applications.push_back({usim, *Aid::from_octets(usim_aid)});
  m.file(usim, Fid::usim_arr, FileKind::linear_fixed, rule_free_read, arr_content(), 48, 6);
  m.file(usim, Fid::imsi, FileKind::transparent, rule_pin, h("080910101032540636"), 0, 7);
  Bytes services(17, 0xFF);
  m.file(usim, Fid::ust, FileKind::transparent, rule_free_read, services, 0, 4);
  m.file(usim, Fid::ad, FileKind::transparent, rule_free_read, h("00000002"), 0, 3);
  m.file(usim, Fid::acm, FileKind::cyclic, rule_pin, h("000005000003000000"), 3, 0x1C);
  m.file(usim, Fid::fdn, FileKind::linear_fixed, rule_pin2, Bytes(20, 0xFF), 10);
  m.file(usim, Fid::secret, FileKind::transparent, rule_never, h("0102030405"));
  const NodeIndex tlv = m.file(usim, Fid::tlv, FileKind::ber_tlv, rule_pin, {}, 0, 5);
  m.image.files[tlv].capacity = 700;
  FileNode link;
  link.fid = Fid::linked;
  link.parent = usim;
  link.kind = FileKind::linear_fixed;
  link.link = book;
  link.arr_fid = Fid::usim_arr;
  link.arr_record = rule_free_read;
  m.add(std::move(link));
  const NodeIndex df5gs = m.directory(usim, Fid::df5gs, FileKind::df, {0x01, 0x81});
  m.file(df5gs, Fid::loci, FileKind::transparent, rule_pin2, Bytes(20, 0xAA), 0, 1);
  const NodeIndex isim = m.directory(mf, 0x7FD1, FileKind::adf, {0x01});
  m.image.applications.push_back({isim, *Aid::from_octets(isim_aid)});
  m.pin(mf, 0x01, "31323334FFFFFFFF", 1);
  m.pin(mf, 0x0A, "3535353535353535", 0);
  m.pin(usim, 0x81, "39393939FFFFFFFF", 0x81);
  for (uint8_t reference : {0x01, 0x81}) {
    Puk puk;
    puk.reference = reference;
    puk.value = *Secret<8>::from(h("3132333435363738"));
    m.image.puks.push_back(std::move(puk));
  }
  m.image.akas.push_back(milenage_parameters(usim));
  m.image.aka_mappings.push_back({isim, usim});
  SecurityDomain domain;
  domain.aid = *Aid::from_octets(sd_aid);
  domain.personalisation.push_back(h("00700466026374"));
  m.image.security_domains.push_back(std::move(domain));
  return std::move(m.image);
}

TestCard::TestCard(ProfileImage image) {
  start(std::move(image));
}

void TestCard::start(ProfileImage image) {
  const auto octets = serialise(image);
  original_ = to_bytes(octets.expose());
  profile = std::make_unique<UsimProfile>(std::move(image), store, random);
}

void TestCard::restart() {
  auto image = parse_image(original_);
  ASSERT_TRUE(image);
  profile = std::make_unique<UsimProfile>(std::move(*image), store, random);
  ASSERT_TRUE(profile->replay(store.all()));
}

Response TestCard::send(std::string_view digits, uint8_t channel) {
  const Bytes apdu = h(digits);
  auto command = parse_command(apdu);
  if (!command) return {{}, command.error()};
  return profile->command(channel, *command);
}

std::string TestCard::ask(std::string_view digits, uint8_t channel) {
  const Response r = send(digits, channel);
  return hex(r.data) + (r.data.empty() ? "" : " ") +
         hex(Bytes{static_cast<uint8_t>(r.sw >> 8), static_cast<uint8_t>(r.sw)});
}

void TestCard::select_usim() {
  ASSERT_EQ(ask("00A4040C0CA0000000871002FF49FF0589"), "9000");
}

void TestCard::verify_pin1() {
  ASSERT_EQ(ask("002000010831323334FFFFFFFF"), "9000");
}

void TestCard::verify_adm() {
  ASSERT_EQ(ask("0020000A083535353535353535"), "9000");
}

Bytes TestCard::state() const {
  return to_bytes(serialise(profile->image()).expose());
}

}  // namespace sealift::euicc::test
