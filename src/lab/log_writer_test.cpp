// Lines go out whole and in order; who speaks never waits for who reads.
#include "lab/log_writer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <sstream>

namespace sealift::lab {
namespace {

/// A pipe that nobody reads until take().
class Pipe {
 public:
  Pipe() {
    EXPECT_EQ(::pipe(ends_), 0);
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    ::close(ends_[0]);
    close_writing();
  }
  int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  std::string take() {
    std::string out;
    char buffer[65536];
    for (ssize_t n; (n = ::read(ends_[0], buffer, sizeof buffer)) > 0;)
      out.append(buffer, static_cast<size_t>(n));
    return out;
  }

 private:
  int ends_[2] = {-1, -1};
};

std::string lost(uint64_t n) {
  return "lost " + std::to_string(n) + "\n";
}

TEST(LogWriter, writes_lines_in_their_order_and_what_is_left_at_the_end) {
  Pipe pipe;
  std::string expected;
  {
    LogWriter log(pipe.writing(), 1 << 20, lost);
    for (int i = 0; i < 500; ++i) {
      const std::string line = std::to_string(i) + "\n";
      log.write(line);
      expected += line;
      if (i == 250) log.flush();
    }
  }
  EXPECT_EQ(pipe.take(), expected);
}

TEST(LogWriter, keeps_the_lines_of_several_threads_whole) {
  Pipe pipe;
  {
    LogWriter log(pipe.writing(), 1 << 20, lost);
    std::vector<std::jthread> threads;
    for (char c : {'a', 'b', 'c', 'd'}) {
      threads.emplace_back([&log, c] {
        for (int i = 0; i < 200; ++i) log.write(std::string(40, c) + "\n");
      });
    }
  }
  std::istringstream lines(pipe.take());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_EQ(std::set<char>(line.begin(), line.end()).size(), 1u);
  EXPECT_EQ(count, 800);
}

TEST(LogWriter, drops_and_counts_where_nobody_reads_and_says_so_later) {
  Pipe pipe;
  std::string all;
  {
    LogWriter log(pipe.writing(), 4096, lost);
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 20'000; ++i) log.write(std::string(99, 'x') + "\n");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5)) << "nobody waited";
    EXPECT_GT(log.dropped(), 10'000u);
    for (int i = 0; i < 100; ++i) {
      all += pipe.take();
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    log.flush();
    log.write("again\n");
    log.flush();
    all += pipe.take();
  }
  all += pipe.take();
  EXPECT_NE(all.find("lost "), std::string::npos);
  EXPECT_NE(all.find("again\n"), std::string::npos);
}

TEST(LogWriter, goes_on_where_the_reader_has_gone) {
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  {
    LogWriter log(ends[1], 4096, lost);
    log.write("a\n");
    log.flush();
  }
  ::close(ends[1]);
}

}  // namespace
}  // namespace sealift::lab
