// sealift inventory: the stock of a running SM-DP+.
#include <atomic>
#include <boost/json/array.hpp>
#include <mutex>
#include <thread>

#include "cli/admin_show.hpp"
#include "cli/inventory_import.hpp"
#include "cli/stock_options.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

// ---- import ----

struct ImportOptions {
  AdminTarget target;
  StockOptions stock;
  std::string dir, file, template_file, subscribers;
  unsigned parallel = 4;
};

Result<std::unique_ptr<ProfileSource>> source_of(const ImportOptions& o) {
  if (!o.dir.empty()) return packages_in_folder(o.dir);
  if (!o.file.empty()) return packages_in_file(o.file);
  return packages_for_subscribers(o.template_file, o.subscribers);
}

/// What became of the packages so far.
class Import {
 public:
  Import(ProfileSource& source, const json::object& body, Output& out)
      : source_(source), body_(body), out_(out) {}

  /// One thread's share. Each package comes into stock whole or not at all; what is there already was
  /// imported by an earlier run.
  void work(AdminClient admin) {
    while (!stop_) {
      auto candidate = source_.next();
      if (!candidate) return;
      const bool is_package = candidate->package.has_value();
      Result<bool> done = import(admin, *candidate);
      std::lock_guard lock(mutex_);
      if (!done) {
        const bool for_all = is_package && is_for_all(done.error());
        if (for_all && stop_) continue;  // told by the first; this one was as good as not tried
        stop_ = stop_ || for_all;
        failed_.push_back({{"name", candidate->name}, {"error", done.error().message}});
        out_.line(candidate->name + ": " + printable(done.error().message));
      } else {
        ++(*done ? imported_ : there_);
      }
      report();
    }
  }

  int finish() {
    std::lock_guard lock(mutex_);
    const size_t left = source_.size() - imported_ - there_ - failed_.size();
    out_.line(
        std::to_string(imported_) + " imported, " + std::to_string(there_) + " were in stock, " +
        std::to_string(failed_.size()) + " failed" +
        (left > 0 ? ", " + std::to_string(left) + " not tried: once that is put right, give the command again"
                  : ""));
    const bool whole = failed_.empty() && left == 0;
    out_.object({{"ok", whole},
                 {"imported", imported_},
                 {"inStock", there_},
                 {"failed", failed_},
                 {"notTried", left}});
    return whole ? exit_ok : exit_failed;
  }

 private:
  /// Whether every other package would meet the same: the server is gone or is not the one that is meant, it
  /// does not take our token, or there is no such tenant.
  static bool is_for_all(const Error& error) {
    return error.kind == ErrorKind::io || error.kind == ErrorKind::timeout ||
           error.kind == ErrorKind::verification || error.kind == ErrorKind::permission ||
           error.kind == ErrorKind::not_found;
  }
  /// True where it is new, false where it was in stock.
  Result<bool> import(AdminClient& admin, Candidate& candidate) {
    const SecretBytes package = TRY(std::move(candidate.package));
    json::object body = body_;
    body["profile"] = base64(package.expose());
    const auto done = admin.post("/admin/v1/profiles", body);
    if (done) return true;
    if (done.error().kind == ErrorKind::exists) return false;
    return done.error();
  }
  void report() {
    const size_t done = imported_ + there_ + failed_.size();
    if (done % 100 == 0) out_.progress(std::to_string(done) + " of " + std::to_string(source_.size()));
  }

  ProfileSource& source_;
  const json::object& body_;
  Output& out_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  size_t imported_ = 0, there_ = 0;
  json::array failed_;
};

int import(const ImportOptions& o, Output& out) {
  auto source = source_of(o);
  if (!source) return out.fail(source.error());
  auto body = o.stock.body();
  if (!body) return out.fail(body.error());
  Import import(**source, *body, out);
  std::vector<AdminClient> clients;
  for (unsigned i = 0; i < o.parallel; ++i) {
    auto admin = AdminClient::open(o.target);
    if (!admin) return out.fail(admin.error());
    clients.push_back(std::move(*admin));
  }
  std::vector<std::thread> threads;
  for (AdminClient& one : clients) {
    threads.emplace_back([&import, &one] { import.work(std::move(one)); });
  }
  for (std::thread& one : threads) one.join();
  return import.finish();
}

// ---- the rest ----

struct Options {
  AdminTarget target;
  std::string iccid, tenant, type;
};

