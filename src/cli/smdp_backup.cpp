#include "cli/smdp_backup.hpp"

#include "asn1/time.hpp"
#include "lab/smdp_backup.hpp"

namespace sealift::cli {

namespace {

struct BackupOptions {
  std::string dir, store, file;
  bool replace = false;
};

boost::json::object facts_json(const store::BackupFacts& facts) {
  return {{"orders", facts.orders}, {"open", facts.open}, {"lastChange", asn1::rfc3339(facts.last_change)}};
}

int backup(const BackupOptions& o, Output& out) {
  auto facts = store::back_up(o.dir + "/smdp.db", o.file);
  if (!facts && facts.error().kind == ErrorKind::not_found)
    facts.error().message +=
        "; a site whose store is in PostgreSQL is copied by the means of that, such as pg_dump "
        "(docs/reference/store.md)";
  if (!facts) return out.fail(facts.error());
  out.line(
      std::to_string(facts->orders) + " orders, the last change at " + asn1::rfc3339(facts->last_change) +
      ".\nKeep DIR/pki as well, and elsewhere: profiles in the backup are sealed under a key that is there.");
  out.object(facts_json(*facts));
  return exit_ok;
}

int restore(const BackupOptions& o, Output& out) {
  SystemClock clock;
  constexpr const char* then =
      "Issuance is stopped: what was given out after the backup would be given out again. See\n"
      "docs/reference/store.md; two people open it again.";
  if (!o.store.empty()) {
    const Status stopped = lab::stop_after_restore(o.store, clock);
    if (!stopped) return out.fail(stopped.error());
    out.line(then);
    out.object({});
    return exit_ok;
  }
  if (o.file.empty()) {
    return out.fail(
        {ErrorKind::invalid, "what to restore: --dir DIR FILE, or --store URI after its own restore"});
  }
  const auto facts = lab::restore_site(o.dir, o.file, o.replace, clock);
  if (!facts) return out.fail(facts.error());
  out.line(std::to_string(facts->orders) + " orders, the last change at " +
           asn1::rfc3339(facts->last_change) + "; " + std::to_string(facts->open) +
           " of them may have been given out since.\n" + then);
  out.object(facts_json(*facts));
  return exit_ok;
}

}  // namespace

void add_smdp_backup(CLI::App& smdp, Output& out) {
  auto o = std::make_shared<BackupOptions>();
  auto* backup_command = smdp.add_subcommand("backup", "Copy the store, while a server uses it");
  backup_command->add_option("--dir", o->dir, "The site's folder")->required();
  backup_command->add_option("file", o->file, "The copy, which must not be there")->required();
  backup_command->footer("Example:\n  sealift smdp backup --dir site site-2026-11-30.db");
  on_run(backup_command, out, [o](Output& to) { return backup(*o, to); });

  auto* restore_command = smdp.add_subcommand("restore", "Put a backup back, with issuance stopped");
  auto* dir = restore_command->add_option("--dir", o->dir, "The site's folder");
  auto* file = restore_command->add_option("file", o->file, "The backup")->needs(dir);
  restore_command->add_flag("--replace", o->replace,
                            "Keep the store that is there as smdp.db.before-restore");
  restore_command
      ->add_option("--store", o->store,
                   "A PostgreSQL database that was restored by its own means: stops issuance in it")
      ->type_name("URI")
      ->excludes(file);
  restore_command->footer("Example:\n  sealift smdp restore --dir site site-2026-11-30.db --replace");
  on_run(restore_command, out, [o](Output& to) { return restore(*o, to); });
}

}  // namespace sealift::cli
