#include "lab/crl_fetcher.hpp"

#include <algorithm>

#include "asn1/time.hpp"
#include "base/files.hpp"
#include "crypto/hash.hpp"

namespace sealift::lab {

using std::chrono::seconds;

CrlFetcher::CrlFetcher(CrlFetchOptions options, download::CrlSource& source, Clock& clock, Random& random,
                       smdp::Observer& observer)
    : options_(std::move(options)), source_(source), clock_(clock), random_(random), observer_(observer) {}

CrlFetcher::~CrlFetcher() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CrlFetcher::add(std::function<std::set<std::string>()> uris, pki::TrustStore& trust,
                     std::string folder) {
  sources_.push_back({std::move(uris), &trust, std::move(folder), {}, {}});
}

/// Three quarters of the time, or somewhat more: those who start together part ways.
seconds CrlFetcher::shortened(seconds wait) {
  const auto part = random_.octets<1>()[0];
  return wait * 3 / 4 + wait * part / (8 * 256);
}

/// The file's name says nothing of the URI, which may hold anything.
static std::string file_of(const std::string& folder, const std::string& uri) {
  return folder + "/" + hex(View(crypto::sha256(view(uri))).first(12)) + ".crl";
}

/// Writes the list where it is not what the file has: whoever watches the folder would read it again.
static Status keep(const std::string& folder, const std::string& uri, View octets) {
  const std::string file = file_of(folder, uri);
  const auto before = read_file(file, pki::Crl::max_size);
  if (before && equal(*before, octets)) return {};
  TRY_VOID(make_directory(folder));
  return write_file(file, octets, Readers::everybody, Replace::yes);
}

/// When the list is to be fetched anew.
Result<Time> CrlFetcher::fetch_list(Source& source, const std::string& uri) {
  const Bytes octets = TRY(source_.fetch(uri));
  const pki::Crl list = TRY(pki::Crl::parse(octets));
  const auto taken = source.trust->add_crl(list);
  if (!taken && taken.error().error != pki::CrlError::fresher_loaded) return Error(taken.error());
  if (taken) TRY_VOID(keep(source.folder, uri, octets));
  const Time now = clock_.now();
  seconds wait = options_.refresh;
  if (const auto next = list.next_update()) {
    if (*next <= now) {
      return Error{ErrorKind::not_found, "the list that is published has run out at " + asn1::rfc3339(*next) +
                                             "; its CI has to publish the next one"};
    }
    wait = std::min(wait, *next - now);
  }
  return now + std::max(shortened(wait), std::min(options_.retry, options_.refresh));
}

void CrlFetcher::fetch(Source& source, const std::string& uri, Time now) {
  const auto next = fetch_list(source, uri);
  unsigned& failures = source.failures[uri];
  const std::string what = "CRL at " + uri;
  if (next) {
    failures = 0;
    source.due[uri] = *next;
    return observer_.maintained(what, nullptr);
  }
  constexpr unsigned most_doublings = 16;
  const seconds wait =
      std::min(options_.refresh, options_.retry * (1 << std::min(failures++, most_doublings)));
  source.due[uri] = now + std::max(shortened(wait), seconds(1));
  observer_.maintained(what, &next.error());
}

seconds CrlFetcher::fetch_due() {
  Time first = clock_.now() + options_.refresh;
  for (Source& source : sources_) {
    for (const std::string& uri : source.uris()) {
      const auto due = source.due.find(uri);
      const Time now = clock_.now();
      if (due == source.due.end() || due->second <= now) fetch(source, uri, now);
      first = std::min(first, source.due[uri]);
    }
  }
  return std::max(first - clock_.now(), seconds(1));
}

void CrlFetcher::start() {
  thread_ = std::thread([this] { run(); });
}

void CrlFetcher::run() {
  // New certificates may name other lists: looked at now and then, whatever is due.
  constexpr seconds longest{10};
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const seconds wait = std::min(fetch_due(), longest);
    lock.lock();
    wake_.wait_for(lock, wait, [this] { return stopping_; });
  }
}

}  // namespace sealift::lab
