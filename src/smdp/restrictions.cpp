#include "smdp/restrictions.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sealift::smdp {
namespace {

using messages::VersionType;

constexpr std::array<std::string_view, 8> kKinds{"eum", "eid", "certificate", "firmware",
                                                 "svn", "tac", "imei",        "allowedTac"};

Error invalid(const Restriction& one, const char* wanted) {
  return {ErrorKind::invalid, std::string(name(one.kind)) + ": " + wanted};
}

bool is_digits(std::string_view text, size_t least, size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Serial numbers and key identifiers as their octets print, without leading zeros.
std::string normal_hex(View octets) {
  const std::string digits = hex(octets);
  if (digits.empty()) return digits;
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}
std::optional<std::string> normal_hex(std::string_view text, size_t most_octets) {
  std::string padded(text);
  if (padded.size() % 2 == 1) padded.insert(padded.begin(), '0');
  const auto octets = from_hex(padded);
  if (!octets || octets->empty() || octets->size() > most_octets) return std::nullopt;
  return normal_hex(View(*octets));
}

std::optional<VersionType> version_of(std::string_view text) {
  VersionType out{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (size_t i = 0; i < 3; ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, out[i]);
    if (error != std::errc()) return std::nullopt;
    at = next;
  }
  return at == end ? std::optional(out) : std::nullopt;
}

/// Digits of swapped BCD up to a filler.
std::string digits_of(View bcd) {
  std::string out;
  for (uint8_t octet : bcd) {
    for (uint8_t nibble : {static_cast<uint8_t>(octet & 0xF), static_cast<uint8_t>(octet >> 4)}) {
      if (nibble > 9) return out;
      out += static_cast<char>('0' + nibble);
    }
  }
  return out;
}

bool has(const std::vector<std::string>& sorted, const std::string& one) {
  return std::binary_search(sorted.begin(), sorted.end(), one);
}

template <class List>
bool covers(const List& list, const VersionType& version) {
  return std::any_of(list.begin(), list.end(), [&](const auto& rule) {
    return rule.exact ? version == rule.version : version < rule.version;
  });
}

/// For an audit row: who is, or was, not served. The list has the same, EIDs and IMEIs included.
std::string detail_of(RestrictionKind kind, const std::string& value) {
  return std::string(name(kind)) + " " + value;
}

}  // namespace

std::string_view name(RestrictionKind kind) {
  return kKinds[static_cast<size_t>(kind)];
}

Result<RestrictionKind> restriction_kind(std::string_view wanted) {
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if (kKinds[i] == wanted) return static_cast<RestrictionKind>(i);
  }
  return Error{ErrorKind::invalid,
               "kind: it is eum, eid, certificate, firmware, svn, tac, imei or allowedTac"};
}

Status Restrictions::take(const Restriction& one) {
  const std::string& value = one.value;
  switch (one.kind) {
    case RestrictionKind::eum: {
      const auto digits = normal_hex(value, 64);
      if (!digits) return invalid(one, "1 to 128 hexadecimal digits");
      eums_.push_back(*digits);
      return {};
    }
    case RestrictionKind::certificate: {
      const auto digits = normal_hex(value, 20);
      if (!digits) return invalid(one, "1 to 40 hexadecimal digits");
      certificates_.push_back(*digits);
      return {};
    }
    case RestrictionKind::eid: {
      const size_t dash = value.find('-');
      if (dash == std::string::npos) {
        if (!is_digits(value, 1, 32)) return invalid(one, "1 to 32 digits, or FROM-TO of 32 digits each");
        eids_.push_back({value + std::string(32 - value.size(), '0'), value + std::string(32 - value.size(), '9')});
        return {};
      }
      Range range{value.substr(0, dash), value.substr(dash + 1)};
      if (!is_digits(range.from, 32, 32) || !is_digits(range.to, 32, 32) || range.from > range.to) {
        return invalid(one, "1 to 32 digits, or FROM-TO of 32 digits each");
      }
      eids_.push_back(std::move(range));
      return {};
    }
    case RestrictionKind::firmware:
    case RestrictionKind::svn: {
      const bool before = value.starts_with('<');
      const auto version = version_of(std::string_view(value).substr(before ? 1 : 0));
      if (!version || (!before && one.kind == RestrictionKind::svn)) {
        return invalid(one, "<1.2.3 for all versions before, or 1.2.3 for a firmware version");
      }
      (one.kind == RestrictionKind::firmware ? firmware_ : svn_).push_back({*version, !before});
      return {};
    }
    case RestrictionKind::tac:
    case RestrictionKind::allowed_tac:
      if (!is_digits(value, 8, 8)) return invalid(one, "8 digits");
      (one.kind == RestrictionKind::tac ? tacs_ : allowed_tacs_).push_back(value);
      return {};
    case RestrictionKind::imei:
      if (!is_digits(value, 14, 16)) return invalid(one, "14 to 16 digits");
      imeis_.push_back(value.substr(0, 14));
      return {};
  }
  return Error{ErrorKind::invalid, "no such kind of restriction"};
}

