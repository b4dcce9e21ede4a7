#include "saip/files.hpp"

#include <gtest/gtest.h>

#include "saip/layout.hpp"
#include "saip/templates.hpp"
#include "saip/test_vectors.hpp"

namespace sealift::saip {
namespace {

struct Resolved {
  std::vector<ResolvedFile> files;
  FileResolver resolver;
  const ResolvedFile* at(const Path& path) const {
    for (auto& f : files) {
      if (f.path == path && f.act == ResolvedFile::Act::create) return &f;
    }
    return nullptr;
  }
};

Result<Resolved> resolve_all(View upp) {
  Package package = TRY(decode(upp));
  Resolved out;
  for (auto& e : package.elements) {
    auto files = TRY(out.resolver.resolve(e));
    for (auto& f : files) out.files.push_back(std::move(f));
  }
  return out;
}

Result<Resolved> resolve_elements(std::vector<ProfileElement> elements) {
  Package package;
  package.elements = std::move(elements);
  return resolve_all(encode(package));
}

TemplateElement element(Kind kind, std::string_view oid, std::vector<TemplateFile> files) {
  return {kind, {}, oid_content(oid), std::move(files), {}};
}

FileStep fcp(Fcp f) {
  return {std::move(f)};
}

TemplateElement minimal_mf() {
  Fcp dir, arr;
  dir.fileDescriptor = file_descriptor(Structure::linear_fixed, 0x20), dir.efFileSize = Bytes{0x20};
  arr.fileDescriptor = file_descriptor(Structure::linear_fixed, 0x10), arr.efFileSize = Bytes{0x10};
  return element(Kind::mf, "2.23.143.1.2.1", {{0, {}}, {2, {}}, {3, {fcp(dir)}}, {4, {fcp(arr)}}});
}

TEST(Files, every_file_of_ts48_resolves) {
  auto all = test::ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  for (auto& v : all) {
    auto r = resolve_all(v.octets);
    ASSERT_TRUE(r) << v.name << ": " << r.error().message;
    EXPECT_GT(r->files.size(), 250u) << v.name;
    for (auto& f : r->files) {
      if (is_directory(f.structure) || f.link) continue;
      if (f.structure != Structure::ber_tlv) {
        EXPECT_EQ(f.content.size(), f.size) << v.name << " " << to_string(f.path);
      }
      if (has_records(f.structure)) {
        EXPECT_EQ(f.size, uint32_t{f.record_length} * f.record_count);
      }
      EXPECT_NE(f.access.arr_record, 0);
    }
  }
}

TEST(Files, ts48_files_hold_what_the_package_says) {
  auto all = test::ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  for (auto& v : all) {
    auto r = resolve_all(v.octets);
    ASSERT_TRUE(r) << r.error().message;
    auto* iccid = r->at({0x2FE2});
    ASSERT_TRUE(iccid);
    EXPECT_EQ(hex(iccid->content), "98001032547698103214");
    EXPECT_EQ(iccid->sfi, 2);
    auto* dir = r->at({0x2F00});
    ASSERT_TRUE(dir);
    EXPECT_EQ(dir->structure, Structure::linear_fixed);
    EXPECT_EQ(dir->record_length, 0x21);
    EXPECT_EQ(dir->record_count, 4);
    // The second record starts right after the first, which the package reaches by an offset of 11.
    EXPECT_EQ(hex(View(dir->content).subspan(0x21, 4)), "61144F0C");
    EXPECT_EQ(dir->content[0x20], 0xFF);
    auto* usim = r->at({0x7FD0});
    ASSERT_TRUE(usim);
    EXPECT_EQ(usim->structure, Structure::adf);
    EXPECT_EQ(hex(usim->df_name), "A0000000871002FF49FF0589");
    EXPECT_EQ(usim->pin_references, (std::vector<uint8_t>{0x81, 0x01, 0x0A, 0x0B}));
    EXPECT_EQ(usim->access, (AccessRules{0x2F06, 1}));
    auto* imsi = r->at({0x7FD0, 0x6F07});
    ASSERT_TRUE(imsi);
    EXPECT_EQ(imsi->size, 9u);
    EXPECT_EQ(imsi->sfi, 7);
    EXPECT_EQ(imsi->access, (AccessRules{0x6F06, 10}));
    auto* keys = r->at({0x7FD0, 0x6F08});
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->content[0], 0x07);
    EXPECT_EQ(keys->content[32], 0xFF);
    EXPECT_EQ(keys->special_file_information, 0x80);
    auto* sms = r->at({0x7FD0, 0x6F3C});
    ASSERT_TRUE(sms);
    EXPECT_EQ(sms->record_count, 10);
    for (size_t i = 0; i < 10; ++i) {
      EXPECT_EQ(sms->content[i * 176], 0x00);
      EXPECT_EQ(sms->content[i * 176 + 175], 0xFF);
    }
    auto* loci_5gs = r->at({0x7FD0, 0x5FC0, 0x4F01});
    ASSERT_TRUE(loci_5gs);
    EXPECT_EQ(hex(loci_5gs->content), "FFFFFFFFFFFFFFFFFFFFFFFFFF42F61800000001");
    auto* link = r->at({0x7F10, 0x6F3C});
    ASSERT_TRUE(link);
    EXPECT_EQ(link->link, (Path{0x7FD0, 0x6F3C}));
    EXPECT_EQ(link->size, sms->size);
    EXPECT_FALSE(link->sfi);
    auto* entries = r->at({0x7F10, 0x5F3A, 0x4F16});
    ASSERT_TRUE(entries);
    EXPECT_EQ(hex(entries->content).substr(0, 12), "000100020000");
    EXPECT_EQ(r->resolver.current_application() ? *r->resolver.current_application() : Path{}, Path{0x7FB0});
  }
}

TEST(Files, template_defaults_fill_what_the_package_leaves_out) {
  Fcp adf;
  adf.fileID = FileId{0x7FF0};
  adf.dfName = from_hex("A0000000871002FF").value();
  Fcp arr;
  arr.fileDescriptor = file_descriptor(Structure::linear_fixed, 0x10);
  arr.efFileSize = Bytes{0x10};
  std::vector<ProfileElement> elements;
  elements.emplace_back(Body(minimal_mf()));
  elements.emplace_back(Body(
      element(Kind::usim, "2.23.143.1.2.4", {{0, {fcp(adf)}}, {2, {fcp(arr)}}, {7, {{DoNotCreate{}}}}})));
  auto r = resolve_elements(std::move(elements));
  ASSERT_TRUE(r) << r.error().message;
  auto* psloci = r->at({0x7FF0, 0x6F73});
  ASSERT_TRUE(psloci);
  EXPECT_EQ(hex(psloci->content), "FFFFFFFFFFFFFFFFFFFF0000FF01");
  EXPECT_EQ(psloci->access, (AccessRules{0x6F06, 5}));
  EXPECT_FALSE(r->at({0x7FF0, 0x6F3B})) << "EF.FDN was marked doNotCreate";
  EXPECT_EQ(r->at({0x7FF0, 0x6F38})->size, 14u);
  EXPECT_EQ(r->resolver.current_directory(), Path{0x7FF0});
}

TEST(Files, content_beyond_the_file_is_refused) {
  auto mf = minimal_mf();
  mf.files[1].file = {{FillFileContent{Bytes(10, 0x98)}}};
  std::vector<ProfileElement> fits;
  fits.emplace_back(Body(mf));
  EXPECT_TRUE(resolve_elements(std::move(fits)));
  mf.files[1].file = {{FillFileOffset{1}}, {FillFileContent{Bytes(10, 0x98)}}};
  std::vector<ProfileElement> beyond;
  beyond.emplace_back(Body(mf));
  auto r = resolve_elements(std::move(beyond));
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().kind, ErrorKind::invalid);
  EXPECT_NE(r.error().message.find("EF.ICCID"), std::string::npos) << r.error().message;
}

