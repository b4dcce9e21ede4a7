#include <algorithm>
#include <array>

#include "saip/profile_element.hpp"

namespace sealift::saip {

namespace {
constexpr std::array<std::string_view, kKinds> kKindNames{"header",
                                                          "genericFileManagement",
                                                          "pinCodes",
                                                          "pukCodes",
                                                          "akaParameter",
                                                          "cdmaParameter",
                                                          "securityDomain",
                                                          "rfm",
                                                          "application",
                                                          "nonStandard",
                                                          "end",
                                                          "rfu1",
                                                          "rfu2",
                                                          "rfu3",
                                                          "rfu4",
                                                          "rfu5",
                                                          "mf",
                                                          "cd",
                                                          "telecom",
                                                          "usim",
                                                          "opt-usim",
                                                          "isim",
                                                          "opt-isim",
                                                          "phonebook",
                                                          "gsm-access",
                                                          "csim",
                                                          "opt-csim",
                                                          "eap",
                                                          "df-5gs",
                                                          "df-saip",
                                                          "df-snpn",
                                                          "df-5gprose",
                                                          "iot",
                                                          "opt-iot"};

constexpr std::array<std::string_view, kServices> kServiceNames{"contactless",
                                                                "usim",
                                                                "isim",
                                                                "csim",
                                                                "milenage",
                                                                "tuak128",
                                                                "cave",
                                                                "gba-usim",
                                                                "gba-isim",
                                                                "mbms",
                                                                "eap",
                                                                "javacard",
                                                                "multos",
                                                                "multiple-usim",
                                                                "multiple-isim",
                                                                "multiple-csim",
                                                                "tuak256",
                                                                "usim-test-algorithm",
                                                                "ber-tlv",
                                                                "dfLink",
                                                                "cat-tp",
                                                                "get-identity",
                                                                "profile-a-x25519",
                                                                "profile-b-p256",
                                                                "suciCalculatorApi",
                                                                "dns-resolution",
                                                                "scp11ac",
                                                                "scp11c-authorization-mechanism",
                                                                "s16mode",
                                                                "eaka"};
}  // namespace

std::string_view name(Kind kind) {
  return kKindNames[static_cast<size_t>(kind)];
}

std::string name(Service service) {
  auto n = static_cast<size_t>(service);
  return n < kServices ? std::string(kServiceNames[n]) : "service-" + std::to_string(n);
}

bool ServicesList::has(Service service) const {
  return std::find(services.begin(), services.end(), service) != services.end();
}

uint32_t ProfileElement::tag() const {
  static constexpr std::array kPlain{Kind::header,
                                     Kind::genericFileManagement,
                                     Kind::pinCodes,
                                     Kind::pukCodes,
                                     Kind::akaParameter,
                                     Kind::cdmaParameter,
                                     Kind::securityDomain,
                                     Kind::rfm,
                                     Kind::application,
                                     Kind::nonStandard,
                                     Kind::end};
  if (auto* t = as<TemplateElement>()) return saip::tag(t->kind);
  if (auto* u = as<UnknownElement>()) return u->tag;
  return saip::tag(kPlain[body_.index()]);
}

std::optional<Kind> ProfileElement::kind() const {
  uint32_t t = tag();
  for (size_t i = 0; i < kKinds; ++i) {
    if (saip::tag(static_cast<Kind>(i)) == t) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

const PeHeader* ProfileElement::header() const {
  return std::visit(
      [](const auto& body) -> const PeHeader* {
        if constexpr (requires { body.majorVersion; }) {
          return nullptr;
        } else if constexpr (requires { body.header.has_value(); }) {
          return body.header ? &*body.header : nullptr;
        } else {
          return &body.header;
        }
      },
      body_);
}

}  // namespace sealift::saip