Result<Restrictions> Restrictions::of(const std::vector<Restriction>& list) {
  Restrictions out;
  for (const Restriction& one : list) TRY_VOID(out.take(one));
  for (auto* sorted : {&out.eums_, &out.certificates_, &out.tacs_, &out.imeis_, &out.allowed_tacs_}) {
    std::sort(sorted->begin(), sorted->end());
  }
  return out;
}

std::optional<Refusal> Restrictions::check(const Subject& subject) const {
  if (!eums_.empty() && has(eums_, normal_hex(View(subject.eum)))) return Refusal::eum_denied;
  if (!certificates_.empty() && has(certificates_, normal_hex(View(subject.certificate)))) {
    return Refusal::euicc_denied;
  }
  if (!eids_.empty()) {
    const std::string eid = hex(subject.eid);
    for (const Range& range : eids_) {
      if (eid >= range.from && eid <= range.to) return Refusal::euicc_denied;
    }
  }
  if (covers(firmware_, subject.firmware) || covers(svn_, subject.svn)) return Refusal::profile_not_eligible;
  if (tacs_.empty() && imeis_.empty() && allowed_tacs_.empty()) return std::nullopt;
  const std::string tac = digits_of(subject.tac);
  if (has(tacs_, tac)) return Refusal::profile_not_eligible;
  if (!allowed_tacs_.empty() && !has(allowed_tacs_, tac)) return Refusal::profile_not_eligible;
  // The IMEI begins with its TAC, so one that is denied or not allowed cannot hide behind another.
  if (!subject.imei) return std::nullopt;
  const std::string imei = digits_of(*subject.imei).substr(0, 14);
  if (has(imeis_, imei) || has(tacs_, imei.substr(0, 8))) return Refusal::profile_not_eligible;
  if (!allowed_tacs_.empty() && !has(allowed_tacs_, imei.substr(0, 8))) return Refusal::profile_not_eligible;
  return std::nullopt;
}

Result<std::unique_ptr<RestrictionList>> RestrictionList::open(RestrictionStore& store) {
  std::unique_ptr<RestrictionList> out(new RestrictionList(store));
  TRY_VOID(out->reload());
  return out;
}

Status RestrictionList::reload() {
  uint64_t number = 0;
  {
    std::lock_guard lock(mutex_);
    number = ++begun_;
  }
  const auto all = TRY(store_.all());
  auto snapshot = std::make_shared<const Restrictions>(TRY(Restrictions::of(all)));
  std::lock_guard lock(mutex_);
  if (number < taken_) return {};
  taken_ = number;
  current_ = std::move(snapshot);
  return {};
}

std::shared_ptr<const Restrictions> RestrictionList::current() const {
  std::lock_guard lock(mutex_);
  return current_;
}

Status RestrictionList::add(Restriction one) {
  const auto alone = Restrictions::of({one});
  if (!alone) return alone.error();
  std::string detail = detail_of(one.kind, one.value);
  if (!one.reason.empty()) detail += ": " + one.reason;
  TRY_VOID(store_.add(one, {one.at, one.actor, "restrict", std::move(detail)}));
  return reload();
}

Status RestrictionList::remove(RestrictionKind kind, const std::string& value, std::string_view actor, Time at) {
  TRY_VOID(store_.remove(kind, value, {at, std::string(actor), "unrestrict", detail_of(kind, value)}));
  return reload();
}

}  // namespace sealift::smdp
