// Keeps CRLs fresh: gets the lists that certificates name from where they are published, keeps each in a
// folder, so that a restart finds it there, and comes again well before its nextUpdate, at odd times, since
// others do the same.
//
// What cannot be had, or has run out where it is published, is asked for again, ever more seldom; meanwhile
// the list at hand holds, and the policy of the trust store says what an old or missing one means
// (CrlPolicy). A list that its CI did not sign is not kept. One thread of its own from start(); the
// destructor stops it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "download/server_trust.hpp"
#include "smdp/observer.hpp"

namespace sealift::lab {

struct CrlFetchOptions {
  std::chrono::seconds refresh{
      std::chrono::hours(6)};      ///< a list is asked for again at the latest after so long
  /// After a failure; doubled with each, up to `refresh`. A good list is let be for so long, too.
  std::chrono::seconds retry{30};
};

class CrlFetcher {
 public:
  /// All are borrowed. Errors of fetch() go to the observer.
  CrlFetcher(CrlFetchOptions options, download::CrlSource& source, Clock& clock, Random& random,
             smdp::Observer& observer);
  ~CrlFetcher();
  CrlFetcher(const CrlFetcher&) = delete;
  CrlFetcher& operator=(const CrlFetcher&) = delete;

  /// The lists that `uris` names when asked are for `trust`, which is borrowed, and are kept as FOLDER/*.crl;
  /// the folder is made where it is not there. Before start().
  void add(std::function<std::set<std::string>()> uris, pki::TrustStore& trust, std::string folder);
  /// Fetches what is due; gives how long nothing is.
  std::chrono::seconds fetch_due();
  /// From now on by itself.
  void start();

 private:
  struct Source {
    std::function<std::set<std::string>()> uris;
    pki::TrustStore* trust;
    std::string folder;
    std::map<std::string, Time> due;
    std::map<std::string, unsigned> failures;
  };
  void fetch(Source& source, const std::string& uri, Time now);
  Result<Time> fetch_list(Source& source, const std::string& uri);
  std::chrono::seconds shortened(std::chrono::seconds wait);
  void run();

  const CrlFetchOptions options_;
  download::CrlSource& source_;
  Clock& clock_;
  Random& random_;
  smdp::Observer& observer_;
  std::vector<Source> sources_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sealift::lab
