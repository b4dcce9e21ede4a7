#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/temporary_folder.hpp"
#include "card/file_nvm.hpp"
#include "card/lines.hpp"
#include "card/stdio.hpp"
#include "card/tcp.hpp"
#include "card/vpcd.hpp"
#include "euicc/install_engine.hpp"
#include "pki/issue.hpp"

namespace sealift::card {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with the test.
struct Folder {
  const TemporaryFolder made = TemporaryFolder::make().value();
  std::string file(const char* name = "card") const { return made.path() + "/" + name; }
};

constexpr const char* eid_digits = "89049032123451234512345678901235";

struct Made {
  SeededRandom random{1};
  euicc::SaipEngine engine;
  euicc::MemoryNvm nvm;
  std::unique_ptr<euicc::Card> card;
  Made() {
    EXPECT_TRUE(personalise(nvm));
    card = *euicc::Card::open({nvm, random, engine});
  }
  Status personalise(euicc::Nvm& into) {
    pki::HierarchyOptions options{.deterministic = true, .eid = *Eid::parse(eid_digits)};
    options.not_before = Time(std::chrono::seconds(1700000000));
    auto pki = TRY(pki::make_hierarchy(options, random));
    euicc::Personalisation p{.eid = options.eid};
    p.credentials.push_back({to_bytes(pki.certificate(pki::Role::euicc).der()),
                             to_bytes(pki.certificate(pki::Role::eum).der()),
                             pki[pki::Role::euicc].key.scalar().clone()});
    p.ci_certificates = {to_bytes(pki.certificate(pki::Role::ci).der())};
    p.root_ds_address = "ds.example.com";
    return euicc::Card::personalise(into, std::move(p));
  }
};

TEST(FileNvm, keeps_a_card) {
  Folder folder;
  Made made;
  {
    auto nvm = FileNvm::create(folder.file());
    ASSERT_TRUE(nvm);
    ASSERT_TRUE(made.personalise(**nvm));
  }
  struct stat status;
  ASSERT_EQ(::stat(folder.file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  auto nvm = FileNvm::open(folder.file());
  ASSERT_TRUE(nvm) << nvm.error().message;
  auto card = euicc::Card::open({**nvm, made.random, made.engine});
  ASSERT_TRUE(card) << card.error().message;
  EXPECT_EQ((*card)->eid().digits(), eid_digits);
}

TEST(FileNvm, is_for_one_program_at_a_time) {
  Folder folder;
  auto first = FileNvm::create(folder.file());
  ASSERT_TRUE(first);
  EXPECT_EQ(FileNvm::open(folder.file()).error().kind, ErrorKind::conflict);
  ASSERT_TRUE((*first)->replace(Bytes{1, 2, 3}));
  EXPECT_EQ(FileNvm::open(folder.file()).error().kind, ErrorKind::conflict)
      << "a rewrite does not lose the lock";
  first->reset();
  auto second = FileNvm::open(folder.file());
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->size(), 3u);
}

TEST(FileNvm, says_what_is_wrong) {
  Folder folder;
  EXPECT_EQ(FileNvm::open(folder.file()).error().kind, ErrorKind::not_found);
  ASSERT_TRUE(FileNvm::create(folder.file()));
  EXPECT_EQ(FileNvm::create(folder.file()).error().kind, ErrorKind::exists);
  fs::permissions(folder.file(), fs::perms(0640));
  EXPECT_EQ(FileNvm::open(folder.file()).error().kind, ErrorKind::permission);
  EXPECT_EQ(FileNvm::create(folder.file("no/such/folder")).error().kind, ErrorKind::not_found);
  Made made;
  auto empty = FileNvm::create(folder.file("empty"));
  EXPECT_EQ(euicc::Card::open({**empty, made.random, made.engine}).error().kind, ErrorKind::not_found);
}

TEST(FileNvm, appends_reads_and_replaces) {
  Folder folder;
  auto nvm = *FileNvm::create(folder.file());
  ASSERT_TRUE(nvm->append(Bytes{1, 2, 3}));
  ASSERT_TRUE(nvm->append(Bytes{4}));
  ASSERT_TRUE(nvm->sync());
  Bytes out(2);
  ASSERT_TRUE(nvm->read(2, out));
  EXPECT_EQ(out, (Bytes{3, 4}));
  EXPECT_FALSE(nvm->read(3, out));
  ASSERT_TRUE(nvm->replace(Bytes{9, 9}));
  ASSERT_TRUE(nvm->append(Bytes{8}));
  EXPECT_EQ(nvm->size(), 3u);
  EXPECT_FALSE(fs::exists(folder.file("card.new")));
}

std::string apdu_line(std::string_view func, std::string_view param) {
  std::string quoted = param.empty() ? "null" : "\"" + std::string(param) + "\"";
  return "{\"type\":\"apdu\",\"payload\":{\"func\":\"" + std::string(func) + "\",\"param\":" + quoted + "}}";
}

TEST(Stdio, speaks_as_lpac_expects) {
  Made m;
  auto answer = [&](std::string_view func, std::string_view param) {
    return answer_stdio_line(*m.card, apdu_line(func, param)).value_or("none");
  };
  const char* zero = R"({"type":"apdu","payload":{"ecode":0}})";
  const char* bad = R"({"type":"apdu","payload":{"ecode":-1}})";
  EXPECT_EQ(answer("connect", ""), zero);
  EXPECT_EQ(answer("logic_channel_open", "A0000005591010FFFFFFFF8900000100"),
            R"({"type":"apdu","payload":{"ecode":1}})");
  EXPECT_EQ(answer("logic_channel_open", "A000000087"), bad);
  EXPECT_EQ(answer("transmit", "81E2910006BF3E035C015A"),
            R"({"type":"apdu","payload":{"ecode":0,"data":"6115"}})");
  EXPECT_EQ(
      answer("transmit", "81C0000015"),
      std::string(R"({"type":"apdu","payload":{"ecode":0,"data":"BF3E125A10)") + eid_digits + R"(9000"}})");
  EXPECT_EQ(answer("logic_channel_close", "01"), zero);
  EXPECT_EQ(answer("logic_channel_close", "01"), bad);
  EXPECT_EQ(answer("transmit", "8"), bad);
  EXPECT_EQ(answer("dance", ""), bad);
  EXPECT_EQ(answer("disconnect", ""), zero);
}

TEST(Stdio, leaves_other_lines_alone) {
  Made m;
  for (const char* line : {"", "hello", "[]", "{}", R"({"type":"lpa","payload":{}})", R"({"type":7})"}) {
    EXPECT_FALSE(answer_stdio_line(*m.card, line)) << line;
  }
  EXPECT_TRUE(answer_stdio_line(*m.card, R"({"type":"apdu"})")) << "a broken request is answered";
  EXPECT_TRUE(answer_stdio_line(*m.card, R"({"type":"apdu","payload":{"func":"transmit","param":5}})"));
}

TEST(RunChild, connects_a_child_to_the_card) {
  Made m;
  int out[2];
  ASSERT_EQ(::pipe(out), 0);
  std::string script = "echo '" + apdu_line("connect", "") + "'; read a; echo \"got $a\"; exit 7";
  auto status = run_child(*m.card, {"sh", "-c", script}, out[1]);
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(*status, 7);
  ::close(out[1]);
  LineReader lines(out[0], 1000);
  EXPECT_EQ((*lines.next()).value_or(""), R"(got {"type":"apdu","payload":{"ecode":0}})");
  EXPECT_FALSE(*lines.next());
  ::close(out[0]);
}

TEST(RunChild, tells_how_a_child_ended) {
  Made m;
  EXPECT_EQ(*run_child(*m.card, {"sh", "-c", "kill -9 $$"}, 1), 137);
  EXPECT_EQ(run_child(*m.card, {"/no/such/lpa"}, 1).error().kind, ErrorKind::not_found);
  // A child that asks and does not wait for the answer.
  EXPECT_EQ(*run_child(*m.card, {"sh", "-c", "echo '" + apdu_line("connect", "") + "'; exit 0"}, 1), 0);
}

int connect_to(uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  return fd;
}

TEST(TcpDoor, carries_apdus_and_resets) {
  Made m;
  auto door = TcpDoor::listen("127.0.0.1", 0);
  ASSERT_TRUE(door) << door.error().message;
  EXPECT_EQ(TcpDoor::listen("127.0.0.1", door->port()).error().kind, ErrorKind::conflict);
  EXPECT_EQ(TcpDoor::listen("localhost!", 0).error().kind, ErrorKind::invalid);
  std::thread server([&] {
    for (;;) {
      auto served = door->serve_one(*m.card);
      if (!served || !*served) break;
    }
  });
  std::string atr = hex(m.card->atr());
  for (int round = 0; round < 2; ++round) {
    int fd = connect_to(door->port());
    LineReader lines(fd, 1000);
    auto ask = [&](std::string_view line) {
      EXPECT_TRUE(write_all(fd, std::string(line) + "\n"));
      auto answer = lines.next();
      return answer && *answer ? **answer : "gone";
    };
    EXPECT_EQ((*lines.next()).value_or(""), atr);
    EXPECT_EQ(ask("0070000001"), "019000") << "each connection finds the card after reset";
    EXPECT_EQ(ask("reset"), atr);
    EXPECT_EQ(ask("0070000001\r"), "019000");
    EXPECT_EQ(ask("ff"), "6700");
    EXPECT_TRUE(ask("what?").starts_with("error: "));
    EXPECT_EQ(ask("0070000001"), "gone");
    ::close(fd);
  }
  int flood = connect_to(door->port());
  EXPECT_TRUE(write_all(flood, std::string(1500, '0')));
  int fd = connect_to(door->port());
  LineReader lines(fd, 1000);
  EXPECT_EQ((*lines.next()).value_or(""), atr) << "a line without end does not hold the card";
  door->stop();
  server.join();
  ::close(fd);
  ::close(flood);
}

/// vpcd, as the driver behaves: listens, and speaks first.
class FakeVpcd {
 public:
  FakeVpcd() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof at;
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size), 0);
    port = ntohs(at.sin_port);
  }
  ~FakeVpcd() {
    eject();
    ::close(listener_);
  }
  void insert() { card_ = ::accept(listener_, nullptr, nullptr); }
  void eject() { ::close(std::exchange(card_, -1)); }
  void send(std::string_view octets) {
    Bytes message = *from_hex(octets);
    EXPECT_EQ(::send(card_, message.data(), message.size(), MSG_NOSIGNAL), static_cast<ssize_t>(message.size()));
  }
  std::string receive() {
    Octets<2> length{};
    EXPECT_EQ(::recv(card_, length.data(), 2, MSG_WAITALL), 2);
    Bytes message(static_cast<size_t>(length[0] << 8 | length[1]));
    EXPECT_EQ(::recv(card_, message.data(), message.size(), MSG_WAITALL), static_cast<ssize_t>(message.size()));
    return hex(message);
  }
  uint16_t port = 0;

