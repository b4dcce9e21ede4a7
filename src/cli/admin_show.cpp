#include "cli/admin_show.hpp"

#include <boost/json.hpp>

namespace sealift::cli {

namespace json = boost::json;

static std::string shown(const json::value& value) {
  if (value.is_string()) return printable(std::string_view(value.get_string()));
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_number()) return std::to_string(value.to_number<int64_t>());
  if (!value.is_array()) return value.is_null() ? "-" : json::serialize(value);
  std::string list;
  for (const json::value& one : value.get_array()) list += (list.empty() ? "" : ", ") + shown(one);
  return list.empty() ? "-" : list;
}

std::string shown(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value ? shown(*value) : "-";
}

bool has(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value && !value->is_null();
}

void print_members(const json::object& object, std::span<const Titled> rows, Output& out) {
  for (const auto& [title, member] : rows) {
    std::string line = title;
    line.resize(20, ' ');
    out.line(line + shown(object, member));
  }
}

void print_columns(const json::object& object, std::initializer_list<const char*> names, Output& out) {
  constexpr size_t width = 12;
  std::string line;
  for (const char* name : names) {
    std::string cell = shown(object, name);
    if (cell.size() < width) cell.resize(width, ' ');
    line += (line.empty() ? "" : "  ") + cell;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out.line(line);
}

Result<const json::array*> list_in(const json::object& answer, const char* name) {
  const json::value* list = answer.if_contains(name);
  if (list && list->is_array()) return &list->get_array();
  return Error{ErrorKind::invalid, "the server's answer has no " + std::string(name) + " in it"};
}

std::string percent_encoded(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    out += plain ? std::string(1, c) : "%" + hex(view(std::string_view(&c, 1)));
  }
  return out;
}

Status each_order(AdminClient& admin, const std::string& query,
                  const std::function<void(const json::object&)>& each) {
  std::string after;
  for (;;) {
    const std::string more = query.empty() ? "" : "&" + query;
    const auto page = TRY(admin.get("/admin/v1/orders?limit=500" + more + after));
    for (const json::value& one : *TRY(list_in(page, "orders"))) {
      if (one.is_object()) each(one.get_object());
    }
    if (!has(page, "next")) return {};
    after = "&after=" + shown(page, "next");
  }
}

int awaited_or(const AdminTarget& target, json::object answer, Output& out,
               const std::function<int(json::object)>& done) {
  const json::value* approval = answer.if_contains("approval");
  if (!approval || !approval->is_object()) return done(std::move(answer));
  const json::object& a = approval->get_object();
  const std::string others =
      shown(a, "needed") == "1" ? "another person has" : shown(a, "needed") + " others have";
  out.line("Not done yet: " + others + " to approve \"" + shown(a, "summary") + "\" by " +
           shown(a, "expires") + ", each with a token of their own:\n  sealift approval approve" +
           target.options() + " --token FILE --id " + shown(a, "id") + " --digest " + shown(a, "digest") +
           "\nThen give the same command again with --approval " + shown(a, "id"));
  answer["ok"] = false;
  out.object(std::move(answer));
  return exit_awaits;
}

int post_and_say(const AdminTarget& target, const char* path, json::object body, const std::string& done,
                 Output& out) {
  auto admin = AdminClient::open(target);
  if (!admin) return out.fail(admin.error());
  auto answer = admin->post(path, body);
  if (!answer) return out.fail(answer.error());
  return awaited_or(target, std::move(*answer), out, [&](json::object said) {
    out.line(done);
    out.object(std::move(said));
    return exit_ok;
  });
}

}  // namespace sealift::cli
