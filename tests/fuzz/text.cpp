// What people and programs type: activation codes, identifiers, encodings, times, addresses, QR codes; the
// lines of the card's stdio and TCP doors.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "asn1/time.hpp"
#include "card/lines.hpp"
#include "card/stdio.hpp"
#include "card/tcp.hpp"
#include "card/vpcd.hpp"
#include "download/activation_code.hpp"
#include "euicc/install_engine.hpp"
#include "http/client.hpp"
#include "qr/qr.hpp"
#include "reader/tcp.hpp"
#include "samples.hpp"
#include "targets.hpp"

namespace sealift::fuzz {
namespace {

/// What parses is written, and parses as the same again.
template <class Parse, class Write>
void again(Parse parse, Write write) {
  auto value = parse();
  if (!value) {
    require(!value.error().message.empty(), "a refusal says why");
    return;
  }
  write(*value);
}

void activation_code(std::string_view in) {
  using download::ActivationCode;
  again([&] { return ActivationCode::parse(in); },
        [](const ActivationCode& code) {
          auto back = ActivationCode::parse(code.text());
          require(back && *back == code, "an activation code is written as it was read");
          require(download::is_server_address(code.smdpAddress), "its address is one");
          if (auto drawn = qr::to_svg(code.qr_text()); !drawn) {
            require(drawn.error().kind == ErrorKind::limit, "it can be drawn");
          }
        });
}

void encodings(std::string_view in) {
  if (auto octets = from_hex(in)) require(from_hex(hex(*octets)).value() == *octets, "hexadecimal");
  if (auto octets = from_base64(in)) require(from_base64(base64(*octets)).value() == *octets, "base64");
  if (auto octets = bcd(in)) require(hex(*octets) == in, "BCD");
  if (auto octets = swapped_bcd(in)) require(from_swapped_bcd(*octets).value() == in, "swapped BCD");
  (void)from_swapped_bcd(view(in));
  require(from_base64(base64(view(in))).value() == to_bytes(in), "anything has a base64");
}

void identifiers(std::string_view in) {
  again([&] { return Eid::parse(in); }, [&](const Eid& id) { require(id.digits() == in, "EID"); });
  again([&] { return Iccid::parse(in); },
        [&](const Iccid& id) { require(Iccid::parse(id.digits()).value() == id, "ICCID"); });
  again([&] { return Imsi::parse(in); },
        [&](const Imsi& id) { require(Imsi::from_ef_imsi(id.ef_imsi()).value() == id, "IMSI"); });
  again([&] { return TransactionId::parse(in); },
        [&](const TransactionId& id) {
          require(TransactionId::parse(id.hex_digits()).value() == id, "transactionId");
        });
  again([&] { return MatchingId::parse(in); },
        [&](const MatchingId& id) { require(id.value() == in, "MatchingID"); });
  again([&] { return asn1::Oid::parse(in); },
        [&](const asn1::Oid& oid) {
          require(oid.dotted() == in && asn1::Oid::from_content(oid.content()).value() == oid, "OID");
        });
  const View octets = view(in);
  again(
      [&] { return Iccid::from_octets(octets); },
      [&](const Iccid& id) { require(equal(id.octets(), octets) && !id.digits().empty(), "ICCID octets"); });
  again([&] { return Imsi::from_ef_imsi(octets); },
        [&](const Imsi& id) { require(!id.digits().empty(), "EF_IMSI"); });
  again([&] { return asn1::Oid::from_content(octets); },
        [&](const asn1::Oid& oid) { require(asn1::Oid::parse(oid.dotted()).value() == oid, "OID content"); });
  (void)Eid::from_octets(octets);
  (void)Aid::from_octets(octets);
  (void)TransactionId::from_octets(octets);
  if (in.size() == 30) (void)Eid::with_check_digits(in);
}

void times(std::string_view in) {
  for (uint8_t tag : {asn1::tag_utc_time, asn1::tag_generalized_time}) {
    again([&] { return asn1::parse_x509_time(tag, view(in)); },
          [](Time time) {
            const auto written = asn1::x509_time(time);
            require(asn1::parse_x509_time(written.tag, view(written.content)).value() == time,
                    "a time of X.509");
            require(asn1::parse_rfc3339(asn1::rfc3339(time)).value() == time, "a time of RFC 3339");
          });
  }
  again([&] { return asn1::parse_rfc3339(in); },
        [&](Time time) { require(asn1::rfc3339(time) == in, "a time is written as it was read"); });
}

void addresses(std::string_view in) {
  again([&] { return http::HostPort::parse(in); },
        [](const http::HostPort& address) {
          auto back = http::HostPort::parse(address.text());
          require(back && back->host == address.host && back->port == address.port, "an address");
        });
  again([&] { return http::ConnectTo::parse(in); },
        [](const http::ConnectTo& way) { require(way.port != 0, "a port"); });
  (void)is_utf8(view(in));
}

/// A card to talk to; what is said to it is forgotten.
struct Powered {
  euicc::MemoryNvm nvm{card_memory()};
  SeededRandom random{card_seed};
  euicc::SaipEngine engine;
  std::unique_ptr<euicc::Card> card =
      std::move(euicc::Card::open({nvm, random, engine, nullptr, nullptr, true})).value();
};

void stdio_door(std::string_view in) {
  Powered powered;
  while (!in.empty()) {
    const size_t end = std::min(in.find('\n'), in.size());
    auto answer = card::answer_stdio_line(*powered.card, in.substr(0, end));
    if (answer) require(answer->find('\n') == answer->npos, "an answer is one line");
    in.remove_prefix(std::min(end + 1, in.size()));
  }
  require_same_card(powered.nvm.content());
}

/// Lines from a descriptor, whatever the sizes of the pieces.
void lines(std::string_view in) {
  int ends[2];
  if (in.size() > 8192 || ::pipe(ends) != 0) return;
  require(::write(ends[1], in.data(), in.size()) == static_cast<ssize_t>(in.size()), "a pipe takes so much");
  ::close(ends[1]);
  card::LineReader reader(ends[0], 200);
  size_t octets = 0;
  for (;;) {
    auto line = reader.next();
    if (!line || !*line) break;
    require((*line)->size() <= 200 && (*line)->find('\n') == (*line)->npos,
            "a line is one, and not too long");
    octets += (*line)->size();
  }
  require(octets <= in.size(), "no more is read than there was");
  ::close(ends[0]);
}

/// A port that listens, for what connects to others.
struct Listener {
  Listener() {
    socklen_t size = sizeof at;
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(::bind(fd, reinterpret_cast<sockaddr*>(&at), size) == 0 && ::listen(fd, 1) == 0, "a port");
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  }
  uint16_t port() const { return ntohs(at.sin_port); }
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
};
/// Sends all of it to whoever connects, and no more.
int greet(const Listener& listener, std::string_view in) {
  const int peer = ::accept(listener.fd, nullptr, nullptr);
  require(::send(peer, in.data(), in.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(in.size()),
          "it takes octets");
  ::shutdown(peer, SHUT_WR);
  return peer;
}
void drop(int peer) {
  const linger at_once{1, 0};  // no TIME_WAIT for each of a million connections
  ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(peer);
}

void tcp_door(std::string_view in) {
  static auto door = std::move(card::TcpDoor::listen("127.0.0.1", 0)).value();
  if (in.size() > 2000) return;
  Powered powered;
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(door.port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  require(::connect(client, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0, "the door listens");
  require(::send(client, in.data(), in.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(in.size()),
          "and takes lines");
  ::shutdown(client, SHUT_WR);
  require(door.serve_one(*powered.card).value_or(false), "a connection is served to its end");
  drop(client);
  require_same_card(powered.nvm.content());
}

/// The door goes to vpcd; what that sends waits when it comes.
void vpcd_door(std::string_view in) {
  static const Listener listener;
  if (in.size() > 2000) return;
  auto door = std::move(card::VpcdDoor::make("127.0.0.1", listener.port())).value();
  Powered powered;
  int vpcd = -1;
  const Status served = door.serve(*powered.card, [&](card::VpcdDoor::Event event) {
    if (event != card::VpcdDoor::Event::inserted) return door.stop();
    vpcd = greet(listener, in);
  });
  require(served && vpcd >= 0, "a connection is served to its end");
  drop(vpcd);
  require_same_card(powered.nvm.content());
}

/// An LPA's reader before a door that answers anything.
void tcp_reader(std::string_view in) {
  static const Listener listener;
  if (in.size() > 2000) return;
  int door = -1;
  std::thread other([&] { door = greet(listener, in); });
  {
    auto reader = reader::TcpReader::connect("127.0.0.1:" + std::to_string(listener.port()));
    for (int i = 0; reader && i < 4; ++i) {
      if (!reader->transmit(*from_hex("00A40004023F00"))) break;
    }
    if (reader) (void)reader->reset();
    other.join();
  }
  drop(door);
}

void qr_codes(std::string_view in) {
  (void)qr::to_terminal(in, false);
  if (in.size() < 200 && !in.empty()) {
    auto drawn = qr::to_png(in, 2);
    if (drawn && in.find('\0') == in.npos && is_utf8(view(in))) (void)qr::from_image(*drawn);
  }
}

using Run = void (*)(std::string_view);
constexpr Run all[] = {activation_code, encodings, identifiers, times,     addresses, stdio_door,
                       lines,           tcp_door,  qr_codes,    vpcd_door, tcp_reader};

void run(View input) {
  Input in(input);
  all[in.octet() % std::size(all)](text(in.rest()));
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> out;
  auto add = [&](uint8_t which, std::string_view said) { out.push_back(concat({Bytes{which}, view(said)})); };
  for (const char* code :
       {"LPA:1$smdp.example.com$TOKEN-1", "1$smdp.example.com:8443$$2.999.10$1", "lpa:1$a.b$X$$1$more"}) {
    add(0, code);
  }
  for (const char* said : {"00ff10AB", "c2VhbGlmdA==", "8949000000000000017", "\x98\x94\x00\x00\xF1"})
    add(1, said);
  for (const char* said :
       {"89049032123451234512345678901235", "8949000000000000017", "001010123456789",
        "00112233445566778899AABBCCDDEEFF", "2.23.146.1.2.1.4", "K2-ABC", "\x67\x81\x12\x01\x02\x01\x04",
        "\x98\x94\x00\x00\x00\x00\x00\x00\x10\xF7", "890490321234512345123456789012"}) {
    add(2, said);
  }
  for (const char* said : {"261120225454Z", "20261120225454Z", "2026-11-20T22:54:54Z", "500101000000Z"})
    add(3, said);
  for (const char* said : {"smdp.example.com:8443", "smdp.example.com:443:[::1]:8443", "a:1:127.0.0.1:2"})
    add(4, said);
  const std::string open =
      R"({"type":"apdu","payload":{"func":"connect","param":null}})"
      "\n"
      R"({"type":"apdu","payload":{"func":"logic_channel_open","param":"A0000005591010FFFFFFFF8900000100"}})"
      "\n"
      R"({"type":"apdu","payload":{"func":"transmit","param":"81E2910006BF3E035C015A"}})"
      "\n"
      R"({"type":"apdu","payload":{"func":"logic_channel_close","param":"01"}})"
      "\n";
  add(5, open);
  add(5, R"({"type":"progress","payload":{}})");
  add(6, "one\r\ntwo\n\nthree");
  add(7,
      "00A40004023F00\nreset\n80AA000005A903830107\n0070000001\n01A4040010A0000005591010FFFFFFFF8900000100"
      "\n");
  add(7, "not hexadecimal\n");
  add(10, "3B9F96801FC78031A073BE211F6753\n6A82\n9000\r\nerror: no\n");
  add(8, "LPA:1$smdp.example.com$TOKEN-1");
  add(9,
      text(join(
          {{0x01}, {0x04}, *from_hex("80AA000005A903830107"), *from_hex("00A40004023F00"), {0x02}, {0x00}})));
  return out;
}

}  // namespace

const Target target_text{"text",
                         run,
                         seeds,
                         Shape::octets,
                         1,
                         0,
                         {"LPA:", "1$", "$", "$1", "2.999.10", "\"type\"", "\"apdu\"", "\"payload\"",
                          "\"func\"", "\"param\"", "connect", "disconnect", "transmit", "logic_channel_open",
                          "logic_channel_close", "reset\n", "T00:00:00Z", "[::1]:"}};

}  // namespace sealift::fuzz
