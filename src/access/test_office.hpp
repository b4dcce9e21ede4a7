// For this room's tests: an office with records in memory, and people in it.
#pragma once

#include <gtest/gtest.h>

#include "access/administration.hpp"
#include "store/memory/records.hpp"

namespace sealift::access::testing {

struct OfficeWorld {
  /// A principal of that role, kept as a record without asking anybody.
  Principal person(const std::string& name, Role role, const std::string& tenant = "") {
    Principal p{.name = name, .roles = {role}, .tenant = tenant};
    p.token = token_digest(view(name));
    EXPECT_TRUE(records.put({principal_kind, name, asn1::encode(p)}, {}));
    EXPECT_TRUE(directory->refresh());
    return p;
  }
  /// Changes the record behind the back of everybody.
  template <class Change>
  void alter(const std::string& name, Change change) {
    Record record = **records.find(principal_kind, name);
    Principal p = *asn1::decode<Principal>(record.content);
    change(p);
    record.content = asn1::encode(p);
    EXPECT_TRUE(records.put(record, {}));
  }

  ManualClock clock{Time(std::chrono::seconds(1'790'000'000))};
  SeededRandom random{1};
  store::MemoryRecords records;
  std::unique_ptr<Directory> directory = Directory::open(records).value();
  Office office{clock, random, *directory};
  Principal local = administrator();
};

}  // namespace sealift::access::testing
