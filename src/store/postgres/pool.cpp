#include "store/postgres/pool.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace sealift::store::postgres {

using namespace std::chrono_literals;

namespace {

/// One change at a time on a connection: a second one would only wait for the first one's fsync, and nobody
/// would know what became of it either where the connection is lost.
constexpr size_t kChangesUnderWay = 1;
constexpr size_t kQuickUnderWay = 64;
constexpr auto kFirstPause = 50ms;
constexpr auto kLongestPause = 3'000ms;

Failure unknown_outcome(const std::string& why) {
  return {.error = {ErrorKind::io,
                    "the connection to the database was lost before it said whether a change was made (" +
                        why + "): look before it is made again"},
          .unknown = true};
}

Failure unreachable(const std::string& why) {
  return {.error = {ErrorKind::timeout, "no connection to the database; nothing was changed (" + why + ")"}};
}

/// The server is there and takes no changes, or goes away: another connection may find one that does.
bool asks_for_another_server(const Failure& failure) {
  return failure.state == "25006" || failure.state == "57P01" || failure.state == "57P02" ||
         failure.state == "57P03";
}

}  // namespace

Pool::Pool(std::string connection_string, PoolOptions options)
    : connection_string_(std::move(connection_string)),
      options_(options),
      wake_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      slots_(options.change_links + options.quick_links) {
  for (size_t i = 0; i < options_.quick_links; ++i) slots_[i].quick = true;
  down_since_[0] = down_since_[1] = Steady::now();
}

Result<std::unique_ptr<Pool>> Pool::open(std::string connection_string, PoolOptions options) {
  std::unique_ptr<Pool> pool(new Pool(std::move(connection_string), options));
  // One of each kind; the others follow.
  for (size_t i : {size_t{0}, size_t{options.quick_links}}) {
    auto link = TRY(Link::connect(pool->connection_string_));
    TRY_VOID(link->start());
    pool->slots_[i].fresh = std::move(link);
    pool->slots_[i].wanted = false;
  }
  pool->mover_ = std::thread(&Pool::move, pool.get());
  pool->connector_ = std::thread(&Pool::connect, pool.get());
  return pool;
}

Pool::~Pool() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake();
  connect_wake_.notify_all();
  if (mover_.joinable()) mover_.join();
  if (connector_.joinable()) connector_.join();
  ::close(wake_fd_);
}

void Pool::wake() {
  const uint64_t one = 1;
  (void)!::write(wake_fd_, &one, sizeof one);
}

bool Pool::reachable() const {
  std::lock_guard lock(mutex_);
  return up_[0] > 0;
}

Answer Pool::run(Kind kind, std::span<const Statement> transaction) {
  const auto now = Steady::now();
  Job job{kind, transaction, now + options_.patience, {}, {}};
  bool sleeps = false;
  {
    std::lock_guard lock(mutex_);
    const bool quick = kind != Kind::change;
    // While the database is away only the first ones wait for it: nobody else's request is held up for long.
    if (up_[quick] == 0) job.deadline = std::min(job.deadline, down_since_[quick] + options_.patience);
    if (job.deadline <= now) return unreachable(why_down_);
    arrived_.push_back(&job);
    sleeps = std::exchange(asleep_, false);
  }
  if (sleeps) wake();
  job.done.wait();
  return std::move(*job.answer);
}

Result<Rows, Failure> Pool::run(Kind kind, const Statement& one) {
  auto rows = TRY(run(kind, std::span(&one, 1)));
  return std::move(rows.front());
}

void Pool::finish(Job& job, Answer answer) {
  if (job.kind == Kind::change) ++changes_;
  job.answer.emplace(std::move(answer));
  job.done.set();  // the job is gone from here on
}

void Pool::move() {
  while (take_in()) {
    expire(changes_waiting_);
    expire(others_waiting_);
    hand_out(changes_waiting_, false);
    hand_out(others_waiting_, true);
    wait_for_sockets();
  }
  for (Slot& slot : slots_) slot.link.reset();
}

/// False where the end has come.
bool Pool::take_in() {
  std::lock_guard lock(mutex_);
  asleep_ = false;
  for (Job* job : std::exchange(arrived_, {})) {
    (job->kind == Kind::change ? changes_waiting_ : others_waiting_).push_back(job);
  }
  for (Slot& slot : slots_) {
    if (!slot.fresh) continue;
    slot.link = std::move(slot.fresh);
    slot.give_up = false;
    ++up_[slot.quick];
  }
  return !ending_;
}

void Pool::expire(std::deque<Job*>& jobs) {
  const auto now = Steady::now();
  // In order of arrival, so mostly of deadline; one that is later than its neighbour waits a little longer.
  while (!jobs.empty() && jobs.front()->deadline <= now) {
    Job* job = jobs.front();
    jobs.pop_front();
    std::string why = "all connections are busy";
    {
      std::lock_guard lock(mutex_);
      if (up_[job->kind != Kind::change] == 0) why = why_down_;
    }
    finish(*job, unreachable(why));
  }
}

