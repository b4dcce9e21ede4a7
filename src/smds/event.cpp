#include "smds/event.hpp"

namespace sealift::smds {

std::string_view name(EventState state) {
  switch (state) {
    case EventState::pending:
      return "pending";
    case EventState::live:
      return "live";
    case EventState::deleted:
      return "deleted";
  }
  return {};
}

}  // namespace sealift::smds
