#include "euicc/memory.hpp"

#include <algorithm>

#include "asn1/writer.hpp"
#include "messages/es8.hpp"
#include "pki/certificate.hpp"

namespace sealift::euicc {

namespace {

// Keys of the journal; AIDs and numbers in hexadecimal, so that their order is the keys' order.
constexpr const char* identity_key = "identity";
constexpr const char* dp_address_key = "default-dp";
constexpr const char* enabled_key = "enabled";
constexpr const char* displaced_key = "displaced";
constexpr const char* sequence_key = "sequence";
constexpr const char* one_time_key_key = "one-time-key";
constexpr const char* one_time_iccid_key = "one-time-iccid";
constexpr const char* loading_key = "loading";
std::string profile_key(const Aid& aid) {
  return "profile/" + hex(aid.octets());
}
std::string image_key(const Aid& aid) {
  return "image/" + hex(aid.octets());
}
std::string change_prefix(const Aid& aid) {
  return "change/" + hex(aid.octets()) + "/";
}
constexpr std::string_view notification_prefix = "notification/";
constexpr std::string_view crl_prefix = "crl/";

Octets<8> number_octets(uint64_t n) {
  Octets<8> out;
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(n >> (56 - 8 * i));
  return out;
}
uint64_t number_from(View octets) {
  uint64_t n = 0;
  for (uint8_t b : octets) n = n << 8 | b;
  return n;
}
std::string notification_key(uint64_t n) {
  return std::string(notification_prefix) + hex(number_octets(n));
}

std::string crl_key(View ci_key_id, const StoredCrl& crl) {
  Octets<2> part{static_cast<uint8_t>(crl.part >> 8), static_cast<uint8_t>(crl.part)};
  return std::string(crl_prefix) + hex(ci_key_id) + "/" + hex(crl.list) + hex(crl.number) + hex(part);
}
/// The other way round, of what stands behind the CI.
std::optional<StoredCrl> crl_from_key(std::string_view behind_ci) {
  auto found = octets_from_hex<8 + 20 + 2>(behind_ci);
  if (!found) return std::nullopt;
  StoredCrl crl;
  std::copy_n(found->begin(), 8, crl.list.begin());
  std::copy_n(found->begin() + 8, 20, crl.number.begin());
  crl.part = static_cast<uint32_t>((*found)[28] << 8 | (*found)[29]);
  return crl;
}

// Card ::= SEQUENCE { eid [APPLICATION 26], rootDs [0], capacity [1], credentials [2] SEQUENCE OF
//   SEQUENCE { euicc Certificate, eum Certificate, ciKeyId [0], curve [1], key [2] },
//   cis [3] SEQUENCE OF Certificate, rat [4] GetRatResponse, testProfiles [5] BOOLEAN,
//   testProfileServers [6] SEQUENCE OF UTF8String OPTIONAL, minimumSecurityLevel [7] OPTIONAL }
using asn1::Reader;

// One field each, by its tag.
Result<View> contents(Reader& in, asn1::Tag tag, std::string_view what) {
  auto tlv = TRY(in.expect(tag, what));
  return tlv.value;
}
Result<Bytes> whole(Reader& in, asn1::Tag tag, std::string_view what) {
  auto tlv = TRY(in.expect(tag, what));
  return to_bytes(tlv.whole);
}
Result<std::string> characters(Reader& in, asn1::Tag tag, std::string_view what) {
  View value = TRY(contents(in, tag, what));
  return std::string(text(value));
}
Result<uint64_t> number(Reader& in, asn1::Tag tag, std::string_view what) {
  View value = TRY(contents(in, tag, what));
  return asn1::read_unsigned(value);
}
Result<Reader> inside(Reader& in, asn1::Tag tag, std::string_view what) {
  auto tlv = TRY(in.expect(tag, what));
  return in.inside(tlv);
}

Bytes encode_identity(const Identity& id) {
  asn1::Writer w;
  size_t all = w.mark();
  if (id.minimum_security_level) w.unsigned_integer(0x87, *id.minimum_security_level);
  if (id.test_profile_servers) {
    size_t servers = w.mark();
    for (size_t i = id.test_profile_servers->size(); i-- > 0;)
      w.tlv(0x0C, view((*id.test_profile_servers)[i]));
    w.header(0xA6, servers);
  }
  w.boolean(0x85, id.test_profiles);
  size_t rat = w.mark();
  messages::GetRatResponse rules;
  rules.rat = id.rules;
  w.bytes(asn1::encode(rules));
  w.header(0xA4, rat);
  size_t cis = w.mark();
  for (size_t i = id.ci_certificates.size(); i-- > 0;) w.bytes(id.ci_certificates[i]);
  w.header(0xA3, cis);
  size_t credentials = w.mark();
  for (size_t i = id.credentials.size(); i-- > 0;) {
    const auto& c = id.credentials[i];
    size_t one = w.mark();
    w.tlv(0x82, c.key.scalar().expose());
    w.unsigned_integer(0x81, static_cast<uint64_t>(c.key.curve()));
    w.tlv(0x80, c.ci_key_id);
    w.bytes(c.eum_certificate);
    w.bytes(c.euicc_certificate);
    w.header(0x30, one);
  }
  w.header(0xA2, credentials);
  w.unsigned_integer(0x81, id.capacity);
  w.tlv(0x80, view(id.root_ds_address));
  w.tlv(0x5A, id.eid.octets());
  w.header(0x30, all);
  return std::move(w).take();
}

Result<Identity::Credential> decode_credential(Reader in) {
  Bytes euicc = TRY(whole(in, 0x30, "eUICC certificate"));
  Bytes eum = TRY(whole(in, 0x30, "EUM certificate"));
  View ci = TRY(contents(in, 0x80, "CI key"));
  auto ci_key_id = TRY(octets<20>(ci));
  uint64_t curve = TRY(number(in, 0x81, "curve"));
  View scalar = TRY(contents(in, 0x82, "key"));
  auto key = TRY(crypto::PrivateKey::from_scalar(static_cast<crypto::Curve>(curve), scalar));
  return Identity::Credential{std::move(euicc), std::move(eum), ci_key_id, std::move(key)};
}

Status decode_cis(Identity& id, Reader in) {
  while (!in.at_end()) {
    Bytes der = TRY(whole(in, 0x30, "CI"));
    auto certificate = TRY(pki::Certificate::parse(der));
    id.ci_key_ids.push_back(TRY(octets<20>(certificate.subject_key_id())));
    id.ci_certificates.push_back(std::move(der));
  }
  return {};
}

Result<Identity> decode_identity(View der) {
  Reader outer(der, "card identity");
  Reader in = TRY(inside(outer, 0x30, "Card"));
  View eid = TRY(contents(in, 0x5A, "EID"));
  Identity id{.eid = TRY(Eid::from_octets(eid))};
  id.root_ds_address = TRY(characters(in, 0x80, "SM-DS"));
  id.capacity = static_cast<uint32_t>(TRY(number(in, 0x81, "capacity")));
  Reader credentials = TRY(inside(in, 0xA2, "credentials"));
  while (!credentials.at_end()) {
    Reader one = TRY(inside(credentials, 0x30, "credential"));
    id.credentials.push_back(TRY(decode_credential(one)));
  }
  Reader cis = TRY(inside(in, 0xA3, "CIs"));
  TRY_VOID(decode_cis(id, cis));
  View rules = TRY(contents(in, 0xA4, "RAT"));
  auto rat = TRY(asn1::decode<messages::GetRatResponse>(rules));
  id.rules = std::move(rat.rat);
  View test_profiles = TRY(contents(in, 0x85, "test profiles"));
  id.test_profiles = test_profiles.size() == 1 && test_profiles[0] != 0;
  if (in.peek(0xA6)) {
    Reader servers = TRY(inside(in, 0xA6, "test profile servers"));
    id.test_profile_servers.emplace();
    while (!servers.at_end()) id.test_profile_servers->push_back(TRY(characters(servers, 0x0C, "server")));
  }
  if (in.peek(0x87))
    id.minimum_security_level = static_cast<uint8_t>(TRY(number(in, 0x87, "minimum security level")));
  return id;
}

// Profile ::= SEQUENCE { isdpAid 4F, metadata BF25, configuration BF24, nickname [0], credential [1] }
Bytes encode_profile(const ProfileRecord& p) {
  asn1::Writer w;
  size_t all = w.mark();
  w.unsigned_integer(0x81, p.credential);
  w.tlv(0x80, view(p.nickname));
  w.bytes(p.configuration);
  w.bytes(p.metadata);
  w.tlv(0x4F, p.isdp_aid.octets());
  w.header(0x30, all);
  return std::move(w).take();
}

Result<ProfileRecord> decode_profile(View der) {
  Reader outer(der, "profile record");
  Reader in = TRY(inside(outer, 0x30, "Profile"));
  ProfileRecord p;
  View aid = TRY(contents(in, 0x4F, "AID"));
  p.isdp_aid = TRY(Aid::from_octets(aid));
  p.metadata = TRY(whole(in, 0xBF25, "metadata"));
  p.configuration = TRY(whole(in, 0xBF24, "configuration"));
  p.nickname = TRY(characters(in, 0x80, "nickname"));
  p.credential = static_cast<uint8_t>(TRY(number(in, 0x81, "credential")));
  return p;
}

// LoadingMark ::= SEQUENCE { transactionId [0], address [1], smdpOid OBJECT IDENTIFIER, credential [2],
//   iccid [APPLICATION 26] OPTIONAL }
Bytes encode_mark(const LoadingMark& mark) {
  asn1::Writer w;
  size_t all = w.mark();
  if (mark.iccid) w.tlv(0x5A, mark.iccid->octets());
  w.unsigned_integer(0x82, mark.credential);
  w.tlv(0x06, mark.smdp_oid.content());
  w.tlv(0x81, view(mark.notification_address));
  w.tlv(0x80, mark.transactionId.octets());
  w.header(0x30, all);
  return std::move(w).take();
}

Result<LoadingMark> decode_mark(View der) {
  Reader outer(der, "loading mark");
  Reader in = TRY(inside(outer, 0x30, "mark"));
  View tid = TRY(contents(in, 0x80, "transactionId"));
  auto transaction_id = TRY(TransactionId::from_octets(tid));
  auto address = TRY(characters(in, 0x81, "address"));
  View oid = TRY(contents(in, 0x06, "smdpOid"));
  auto smdp_oid = TRY(asn1::Oid::from_content(oid));
  auto credential = TRY(number(in, 0x82, "credential"));
  LoadingMark mark{transaction_id, std::move(address), smdp_oid, static_cast<uint8_t>(credential), {}};
  if (in.peek(0x5A)) {
    View iccid = TRY(contents(in, 0x5A, "ICCID"));
    mark.iccid = TRY(Iccid::from_octets(iccid));
  }
  return mark;
}

std::optional<Aid> aid_under(const Journal& journal, const char* key) {
  auto stored = journal.get(key);
  if (!stored) return std::nullopt;
  auto aid = Aid::from_octets(*stored);
  return aid ? std::optional(*aid) : std::nullopt;
}

void put_aid(Transaction& t, const char* key, const std::optional<Aid>& aid) {
  if (aid) {
    t.put(key, to_bytes(aid->octets()));
  } else {
    t.erase(key);
  }
}

}  // namespace

Result<messages::StoreMetadataRequest> ProfileRecord::parsed_metadata() const {
  return asn1::decode<messages::StoreMetadataRequest>(metadata);
}

std::optional<messages::DpProprietaryData> ProfileRecord::dp_proprietary_data() const {
  auto configure = asn1::decode<messages::ConfigureIsdpRequest>(configuration);
  return configure ? std::move(configure->dpProprietaryData) : std::nullopt;
}

Result<Memory> Memory::open(Nvm& nvm) {
  Journal journal = TRY(Journal::open(nvm));
  if (journal.empty()) {
    return Error{ErrorKind::not_found, "the card memory is empty; make a card first (sealift euicc make)"};
  }
  Bytes stored = TRY(journal.get(identity_key));
  auto identity = decode_identity(stored);
  wipe(stored);
  if (!identity) return std::move(identity.error()).within("card memory");
  return Memory(nvm, std::move(journal), std::move(*identity));
}

Status Memory::read_anew() {
  journal_ = TRY(Journal::open(*nvm_));
  return {};
}

Status Memory::create(Nvm& nvm, const Identity& identity, const std::string& default_dp_address) {
  Journal journal = TRY(Journal::open(nvm));
  if (!journal.empty())
    return Error{ErrorKind::exists, "this memory holds a card already; a card is made only once"};
  Transaction t;
  t.put(identity_key, encode_identity(identity));
  put_default_dp_address(t, default_dp_address);
  put_next_sequence_number(t, 1);
  return journal.commit(t);
}

uint64_t Memory::free() const {
  uint64_t used = journal_.live_size("profile/") + journal_.live_size("image/") +
                  journal_.live_size("change/") + journal_.live_size(crl_prefix);
  return used >= identity_.capacity ? 0 : identity_.capacity - used;
}

std::string Memory::default_dp_address() const {
  return std::string(text(journal_.get(dp_address_key).value_or(Bytes{})));
}
void Memory::put_default_dp_address(Transaction& t, const std::string& address) {
  if (address.empty()) {
    t.erase(dp_address_key);
  } else {
    t.put(dp_address_key, to_bytes(address));
  }
}

std::vector<ProfileRecord> Memory::profiles() const {
  std::vector<ProfileRecord> all;
  for (const auto& key : journal_.keys("profile/")) {
    auto stored = journal_.get(key);
    if (!stored) continue;
    if (auto p = decode_profile(*stored)) all.push_back(std::move(*p));
  }
  return all;
}

std::optional<ProfileRecord> Memory::find(const Aid& isdp_aid) const {
  auto stored = journal_.get(profile_key(isdp_aid));
  if (!stored) return std::nullopt;
  auto p = decode_profile(*stored);
  return p ? std::optional(std::move(*p)) : std::nullopt;
}

std::optional<ProfileRecord> Memory::find(const Iccid& iccid) const {
  for (auto& p : profiles()) {
    auto metadata = p.parsed_metadata();
    if (metadata && metadata->iccid == iccid) return std::move(p);
  }
  return std::nullopt;
}

Result<Aid> Memory::free_isdp_aid() const {
  for (unsigned n = 0x10; n <= 0xFF; ++n) {
    Octets<16> isdp{0xA0, 0x00, 0x00, 0x05, 0x59, 0x10, 0x10, 0xFF,
                    0xFF, 0xFF, 0xFF, 0x89, 0x00, 0x00, 0x00, 0x00};
    isdp[14] = static_cast<uint8_t>(n);
    Aid aid = TRY(Aid::from_octets(isdp));
    if (!journal_.has(profile_key(aid))) return aid;
  }
  return Error{ErrorKind::limit, "every ISD-P AID is taken"};
}

void Memory::put_profile(Transaction& t, const ProfileRecord& profile) {
  t.put(profile_key(profile.isdp_aid), encode_profile(profile));
}
void Memory::put_image(Transaction& t, const Aid& isdp_aid, View image) {
  t.put(image_key(isdp_aid), to_bytes(image));
}

void Memory::erase_profile(Transaction& t, const Aid& isdp_aid) const {
  t.erase(profile_key(isdp_aid));
  t.erase_secret(image_key(isdp_aid));
  for (auto& key : journal_.keys(change_prefix(isdp_aid))) t.erase(std::move(key));
}

Result<SecretBytes> Memory::image(const Aid& isdp_aid) const {
  return SecretBytes(TRY(journal_.get(image_key(isdp_aid))));
}

std::vector<ProfileChange> Memory::changes(const Aid& isdp_aid) const {
  std::vector<ProfileChange> all;
  std::string prefix = change_prefix(isdp_aid);
  for (const auto& key : journal_.keys(prefix)) {
    if (auto value = journal_.get(key)) all.push_back({key.substr(prefix.size()), std::move(*value)});
  }
  return all;
}

void Memory::put_changes(Transaction& t, const Aid& isdp_aid, std::span<const ProfileChange> changes) {
  for (const auto& change : changes) {
    std::string key = change_prefix(isdp_aid) + change.key;
    if (change.value) {
      t.put(std::move(key), *change.value);
    } else {
      t.erase(std::move(key));
    }
  }
}

std::optional<Aid> Memory::enabled() const {
  return aid_under(journal_, enabled_key);
}
void Memory::put_enabled(Transaction& t, const std::optional<Aid>& isdp_aid) {
  put_aid(t, enabled_key, isdp_aid);
}
std::optional<Aid> Memory::displaced() const {
  return aid_under(journal_, displaced_key);
}
void Memory::put_displaced(Transaction& t, const std::optional<Aid>& isdp_aid) {
  put_aid(t, displaced_key, isdp_aid);
}

uint64_t Memory::next_sequence_number() const {
  return number_from(journal_.get(sequence_key).value_or(Bytes{1}));
}
void Memory::put_next_sequence_number(Transaction& t, uint64_t number) {
  auto octets = number_octets(number);
  t.put(sequence_key, to_bytes(octets));
}

std::vector<uint64_t> Memory::notification_numbers() const {
  std::vector<uint64_t> numbers;
  for (const auto& key : journal_.keys(notification_prefix)) {
    auto octets = from_hex(std::string_view(key).substr(notification_prefix.size()));
    if (octets) numbers.push_back(number_from(*octets));
  }
  return numbers;
}

std::optional<StoredNotification> Memory::notification(uint64_t number) const {
  auto stored = journal_.get(notification_key(number));
  if (!stored || stored->empty()) return std::nullopt;
  StoredNotification n{static_cast<NotificationKind>(stored->front()), {stored->begin() + 1, stored->end()}};
  return n;
}
void Memory::put_notification(Transaction& t, uint64_t number, const StoredNotification& notification) {
  uint8_t kind = static_cast<uint8_t>(notification.kind);
  t.put(notification_key(number), concat({View(&kind, 1), notification.tlv}));
}
void Memory::erase_notification(Transaction& t, uint64_t number) {
  t.erase(notification_key(number));
}

std::vector<StoredCrl> Memory::crls(View ci_key_id) const {
  std::vector<StoredCrl> all;
  const std::string prefix = std::string(crl_prefix) + hex(ci_key_id) + "/";
  for (const auto& key : journal_.keys(prefix)) {
    auto crl = crl_from_key(std::string_view(key).substr(prefix.size()));
    auto der = journal_.get(key);
    if (!crl || !der) continue;
    crl->der = std::move(*der);
    all.push_back(std::move(*crl));
  }
  return all;
}
void Memory::put_crl(Transaction& t, View ci_key_id, const StoredCrl& crl) {
  t.put(crl_key(ci_key_id, crl), crl.der);
}
void Memory::erase_crl(Transaction& t, View ci_key_id, const StoredCrl& crl) {
  t.erase(crl_key(ci_key_id, crl));
}

std::optional<OneTimeKey> Memory::one_time_key() const {
  auto stored = journal_.get(one_time_key_key);
  constexpr size_t key_size = 1 + 32 + 65;
  if (!stored || stored->size() <= key_size) return std::nullopt;
  View v = *stored;
  OneTimeKey key{.curve = static_cast<crypto::Curve>(v[0]), .scalar = Secret<32>(v.subspan<1, 32>())};
  std::copy_n(v.begin() + 33, 65, key.point.begin());
  auto smdp_oid = asn1::Oid::from_content(v.subspan(key_size));
  wipe(*stored);
  if (!smdp_oid) return std::nullopt;
  key.smdp_oid = *smdp_oid;
  return key;
}
void Memory::put_one_time_key(Transaction& t, const OneTimeKey& key) {
  uint8_t curve = static_cast<uint8_t>(key.curve);
  t.put_secret(one_time_key_key,
               concat({View(&curve, 1), key.scalar.expose(), key.point, key.smdp_oid.content()}));
  t.erase(one_time_iccid_key);
}
void Memory::erase_one_time_key(Transaction& t) {
  t.erase_secret(one_time_key_key);
  t.erase(one_time_iccid_key);
}
std::optional<Iccid> Memory::one_time_iccid() const {
  auto stored = journal_.get(one_time_iccid_key);
  auto iccid = stored ? Iccid::from_octets(*stored) : Error{ErrorKind::not_found, "ICCID"};
  return iccid ? std::optional(*iccid) : std::nullopt;
}
void Memory::put_one_time_iccid(Transaction& t, const Iccid& iccid) {
  t.put(one_time_iccid_key, to_bytes(iccid.octets()));
}

std::optional<LoadingMark> Memory::loading_mark() const {
  auto stored = journal_.get(loading_key);
  if (!stored) return std::nullopt;
  auto mark = decode_mark(*stored);
  return mark ? std::optional(std::move(*mark)) : std::nullopt;
}
void Memory::put_loading_mark(Transaction& t, const LoadingMark& mark) {
  t.put(loading_key, encode_mark(mark));
}
void Memory::erase_loading_mark(Transaction& t) {
  t.erase(loading_key);
}

}  // namespace sealift::euicc
