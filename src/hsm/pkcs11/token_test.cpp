// Keys in SoftHSM: made, found, refused, used; and that they do not come out.
#include "hsm/pkcs11/token.hpp"

#include <gmock/gmock.h>

#include "crypto/hash.hpp"
#include "hsm/pkcs11/cryptoki.hpp"
#include "hsm/pkcs11/session.hpp"
#include "tests/hsm/test_token.hpp"

namespace sealift::hsm::pkcs11 {
namespace {

using crypto::Curve;
using ::testing::HasSubstr;

constexpr Curve curves[] = {Curve::p256, Curve::brainpool_p256r1};

std::shared_ptr<Token> open(TokenOptions options) {
  auto token = Token::open(std::move(options));
  EXPECT_TRUE(token) << token.error().message;
  return *token;
}

/// A label that no other test has.
std::string fresh_label() {
  static int n = 0;
  return "key-" + std::to_string(++n);
}

TEST(Pkcs11Token, makes_keys_that_sign_on_both_curves) {
  SEALIFT_NEEDS_TOKEN(t);
  auto token = open(t->real());
  for (const Curve curve : curves) {
    const std::string label = fresh_label();
    const auto key = token->generate(label, curve);
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->curve(), curve);
    auto session = token->session();
    EXPECT_EQ(*session->find(label), *key);
    const auto signature = session->sign(label, crypto::sha256(view("message")));
    ASSERT_TRUE(signature) << signature.error().message;
    EXPECT_TRUE(crypto::verify(*key, {view("message")}, *signature));
    EXPECT_FALSE(crypto::verify(*key, {view("another")}, *signature));
    EXPECT_EQ(token->generate(label, curve).error().kind, ErrorKind::exists);
  }
}

TEST(Pkcs11Token, agrees_with_the_peer_and_leaves_no_object_behind) {
  SEALIFT_NEEDS_TOKEN(t);
  auto token = open(t->mocked());
  SeededRandom random(1);
  auto session = token->session();
  const uint32_t made = t->control->objects_made, destroyed = t->control->objects_destroyed;
  for (const Curve curve : curves) {
    const auto card = crypto::EphemeralKey::generate(curve, random);
    const auto one = session->agree(card.public_key()), two = session->agree(card.public_key());
    ASSERT_TRUE(one && two) << (one ? two : one).error().message;
    EXPECT_NE(one->otpk, two->otpk);
    EXPECT_TRUE(equal(card.agree(one->otpk)->expose(), one->z.expose()));
    EXPECT_TRUE(equal(card.agree(two->otpk)->expose(), two->z.expose()));
  }
  (*t->control)[testing::Mocked::derive_key].value = CKR_GENERAL_ERROR;
  (*t->control)[testing::Mocked::derive_key].times = 1;
  EXPECT_FALSE(session->agree(crypto::EphemeralKey::generate(Curve::p256, random).public_key()));
  EXPECT_EQ(t->control->objects_made - made, 4 * 3 + 2u)
      << "key pair and secret of each, and one pair in vain";
  EXPECT_EQ(t->control->objects_destroyed - destroyed, t->control->objects_made - made);
}

TEST(Pkcs11Token, names_a_key_by_its_id_too) {
  SEALIFT_NEEDS_TOKEN(t);
  auto token = open(t->real());
  const std::string label = fresh_label();
  const auto key = token->generate(label, Curve::p256);
  const std::string id = "id." + hex(View(crypto::sha256(view(label))).first(16));
  EXPECT_EQ(*token->session()->find(id), *key);
  EXPECT_EQ(token->session()->find("id.0011").error().kind, ErrorKind::not_found);
}

/// A key pair with attributes of the test's choice, made by hand.
void make_key(const TokenOptions& where, const std::string& label, bool sensitive, bool extractable,
              bool sign) {
  auto module = Module::load(where.module).value();
  LoadedToken token(where, module);
  CK_RV value = CKR_OK;
  const auto session = token.open_session(true, value).value();
  Attributes public_half, private_half;
  public_half.add(CKA_TOKEN, true).add(CKA_LABEL, view(label)).add(CKA_EC_PARAMS, parameters_of(Curve::p256));
  private_half.add(CKA_TOKEN, true).add(CKA_PRIVATE, true).add(CKA_LABEL, view(label));
  private_half.add(CKA_SENSITIVE, sensitive).add(CKA_EXTRACTABLE, extractable).add(CKA_SIGN, sign);
  CK_MECHANISM mechanism{CKM_EC_KEY_PAIR_GEN, nullptr, 0};
  CK_OBJECT_HANDLE made[2];
  ASSERT_EQ(module->call().C_GenerateKeyPair(session, &mechanism, public_half.data(), public_half.size(),
                                             private_half.data(), private_half.size(), &made[0], &made[1]),
            CKR_OK);
  module->call().C_CloseSession(session);
}

TEST(Pkcs11Token, refuses_keys_that_can_leave_or_could_have_left_the_token) {
  SEALIFT_NEEDS_TOKEN(t);
  auto token = open(t->mocked());
  struct Case {
    bool sensitive, extractable, sign;
    const char* named;
  };
  for (const Case& c : {Case{false, false, true, "CKA_SENSITIVE"}, Case{true, true, true, "CKA_EXTRACTABLE"},
                        Case{true, false, false, "CKA_SIGN"}}) {
    const std::string label = fresh_label();
    make_key(t->real(), label, c.sensitive, c.extractable, c.sign);
    const auto found = token->session()->find(label);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::permission);
    EXPECT_THAT(found.error().message, HasSubstr(c.named));
    EXPECT_THAT(found.error().message, HasSubstr("sealift pki hsm")) << "it says what to do";
  }
  const std::string good = fresh_label();
  ASSERT_TRUE(token->generate(good, Curve::p256));
  for (const auto& [type, bad] : {std::pair<uint32_t, uint32_t>{CKA_ALWAYS_SENSITIVE, 0},
                                  {CKA_NEVER_EXTRACTABLE, 0},
                                  {CKA_EXTRACTABLE, 1},
                                  {CKA_SENSITIVE, 0}}) {
    t->control->attribute = type;
    t->control->attribute_value = bad;
    EXPECT_EQ(token->session()->find(good).error().kind, ErrorKind::permission);
    EXPECT_EQ(token->session()->sign(good, {}).error().kind, ErrorKind::permission) << "nor does it sign";
  }
}

