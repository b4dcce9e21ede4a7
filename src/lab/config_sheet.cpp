#include "lab/config_sheet.hpp"

// What is no key, it says as an error where its assertion does not come first.
#define TOML_ASSERT(expr) static_assert(true)
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>

namespace sealift::lab {

// ---- declaring ----

ConfigTable& ConfigTable::key(ConfigKey key) {
  keys_.push_back(std::move(key));
  return *this;
}

ConfigTable& ConfigTable::yes_or_no(std::string name, bool standard, std::string about,
                                    std::function<void(bool)> take) {
  return key({std::move(name), std::move(about), "true or false", standard, false,
              [take = std::move(take)](const ConfigValue& v) {
                take(std::get<bool>(v));
                return Status();
              }});
}

ConfigTable& ConfigTable::whole(std::string name, int64_t standard, int64_t least, int64_t most,
                                std::string about, std::function<void(int64_t)> take) {
  const std::string allowed = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  return key({std::move(name), std::move(about), allowed, standard, false,
              [least, most, take = std::move(take)](const ConfigValue& v) -> Status {
                const int64_t n = std::get<int64_t>(v);
                if (n < least || n > most) return Error{ErrorKind::invalid, "is " + std::to_string(n)};
                take(n);
                return {};
              }});
}

ConfigTable& ConfigTable::seconds(std::string name, std::chrono::milliseconds& where, int64_t least,
                                  int64_t most, std::string about) {
  return whole(std::move(name), where.count() / 1000, least, most, std::move(about),
               [&where](int64_t n) { where = std::chrono::seconds(n); });
}

ConfigTable& ConfigTable::seconds(std::string name, Live<std::chrono::seconds>& where, int64_t least,
                                  int64_t most, std::string about) {
  return whole(std::move(name), where.get().count(), least, most, std::move(about),
               [&where](int64_t n) { where = std::chrono::seconds(n); });
}

ConfigTable& ConfigTable::seconds(std::string name, std::chrono::seconds& where, int64_t least, int64_t most,
                                  std::string about) {
  return whole(std::move(name), where.count(), least, most, std::move(about),
               [&where](int64_t n) { where = std::chrono::seconds(n); });
}

ConfigTable& ConfigTable::texts(std::string name, std::vector<std::string>& where, std::string about) {
  return key(
      {std::move(name), std::move(about), "a list of texts", where, false, [&where](const ConfigValue& v) {
         where = std::get<std::vector<std::string>>(v);
         return Status();
       }});
}

ConfigTable& ConfigTable::text(std::string name, std::string& where, std::string about) {
  return key(
      {std::move(name), std::move(about), "a text", where, where.empty(), [&where](const ConfigValue& v) {
         where = std::get<std::string>(v);
         return Status();
       }});
}

ConfigTable& ConfigTable::word(std::string name, std::string standard, std::vector<std::string> words,
                               std::string about, std::function<void(const std::string&)> take) {
  std::string allowed;
  for (const std::string& word : words) allowed += (allowed.empty() ? "\"" : ", \"") + word + "\"";
  return key({std::move(name), std::move(about), "one of " + allowed, std::move(standard), false,
              [words = std::move(words), take = std::move(take)](const ConfigValue& v) -> Status {
                const auto& text = std::get<std::string>(v);
                if (std::ranges::find(words, text) == words.end())
                  return Error{ErrorKind::invalid, "is \"" + text + "\""};
                take(text);
                return {};
              }});
}

ConfigSheet::ConfigSheet(std::string title) : title_(std::move(title)) {
  tables_.push_back(ConfigTable("", ""));
}

ConfigTable& ConfigSheet::table(std::string name, std::string about) {
  tables_.push_back(ConfigTable(std::move(name), std::move(about)));
  return tables_.back();
}

void ConfigSheet::tables(std::string name, std::string about, std::vector<More> samples, More more) {
  ConfigTable& added = table(std::move(name), std::move(about));
  for (size_t i = 0; i < samples.size(); ++i) {
    if (i > 0) added.further_samples_.push_back(ConfigTable(added.name_, ""));
    samples[i](i == 0 ? added : added.further_samples_.back());
  }
  added.more_ = std::move(more);
}

// ---- reading ----

struct ConfigSheet::Problems {
  static constexpr size_t most = 20;
  std::string path;
  std::string text;
  size_t count = 0;