TEST(Files, an_unknown_template_is_unsupported) {
  std::vector<ProfileElement> elements;
  elements.emplace_back(Body(element(Kind::mf, "2.23.143.1.2.99", {})));
  EXPECT_EQ(resolve_elements(std::move(elements)).error().kind, ErrorKind::unsupported);
}

TEST(Files, generic_management_updates_earlier_files_and_refuses_paths_to_nothing) {
  GenericFileManagement gfm;
  gfm.fileManagementCMD = {{{FilePath{*from_hex("2FE2")}},
                            {FillFileOffset{2}},
                            {FillFileContent{{0xAA, 0xBB}}},
                            {FillFileContent{{0xCC}}}}};
  std::vector<ProfileElement> elements;
  elements.emplace_back(Body(minimal_mf()));
  elements.emplace_back(Body(gfm));
  auto r = resolve_elements(std::move(elements));
  ASSERT_TRUE(r) << r.error().message;
  auto& first = r->files[r->files.size() - 2];
  EXPECT_EQ(first.act, ResolvedFile::Act::update);
  EXPECT_EQ(first.path, Path{0x2FE2});
  EXPECT_EQ(first.offset, 2u);
  EXPECT_EQ(r->files.back().offset, 4u);
  for (auto bad : {"2FFF", "7F20"}) {
    gfm.fileManagementCMD = {{{FilePath{*from_hex(bad)}}}};
    std::vector<ProfileElement> wrong;
    wrong.emplace_back(Body(minimal_mf()));
    wrong.emplace_back(Body(gfm));
    EXPECT_EQ(resolve_elements(std::move(wrong)).error().kind, ErrorKind::not_found);
  }
}

