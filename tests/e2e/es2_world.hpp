// An ES2+ listener beside a world's SM-DP+, and the operators who call it: each with a client certificate
// below a CA of its own. What ES2+ is told of an SM-DS goes through `events`, where a test has set one.
#pragma once

#include "access/administration.hpp"
#include "http/es2_client.hpp"
#include "lab/operators.hpp"
#include "tests/e2e/world.hpp"

namespace sealift::e2e {

class Es2Side {
 public:
  static constexpr const char* kMno = "mno.example.com";
  static constexpr const char* kOther = "other.example.com";

  explicit Es2Side(World& world, smdp::EventRegistrar* events = nullptr);
  ~Es2Side();

  /// The client certificate of an operator.
  http::TlsIdentity certificate(const std::string& name);
  http::Client client(http::TlsIdentity identity);

  /// A profile of an operator's in stock: as one that was ordered and taken back.
  Iccid stock(uint64_t number, const std::string& type = "Test", const std::string& tenant = "mno");
  smdp::Order now(const Iccid& iccid);

 private:
  static http::TlsIdentity tls_of(const pki::Hierarchy& hierarchy);
  static pki::Hierarchy operator_pki(const std::string& name, uint64_t seed);
  /// An operator by the name in its certificate, whose orders may be without an EID. There already where the
  /// server has started anew.
  void add_tenant(const std::string& id, const std::string& name);

  World& world_;
  smdp::Es2Observer told_;
  smdp::Es2Ports es2_;
  pki::Hierarchy mno_ = operator_pki(kMno, 7), other_ = operator_pki(kOther, 8);
  std::unique_ptr<http::Server> server_;
};

/// An operator that calls: each call with an identifier of its own.
class Operator {
 public:
  explicit Operator(Es2Side& side, const std::string& name = Es2Side::kMno);
  ~Operator();
  http::Es2Result<messages::DownloadOrderOk> download_order(messages::DownloadOrderRequest r);
  http::Es2Result<messages::ConfirmOrderOk> confirm_order(messages::ConfirmOrderRequest r);
  http::Es2Result<void> cancel_order(messages::CancelOrderRequest r);
  http::Es2Result<void> release_profile(messages::ReleaseProfileRequest r);

 private:
  messages::FunctionHeader header();
  int calls_ = 0;
  http::Client client_;
  http::Es2Client es2_;
};

}  // namespace sealift::e2e