  void add(const toml::source_region& where, const std::string& what) {
    if (count++ == most) text += "\n...";
    if (count > most) return;
    text += (text.empty() ? "" : "\n") + path + ":" + std::to_string(where.begin.line) + ": " + what;
  }
};

namespace {

/// The value of a node as the type of `like`; none where it is of another one.
std::optional<ConfigValue> value_of(const toml::node& node, const ConfigValue& like) {
  if (std::holds_alternative<bool>(like) && node.is_boolean()) return ConfigValue(node.as_boolean()->get());
  if (std::holds_alternative<int64_t>(like) && node.is_integer())
    return ConfigValue(node.as_integer()->get());
  if (std::holds_alternative<std::string>(like) && node.is_string())
    return ConfigValue(node.as_string()->get());
  const toml::array* list = node.as_array();
  if (!std::holds_alternative<std::vector<std::string>>(like) || !list) return std::nullopt;
  std::vector<std::string> out;
  for (const toml::node& one : *list) {
    if (!one.is_string()) return std::nullopt;
    out.push_back(one.as_string()->get());
  }
  return ConfigValue(std::move(out));
}

std::string place(const ConfigTable& table, bool several) {
  if (table.name().empty()) return "above the first table";
  return several ? "in [[" + table.name() + "]]" : "in [" + table.name() + "]";
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

/// Takes the values of one table of the file.
static void take_keys(const toml::table& from, const std::vector<ConfigKey>& keys, const std::string& where,
                      const std::vector<std::string>& tables_beside, auto& problems) {
  for (const auto& [name, node] : from) {
    const std::string key(name.str());
    if (std::ranges::find(tables_beside, key) != tables_beside.end()) continue;
    const auto known = std::ranges::find(keys, key, &ConfigKey::name);
    if (known == keys.end()) {
      std::vector<std::string> names = tables_beside;
      for (const ConfigKey& one : keys) names.push_back(one.name);
      problems.add(name.source(), "there is no key '" + key + "' " + where + "; there are " + listed(names));
      continue;
    }
    const auto value = value_of(node, known->standard);
    if (!value) {
      problems.add(node.source(), key + " has to be " + known->allowed);
    } else if (auto taken = known->take(*value); !taken) {
      problems.add(node.source(), key + " " + taken.error().message + "; it has to be " + known->allowed);
    }
  }
}

Status ConfigSheet::read(const std::string& path, std::string_view contents) {
  Problems problems{path, {}, 0};
  const toml::parse_result parsed = toml::parse(contents, path);
  if (!parsed) {
    problems.add(parsed.error().source(), std::string(parsed.error().description()));
    return Error{ErrorKind::invalid, problems.text};
  }
  const toml::table& file = parsed.table();
  std::vector<std::string> names;
  for (const ConfigTable& table : tables_)
    if (!table.name_.empty()) names.push_back(table.name_);
  take_keys(file, top().keys_, place(top(), false), names, problems);
  for (ConfigTable& table : tables_) {
    const toml::node* node = table.name_.empty() ? nullptr : file.get(table.name_);
    if (!node) continue;
    if (!table.more_) {
      if (const toml::table* its = node->as_table())
        take_keys(*its, table.keys_, place(table, false), {}, problems);
      else
        problems.add(node->source(), table.name_ + " is a table: [" + table.name_ + "]");
      continue;
    }
    const toml::array* list = node->as_array();
    if (!list || !list->is_homogeneous(toml::node_type::table)) {
      problems.add(node->source(), table.name_ + " may come several times: [[" + table.name_ + "]]");
      continue;
    }
    for (const toml::node& one : *list) {
      ConfigTable element(table.name_, "");
      table.more_(element);
      take_keys(*one.as_table(), element.keys_, place(table, true), {}, problems);
    }
  }
  if (problems.count > 0) return Error{ErrorKind::invalid, problems.text};
  return {};
}

// ---- explaining ----

static std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

static std::string written(const ConfigValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  std::string out;
  for (const std::string& one : std::get<std::vector<std::string>>(value))
    out += (out.empty() ? "" : ", ") + quoted(one);
  return "[" + out + "]";
}

/// Comment lines of at most 100 columns.
static std::string comment(const std::string& text) {
  constexpr size_t width = 98;
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = text.size();
    if (end - at > width) {
      const size_t space = text.rfind(' ', at + width);
      end = space == std::string::npos || space <= at ? text.size() : space;
    }
    out += "# " + text.substr(at, end - at) + "\n";
    at = end < text.size() && text[end] == ' ' ? end + 1 : end;
  }
  return out;
}

/// The keys of a further element that are not as those of the first.
static std::string differences(const std::vector<ConfigKey>& first, const std::vector<ConfigKey>& keys) {
  std::string out;
  for (const ConfigKey& key : keys) {
    const auto same = std::ranges::find(first, key.name, &ConfigKey::name);
    if (same == first.end() || same->standard != key.standard)
      out += key.name + " = " + written(key.standard) + "\n";
  }
  return out;
}

std::string ConfigSheet::sample() const {
  std::string out = comment(title_);
  for (const ConfigTable& table : tables_) {
    if (!table.about_.empty()) out += "\n\n" + comment(table.about_);
    if (!table.name_.empty()) out += table.more_ ? "[[" + table.name_ + "]]\n" : "[" + table.name_ + "]\n";
    for (const ConfigKey& key : table.keys_) {
      out += "\n" + comment(key.about + " (" + key.allowed + ")");
      out += (key.optional ? "# " : "") + key.name + " = " + written(key.standard) + "\n";
    }
    for (const ConfigTable& further : table.further_samples_)
      out += "\n\n[[" + table.name_ + "]]\n" + differences(table.keys_, further.keys_);
  }
  return out;
}

std::string ConfigSheet::reference() const {
  std::string out;
  for (const ConfigTable& table : tables_) {
    if (!table.name_.empty())
      out += "\n## " + (table.more_ ? "[[" + table.name_ + "]]" : "[" + table.name_ + "]") + "\n\n" +
             table.about_ + "\n";
    if (table.keys_.empty()) continue;
    out += "\n| key | default | what it may be | what it does |\n|---|---|---|---|\n";
    for (const ConfigKey& key : table.keys_) {
      out += "| `" + key.name + "` | " + (key.optional ? "not set" : "`" + written(key.standard) + "`") +
             " | " + key.allowed + " | " + key.about + " |\n";
    }
  }
  return out;
}

}  // namespace sealift::lab