TEST(Pkcs11Token, gives_no_private_key_out_whatever_way_it_is_asked) {
  SEALIFT_NEEDS_TOKEN(t);
  auto token = open(t->real());
  const std::string label = fresh_label();
  ASSERT_TRUE(token->generate(label, Curve::p256));
  auto module = Module::load(t->real().module).value();
  LoadedToken raw(t->real(), module);
  CK_RV value = CKR_OK;
  const auto session = raw.open_session(true, value).value();
  const CK_FUNCTION_LIST& call = module->call();
  Attributes wanted;
  wanted.add(CKA_CLASS, CK_ULONG{CKO_PRIVATE_KEY}).add(CKA_LABEL, view(label));
  CK_OBJECT_HANDLE key = 0, other = 0;
  CK_ULONG count = 0;
  ASSERT_EQ(call.C_FindObjectsInit(session, wanted.data(), wanted.size()), CKR_OK);
  ASSERT_EQ(call.C_FindObjects(session, &key, 1, &count), CKR_OK);
  call.C_FindObjectsFinal(session);
  ASSERT_EQ(count, 1u);

  Octets<64> scalar{};
  CK_ATTRIBUTE read{CKA_VALUE, scalar.data(), scalar.size()};
  EXPECT_EQ(call.C_GetAttributeValue(session, key, &read, 1), CKR_ATTRIBUTE_SENSITIVE);
  Attributes open_it, close_not;
  open_it.add(CKA_EXTRACTABLE, true);
  close_not.add(CKA_SENSITIVE, false);
  EXPECT_NE(call.C_SetAttributeValue(session, key, open_it.data(), 1), CKR_OK);
  EXPECT_NE(call.C_SetAttributeValue(session, key, close_not.data(), 1), CKR_OK);
  EXPECT_NE(call.C_CopyObject(session, key, open_it.data(), 1, &other), CKR_OK);

  Attributes aes;
  aes.add(CKA_TOKEN, false).add(CKA_WRAP, true).add(CKA_VALUE_LEN, CK_ULONG{32});
  CK_MECHANISM make{CKM_AES_KEY_GEN, nullptr, 0}, wrap{CKM_AES_KEY_WRAP_PAD, nullptr, 0};
  CK_OBJECT_HANDLE wrapper = 0;
  ASSERT_EQ(call.C_GenerateKey(session, &make, aes.data(), aes.size(), &wrapper), CKR_OK);
  Octets<512> out;
  CK_ULONG size = out.size();
  EXPECT_EQ(call.C_WrapKey(session, &wrap, wrapper, key, out.data(), &size), CKR_KEY_UNEXTRACTABLE);
  call.C_CloseSession(session);
}

TEST(Pkcs11Token, says_which_tokens_there_are_where_the_one_named_is_not) {
  SEALIFT_NEEDS_TOKEN(t);
  TokenOptions options = t->real();
  options.token = "tset";
  const auto found = open(options)->session()->find("any");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("'tset'"));
  EXPECT_THAT(found.error().message, HasSubstr("'test'"));
  options.module = "/nowhere.so";
  EXPECT_EQ(Token::open(options).error().kind, ErrorKind::not_found);
}

TEST(Pkcs11Token, tries_a_refused_pin_once_and_another_one_as_soon_as_it_is_there) {
  SEALIFT_NEEDS_TOKEN(t);
  auto token = open(t->mocked());
  const std::string label = fresh_label();
  ASSERT_TRUE(token->generate(label, Curve::p256));
  token.reset();  // nobody is logged in any more
  token = open(t->mocked());
  auto& login = (*t->control)[testing::Mocked::login];
  t->write_pin("1234");
  login.calls = 0;
  for (int i = 0; i < 5; ++i) {
    const auto found = token->session()->find(label);
    EXPECT_EQ(found.error().kind, ErrorKind::permission);
    EXPECT_THAT(found.error().message, HasSubstr("CKR_PIN_INCORRECT"));
  }
  EXPECT_EQ(login.calls, 1u) << "the token counts wrong PINs and locks itself";
  t->write_pin("7391");
  EXPECT_TRUE(token->session()->find(label));
  std::filesystem::permissions(t->folder / "pin", std::filesystem::perms(0644));
  token.reset();
  EXPECT_EQ(open(t->mocked())->session()->find(label).error().kind, ErrorKind::permission);
  t->write_pin("7391");
}

}  // namespace
}  // namespace sealift::hsm::pkcs11