 private:
  int listener_, card_ = -1;
};

TEST(VpcdDoor, powers_resets_and_carries_apdus) {
  Made m;
  FakeVpcd vpcd;
  auto door = VpcdDoor::make("127.0.0.1", vpcd.port);
  ASSERT_TRUE(door);
  std::vector<VpcdDoor::Event> events;
  std::thread server([&] { EXPECT_TRUE(door->serve(*m.card, [&](auto event) { events.push_back(event); })); });
  for (int round = 0; round < 2; ++round) {  // the second: vpcd went away and came again
    vpcd.insert();
    vpcd.send("000101" "000104");
    EXPECT_EQ(vpcd.receive(), hex(m.card->atr()));
    vpcd.send("00050070000001");
    EXPECT_EQ(vpcd.receive(), "019000") << "the first free channel, so each reader finds the card after reset";
    vpcd.send("0005007000");
    vpcd.send("0001");  // in two pieces
    EXPECT_EQ(vpcd.receive(), "029000");
    vpcd.send("000102" "0000" "000177" "00050070000001");
    EXPECT_EQ(vpcd.receive(), "019000") << "a reset closes channels; what vpcd does not say yet has no answer";
    vpcd.send("000100" "000101" "00050070000001");
    EXPECT_EQ(vpcd.receive(), "019000") << "and so does power";
    vpcd.send("0007" "00A40004000000");
    EXPECT_EQ(vpcd.receive(), "6700") << "no extended length, as the ATR says";
    vpcd.eject();
  }
  vpcd.insert();
  vpcd.send("000104");
  vpcd.receive();
  door->stop();
  server.join();
  using Event = VpcdDoor::Event;
  EXPECT_EQ(events, (std::vector{Event::inserted, Event::removed, Event::inserted, Event::removed, Event::inserted,
                                 Event::removed}));
}