Pool::Slot* Pool::best(bool quick) {
  Slot* best = nullptr;
  for (Slot& slot : slots_) {
    if (!slot.link || slot.quick != quick || slot.give_up) continue;
    if (slot.sent.size() >= (quick ? kQuickUnderWay : kChangesUnderWay)) continue;
    if (!best || slot.sent.size() < best->sent.size()) best = &slot;
  }
  return best;
}

void Pool::hand_out(std::deque<Job*>& jobs, bool quick) {
  while (!jobs.empty()) {
    Slot* slot = best(quick);
    if (!slot) return;
    Job* job = jobs.front();
    jobs.pop_front();
    send(*slot, *job);
  }
}

void Pool::send(Slot& slot, Job& job) {
  slot.sent.push_back(Steady::now());
  const bool sent = slot.link->send(job.transaction, [this, &slot, &job](Answer answer) {
    slot.sent.pop_front();
    answered(slot, job, std::move(answer));
  });
  if (sent) return;
  // Whether a part of it went out nobody knows, but the end of the transaction did not.
  slot.sent.pop_back();
  (job.kind == Kind::change ? changes_waiting_ : others_waiting_).push_front(&job);
  lose(slot, slot.link->problem());
}

void Pool::answered(Slot& slot, Job& job, Answer answer) {
  if (answer) return finish(job, std::move(answer));
  Failure& failure = answer.error();
  if (asks_for_another_server(failure)) slot.give_up = true;
  const bool again = failure.unknown ? job.kind == Kind::read : slot.give_up;
  if (again && Steady::now() < job.deadline) {
    return (job.kind == Kind::change ? changes_waiting_ : others_waiting_).push_front(&job);
  }
  if (failure.unknown) {
    answer =
        job.kind == Kind::read ? unreachable(failure.error.message) : unknown_outcome(failure.error.message);
  }
  finish(job, std::move(answer));
}

void Pool::wait_for_sockets() {
  std::vector<pollfd> sockets{{wake_fd_, POLLIN, 0}};
  std::vector<Slot*> owners{nullptr};
  bool busy = !changes_waiting_.empty() || !others_waiting_.empty();
  for (Slot& slot : slots_) {
    if (!slot.link) continue;
    busy |= !slot.sent.empty();
    const short events = slot.link->wants_to_write() ? POLLIN | POLLOUT : POLLIN;
    sockets.push_back({slot.link->socket(), events, 0});
    owners.push_back(&slot);
  }
  int patience = busy ? 100 : 5'000;
  {
    std::lock_guard lock(mutex_);
    if (arrived_.empty() && !ending_)
      asleep_ = true;
    else
      patience = 0;
  }
  ::poll(sockets.data(), sockets.size(), patience);
  if (sockets[0].revents) {
    uint64_t count = 0;
    (void)!::read(wake_fd_, &count, sizeof count);
  }
  for (size_t i = 1; i < sockets.size(); ++i) look_after(*owners[i], sockets[i].revents);
}

void Pool::look_after(Slot& slot, short events) {
  if (!slot.link) return;
  if (events != 0 && !slot.link->move_on((events & ~POLLOUT) != 0)) return lose(slot, slot.link->problem());
  if (slot.give_up && slot.sent.empty()) return lose(slot, "the server takes no changes, or is going away");
  if (!slot.sent.empty() && Steady::now() - slot.sent.front() > options_.answer) {
    lose(slot, "it did not answer in time");
  }
}

void Pool::lose(Slot& slot, const std::string& why) {
  const auto link = std::move(slot.link);
  {
    std::lock_guard lock(mutex_);
    why_down_ = why.empty() ? "the connection was closed" : why;
    if (--up_[slot.quick] == 0) down_since_[slot.quick] = Steady::now();
    slot.wanted = true;
  }
  connect_wake_.notify_all();
  ++lost_;
  link->fail({ErrorKind::io, why.empty() ? "the connection was closed" : why});
  slot.sent.clear();
}

void Pool::connect() {
  auto pause = std::chrono::milliseconds(kFirstPause);
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return s.wanted; });
    if (slot == slots_.end()) {
      connect_wake_.wait(lock);
      continue;
    }
    lock.unlock();
    auto link = Link::connect(connection_string_);
    if (link) {
      if (auto started = (*link)->start(); !started) link = started.error();
    }
    lock.lock();
    if (link) {
      slot->fresh = std::move(*link);
      slot->wanted = false;
      wake();
      pause = kFirstPause;
      continue;
    }
    why_down_ = link.error().message;
    // Not all nodes at one time, when the database is there again.
    const auto jitter =
        std::chrono::milliseconds(Steady::now().time_since_epoch().count() / 1000 % (pause.count() / 2));
    connect_wake_.wait_for(lock, pause + jitter, [this] { return ending_; });
    pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
  }
}

}  // namespace sealift::store::postgres