int list(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  std::string query = "state=available";
  if (!o.tenant.empty()) query += "&tenant=" + percent_encoded(o.tenant);
  if (!o.type.empty()) query += "&profileType=" + percent_encoded(o.type);
  json::array all;
  const Status done = each_order(*admin, query, [&](const json::object& profile) {
    print_columns(profile, {"iccid", "tenant", "profileType", "profileName"}, out);
    if (out.json) all.push_back(profile);
  });
  if (!done) return out.fail(done.error());
  out.object({{"profiles", std::move(all)}});
  return exit_ok;
}

int count(const Options& o, Output& out) {
  auto admin = AdminClient::open(o.target);
  if (!admin) return out.fail(admin.error());
  auto answer =
      admin->get("/admin/v1/stock" + (o.tenant.empty() ? "" : "?tenant=" + percent_encoded(o.tenant)));
  if (!answer) return out.fail(answer.error());
  auto lines = list_in(*answer, "stock");
  if (!lines) return out.fail(lines.error());
  for (const json::value& one : **lines) {
    if (one.is_object()) print_columns(one.get_object(), {"tenant", "state", "count", "profileType"}, out);
  }
  if ((*lines)->empty())
    out.line(has(*answer, "tenant") ? "Tenant " + shown(*answer, "tenant") + " has no profiles."
                                    : "No tenant has profiles.");
  out.object(std::move(*answer));
  return exit_ok;
}

int remove(const Options& o, Output& out) {
  return post_and_say(o.target, "/admin/v1/profiles/withdraw", {{"iccid", o.iccid}},
                      o.iccid + " is out of stock: nobody can order it any more", out);
}

void add_import(CLI::App* group, Output& out) {
  auto o = std::make_shared<ImportOptions>();
  auto* command = group->add_subcommand(
      "import", "Put profiles in stock; what is there already stays, so that a run cut short is given again");
  o->target.add_options(command);
  auto* dir = command->add_option("--packages", o->dir, "Folder whose *.der are profile packages");
  auto* file = command->add_option("--file", o->file, "File of profile packages, one after another (DER)");
  auto* made =
      command->add_option("--template", o->template_file, "Package to personalise, with --subscribers");
  auto* list =
      command->add_option("--subscribers", o->subscribers,
                          "Its subscribers: lines iccid,imsi,k,opc, with these names in the first line");
  made->needs(list);
  list->needs(made);
  auto* which = command->add_option_group("What (one of)");
  which->add_options(dir, file, made);
  which->require_option(1);
  o->stock.add(command);
  command->add_option("--parallel", o->parallel, "Requests at a time")
      ->check(CLI::Range(1u, 32u))
      ->capture_default_str();
  command->footer(
      "Example:\n  sealift inventory import --dir site --packages profiles --tenant north --type basic\n"
      "  sealift inventory import --dir site --template usim.der --subscribers list.csv");
  on_run(command, out, [o](Output& to) { return import(*o, to); });
}

void add(CLI::App& app, Output& out) {
  auto* group = app.add_subcommand("inventory", "Stock of a running SM-DP+: import, list, count, remove");
  group->require_subcommand(1);
  group->footer("Example:\n  sealift inventory count --dir site");
  add_import(group, out);
  auto o = std::make_shared<Options>();

  auto* list_command = group->add_subcommand("list", "Profiles that are available");
  o->target.add_options(list_command);
  list_command->add_option("--tenant", o->tenant, "Only this operator's");
  list_command->add_option("--type", o->type, "Only of this type");
  list_command->footer("Example:\n  sealift inventory list --dir site --type basic");
  on_run(list_command, out, [o](Output& to) { return list(*o, to); });

  auto* count_command = group->add_subcommand("count", "How many of each type are in each state");
  o->target.add_options(count_command);
  count_command->add_option("--tenant", o->tenant,
                            "Only this operator's (default: of all whom the token may see)");
  count_command->footer("Example:\n  sealift inventory count --dir site --tenant north");
  on_run(count_command, out, [o](Output& to) { return count(*o, to); });

  auto* remove_command = group->add_subcommand("remove", "Take an available profile out of stock");
  o->target.add_options(remove_command);
  remove_command->add_option("iccid", o->iccid, "Of the profile")->required();
  remove_command->footer("Example:\n  sealift inventory remove --dir site 8988211000000000028");
  on_run(remove_command, out, [o](Output& to) { return remove(*o, to); });
}

SEALIFT_COMMAND(add)

}  // namespace
}  // namespace sealift::cli
