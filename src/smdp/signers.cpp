#include "smdp/signers.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace sealift::smdp {

/// Certificates are renewed a few times a year and sessions last minutes.
static constexpr size_t most_former = 64;

SignersId id_of(const Signers& signers) {
  const auto digest = crypto::sha256({signers.dpAuth.certificate.tlv, signers.dpPb.certificate.tlv});
  SignersId out = 0;
  for (size_t i = 0; i < 6; ++i) out = out << 8 | digest[i];  // a number of 48 bits is one everywhere
  return out;
}

SignerList::SignerList(std::vector<Signers> first) : offered_(std::make_shared<std::vector<Ptr>>()) {
  replace(std::move(first));
}

SignerList::Offered SignerList::offered() const {
  std::lock_guard lock(mutex_);
  return offered_;
}

SignerList::Ptr SignerList::found(SignersId id) const {
  for (const Ptr& one : *offered_)
    if (one->id == id) return one;
  for (auto one = former_.rbegin(); one != former_.rend(); ++one)
    if ((*one)->id == id) return *one;
  return nullptr;
}

std::shared_ptr<const Signers> SignerList::find(SignersId id) const {
  std::lock_guard lock(mutex_);
  Ptr entry = found(id);
  return entry ? std::shared_ptr<const Signers>(entry, &entry->signers) : nullptr;
}

std::optional<asn1::Oid> SignerList::oid() const {
  const Offered all = offered();
  return all->empty() ? std::nullopt : std::optional(all->front()->signers.dpAuth.oid);
}

void SignerList::replace(std::vector<Signers> now) {
  auto next = std::make_shared<std::vector<Ptr>>();
  std::lock_guard lock(mutex_);
  for (Signers& one : now) {
    const SignersId id = id_of(one);
    Ptr known = found(id);
    next->push_back(known ? known : std::make_shared<const Entry>(Entry{id, std::move(one)}));
  }
  const auto is_in = [](const std::vector<Ptr>& list, const Ptr& one) {
    return std::find(list.begin(), list.end(), one) != list.end();
  };
  for (const Ptr& one : *offered_)
    if (!is_in(*next, one) && !is_in(former_, one)) former_.push_back(one);
  std::erase_if(former_, [&](const Ptr& one) { return is_in(*next, one); });
  if (former_.size() > most_former)
    former_.erase(former_.begin(), former_.begin() + static_cast<ptrdiff_t>(former_.size() - most_former));
  offered_ = std::move(next);
}

void SignerList::push_back(Signers one) {
  std::lock_guard lock(mutex_);
  auto next = std::make_shared<std::vector<Ptr>>(*offered_);
  const SignersId id = id_of(one);
  next->push_back(std::make_shared<const Entry>(Entry{id, std::move(one)}));
  offered_ = std::move(next);
}

}  // namespace sealift::smdp
