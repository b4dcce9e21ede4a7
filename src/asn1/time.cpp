#include "asn1/time.hpp"

#include <cstdio>

namespace sealift::asn1 {

namespace {

/// The number of `count` decimal digits at `at`, or -1.
int number(std::string_view s, size_t at, size_t count) {
  int n = 0;
  for (size_t i = at; i < at + count; ++i) {
    if (i >= s.size() || s[i] < '0' || s[i] > '9') return -1;
    n = n * 10 + (s[i] - '0');
  }
  return n;
}

Error refuse(std::string_view what, std::string_view content) {
  std::string shown;
  for (char c : content.substr(0, 32)) shown += c >= ' ' && c <= '~' ? c : '?';
  return Error{ErrorKind::invalid, "not a " + std::string(what) + ": \"" + shown + "\""};
}

struct Fields {
  int year, month, day, hour, minute, second;
};

Result<Time> instant(const Fields& f, std::string_view what, std::string_view content) {
  using namespace std::chrono;
  year_month_day date{year{f.year}, month{static_cast<unsigned>(f.month)}, day{static_cast<unsigned>(f.day)}};
  bool fits = f.year >= 0 && f.month >= 0 && f.day >= 0 && date.ok() && f.hour >= 0 && f.hour <= 23 &&
              f.minute >= 0 && f.minute <= 59 && f.second >= 0 && f.second <= 59;
  if (!fits) return refuse(what, content);
  return Time{sys_days{date} + hours{f.hour} + minutes{f.minute} + seconds{f.second}};
}

Fields fields(Time time) {
  using namespace std::chrono;
  auto days_part = floor<days>(time);
  year_month_day date{days_part};
  hh_mm_ss clock{time - days_part};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

}  // namespace

Result<Time> parse_utc_time(View octets) {
  std::string_view s = text(octets);
  if (s.size() != 13 || s[12] != 'Z') return refuse("UTCTime (YYMMDDHHMMSSZ)", s);
  int year = number(s, 0, 2);
  if (year >= 0) year += year >= 50 ? 1900 : 2000;
  return instant({year, number(s, 2, 2), number(s, 4, 2), number(s, 6, 2), number(s, 8, 2), number(s, 10, 2)},
                 "UTCTime (YYMMDDHHMMSSZ)", s);
}

Result<Time> parse_generalized_time(View octets) {
  std::string_view s = text(octets);
  if (s.size() != 15 || s[14] != 'Z') return refuse("GeneralizedTime (YYYYMMDDHHMMSSZ)", s);
  return instant({number(s, 0, 4), number(s, 4, 2), number(s, 6, 2), number(s, 8, 2), number(s, 10, 2),
                  number(s, 12, 2)},
                 "GeneralizedTime (YYYYMMDDHHMMSSZ)", s);
}

Result<Time> parse_x509_time(uint32_t tag, View content) {
  if (tag == tag_utc_time) return parse_utc_time(content);
  if (tag == tag_generalized_time) return parse_generalized_time(content);
  return Error{ErrorKind::invalid, "a time is a UTCTime or a GeneralizedTime"};
}

X509Time x509_time(Time time) {
  Fields f = fields(time);
  check(f.year >= 0 && f.year <= 9999, "a time in a certificate lies in the years 0 to 9999");
  bool utc = f.year >= 1950 && f.year <= 2049;
  char out[40];
  std::snprintf(out, sizeof out, utc ? "%02d%02d%02d%02d%02d%02dZ" : "%04d%02d%02d%02d%02d%02dZ",
                utc ? f.year % 100 : f.year, f.month, f.day, f.hour, f.minute, f.second);
  return {utc ? tag_utc_time : tag_generalized_time, out};
}

Result<Time> parse_rfc3339(std::string_view s) {
  constexpr std::string_view what = "time (as 2026-11-20T22:54:54Z)";
  bool shaped = s.size() == 20 && s[4] == '-' && s[7] == '-' && s[10] == 'T' && s[13] == ':' &&
                s[16] == ':' && s[19] == 'Z';
  if (!shaped) return refuse(what, s);
  return instant({number(s, 0, 4), number(s, 5, 2), number(s, 8, 2), number(s, 11, 2), number(s, 14, 2),
                  number(s, 17, 2)},
                 what, s);
}

std::string rfc3339(Time time) {
  Fields f = fields(time);
  char out[80];
  std::snprintf(out, sizeof out, "%04d-%02d-%02dT%02d:%02d:%02dZ", f.year, f.month, f.day, f.hour, f.minute,
                f.second);
  return out;
}

}  // namespace sealift::asn1
