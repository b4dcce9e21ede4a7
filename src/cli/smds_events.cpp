#include "cli/smds_events.hpp"

#include <boost/json/array.hpp>

#include "asn1/time.hpp"
#include "lab/smds_config.hpp"
#include "lab/smds_events.hpp"

namespace sealift::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string config, dir, store, eid;
  lab::SmdsEventQuery query;
};

json::object described(const smds::Event& e) {
  json::object out{{"number", e.number},
                   {"state", name(e.state)},
                   {"eid", e.eid.digits()},
                   {"eventId", e.eventId},
                   {"rspServerAddress", e.rspServerAddress},
                   {"owner", e.owner.dotted()},
                   {"registered", asn1::rfc3339(e.registered)},
                   {"expires", asn1::rfc3339(e.expires)},
                   {"changed", asn1::rfc3339(e.changed)}};
  if (!e.rootEventId.empty()) out["rootEventId"] = e.rootEventId;
  return out;
}

int events(Options o, Output& out) {
  if (!o.config.empty()) {
    auto config = lab::SmdsConfig::read(o.config);
    if (!config) return out.fail(config.error());
    o.dir = config->site.dir;
    o.store = config->site.store;
  }
  if (!o.eid.empty()) {
    auto eid = Eid::parse(o.eid);
    if (!eid) return out.fail(eid.error());
    o.query.eid = *eid;
  }
  json::array all;
  const Status done = lab::each_smds_event(o.dir, o.store, o.query, [&](const smds::Event& e) {
    out.line(std::to_string(e.number) + "  " + std::string(name(e.state)) + "  " + e.eid.digits() + "  " + e.eventId +
             "  " + e.rspServerAddress + "  until " + asn1::rfc3339(e.expires));
    if (out.json) all.push_back(described(e));
  });
  if (!done) return out.fail(done.error());
  out.object({{"events", std::move(all)}});
  return exit_ok;
}

}  // namespace

void add_smds_events(CLI::App& smds, Output& out) {
  auto o = std::make_shared<Options>();
  auto* command = smds.add_subcommand("events", "What waits for phones, as the store has it; the server may run");
  auto* config = command->add_option("--config", o->config, "The SM-DS's configuration, in place of --dir and --store");
  command->add_option("--dir", o->dir, "Its folder")->excludes(config);
  command->add_option("--store", o->store, "Its PostgreSQL database (default: DIR/smds.db)")
      ->excludes(config)
      ->type_name("URI");
  command->add_option("--eid", o->eid, "Only those of this eUICC");
  command->add_flag("--deleted", o->query.deleted, "Those as well that were deleted or have expired, while they are kept");
  command->add_option("--after", o->query.after, "Only those numbered above this one: the next page");
  command->add_option("--limit", o->query.most, "So many at most")
      ->check(CLI::Range(size_t{1}, size_t{1'000'000}))
      ->capture_default_str();
  command->footer("Example:\n  sealift smds events --dir site");
  on_run(command, out, [o](Output& to) {
    if (o->config.empty() && o->dir.empty() && o->store.empty())
      throw CLI::RequiredError("--config, --dir or --store");
    return events(*o, to);
  });
}

}  // namespace sealift::cli
