#include "smdp/observer.hpp"

namespace sealift::smdp {

std::string_view name(Function function) {
  switch (function) {
    case Function::initiate_authentication:
      return "initiateAuthentication";
    case Function::authenticate_client:
      return "authenticateClient";
    case Function::get_bound_profile_package:
      return "getBoundProfilePackage";
    case Function::handle_notification:
      return "handleNotification";
    case Function::cancel_session:
      return "cancelSession";
  }
  return "";
}

}  // namespace sealift::smdp
