// How commands show what an administration answered, and ask what comes page by page.
#pragma once

#include <functional>
#include <span>

#include "cli/admin_client.hpp"

namespace sealift::cli {

/// A member of an answer as text; "-" where it is null, a list with commas.
std::string shown(const boost::json::object& object, const char* name);
/// False where it is missing or null.
bool has(const boost::json::object& object, const char* name);
/// A line a member: its title, and what it is.
using Titled = std::pair<const char*, const char*>;
void print_members(const boost::json::object& object, std::span<const Titled> rows, Output& out);
/// One line of columns of at least 12 characters.
void print_columns(const boost::json::object& object, std::initializer_list<const char*> names, Output& out);

/// The list under `name` in an answer. Error kind invalid.
Result<const boost::json::array*> list_in(const boost::json::object& answer, const char* name);
/// Gives each order of `query` ("state=released&tenant=north") to `each`. Errors: those of the client.
Status each_order(AdminClient& admin, const std::string& query,
                  const std::function<void(const boost::json::object&)>& each);
/// A value in a query: everything but letters and digits as %XX.
std::string percent_encoded(std::string_view value);

/// What `done` does with the answer and gives; where the server answered that others have to approve first, says
/// what to do, "ok": false, and gives exit_awaits.
int awaited_or(const AdminTarget& target, boost::json::object answer, Output& out,
               const std::function<int(boost::json::object)>& done);
/// Posts, prints a line with what was done or who has to approve, and the object.
int post_and_say(const AdminTarget& target, const char* path, boost::json::object body,
                 const std::string& done, Output& out);

}  // namespace sealift::cli