TEST(Files, a_package_cannot_ask_for_more_space_than_the_limit) {
  GenericFileManagement gfm;
  auto& command = gfm.fileManagementCMD.emplace_back();
  for (uint16_t i = 0; i < 100; ++i) {
    Fcp f;
    f.fileDescriptor = file_descriptor(Structure::transparent);
    f.fileID = FileId{static_cast<uint16_t>(0x6F00 + i)};
    f.securityAttributesReferenced = Bytes{1};
    f.efFileSize = Bytes{0x01, 0x00, 0x00};
    command.push_back({f});
  }
  std::vector<ProfileElement> elements;
  elements.emplace_back(Body(minimal_mf()));
  elements.emplace_back(Body(gfm));
  EXPECT_EQ(resolve_elements(std::move(elements)).error().kind, ErrorKind::limit);
}

TEST(Files, damaged_ts48_packages_resolve_or_are_refused) {
  auto all = test::ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  Bytes upp = all[0].octets;
  size_t refused = 0, tried = 0;
  for (size_t bit = 3; bit < upp.size() * 8; bit += 197) {
    upp[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ++tried;
    if (!resolve_all(upp)) ++refused;
    upp[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
  EXPECT_GT(refused, tried / 20);
  EXPECT_LT(refused, tried);
}

TEST(Layout, patterns_and_template_notations) {
  ResolvedFile record;
  record.structure = Structure::linear_fixed;
  record.record_length = 4, record.record_count = 2, record.size = 8;
  ProprietaryInfo fill, repeat;
  fill.fillPattern = Bytes{0x00, 0xFF};
  repeat.repeatPattern = Bytes{1, 2, 3};
  EXPECT_EQ(hex(initial_content(record, &fill, "")), "00FFFFFF00FFFFFF");
  EXPECT_EQ(hex(initial_content(record, &repeat, "")), "0102030101020301");
  ResolvedFile plain;
  plain.size = 7;
  EXPECT_EQ(hex(initial_content(plain, nullptr, "")), "FFFFFFFFFFFFFF");
  EXPECT_EQ(hex(initial_content(plain, nullptr, "FF..FF0001")), "FFFFFFFFFF0001");
  EXPECT_EQ(hex(initial_content(plain, nullptr, "*FFFFFF0000")), "FFFFFF0000FFFF");
  EXPECT_EQ(hex(initial_content(plain, nullptr, "0A")), "0AFFFFFFFFFFFF");
  plain.size = 1;
  EXPECT_EQ(hex(initial_content(plain, nullptr, "FF..FF0001")), "FF");
}

TEST(Templates, every_row_has_a_place_and_a_readable_default) {
  for (auto& t : templates()) {
    ASSERT_FALSE(t.files.empty()) << t.oid;
    EXPECT_EQ(find_template(t.kind, oid_content(t.oid)), &t);
    EXPECT_EQ(is_directory(t.files[0].structure), t.own_directory) << t.oid;
    for (auto& f : t.files) {
      EXPECT_TRUE(is_directory(t.files[f.parent].structure) || !t.own_directory) << t.oid << " " << f.name;
      EXPECT_LE(f.sfi, 30) << f.name;
      EXPECT_NE(f.arr, 0) << f.name;
      std::string digits;
      for (char c : f.content) {
        if (c != '.' && c != '*') digits += c;
      }
      EXPECT_TRUE(from_hex(digits)) << f.name;
    }
  }
}

TEST(Templates, identifiers_agree_with_ts48) {
  auto all = test::ts48_packages();
  if (all.empty()) GTEST_SKIP() << "skipped: vectors not present";
  size_t compared = 0;
  for (auto& v : all) {
    auto package = decode(v.octets);
    ASSERT_TRUE(package);
    for (auto& e : package->elements) {
      auto* t = e.as<TemplateElement>();
      if (!t) continue;
      auto* known = find_template(t->kind, t->templateID);
      ASSERT_TRUE(known) << name(t->kind);
      for (auto& f : t->files) {
        auto& row = known->files.at(f.index);
        if (f.file.empty() || !std::holds_alternative<Fcp>(f.file[0].alt)) continue;
        auto& said = std::get<Fcp>(f.file[0].alt);
        if (said.fileID && row.fid != 0) {
          EXPECT_EQ(said.fileID->value, row.fid) << row.name;
          ++compared;
        }
        if (said.fileDescriptor && !is_directory(row.structure)) {
          EXPECT_EQ(parse_file_descriptor(*said.fileDescriptor)->structure, row.structure) << row.name;
        }
      }
    }
  }
  EXPECT_GT(compared, 1000u);
}

}  // namespace
}  // namespace sealift::saip