TEST(LineReader, refuses_a_line_that_is_too_long_however_it_arrives) {
  for (const std::string& rest : {std::string("\n"), std::string(), std::string("\nshort\n")}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_TRUE(write_all(ends[1], "short\n" + std::string(101, 'A') + rest));
    ::close(ends[1]);
    LineReader lines(ends[0], 100);
    EXPECT_EQ(lines.next().value(), "short");
    EXPECT_EQ(lines.next().error().kind, ErrorKind::limit);
    ::close(ends[0]);
  }
}

TEST(VpcdDoor, does_not_hammer_a_vpcd_that_hangs_up) {
  Made m;
  FakeVpcd vpcd;
  auto door = VpcdDoor::make("127.0.0.1", vpcd.port);
  ASSERT_TRUE(door);
  std::thread server([&] { EXPECT_TRUE(door->serve(*m.card, [](auto) {})); });
  vpcd.insert();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 2; ++i) {
    vpcd.eject();
    vpcd.insert();
  }
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(300));
  door->stop();
  server.join();
}

TEST(VpcdDoor, waits_for_a_reader) {
  Made m;
  uint16_t port = FakeVpcd().port;  // free again
  auto door = VpcdDoor::make("127.0.0.1", port);
  ASSERT_TRUE(door);
  int waited = 0;
  EXPECT_TRUE(door->serve(*m.card, [&](auto event) {
    waited += event == VpcdDoor::Event::waiting;
    door->stop();
  }));
  EXPECT_EQ(waited, 1);
}

}  // namespace
}  // namespace sealift::card
