#include "lab/crl_fetcher.hpp"

#include <algorithm>

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

/// When the list is to be fetched anew.
Result<Time> CrlFetcher::fetch_list(Source& source, const std::string& uri) {
  const Bytes octets = TRY(source_.fetch(uri));
  const pki::Crl list = TRY(pki::Crl::parse(octets));
  const auto taken = source.trust->add_crl(list);
  if (!taken && taken.error().error != pki::CrlError::fresher_loaded) return Error(taken.error());
  if (taken) {
    TRY_VOID(make_directory(source.folder));
    TRY_VOID(write_file(file_of(source.folder, uri), octets, Readers::everybody, Replace::yes));
  }
  const Time now = clock_.now();
  seconds wait = options_.refresh;
  if (list.next_update()) wait = std::min(wait, *list.next_update() - now);
  return now + std::max(shortened(wait), seconds(1));
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
