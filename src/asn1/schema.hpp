// One declaration a message: `schema<T>` lists its fields by specification name and raw tag, and decode,
// encode and trace come from it. Included by the .cpp files that declare messages, and by nothing else: it
// is what costs compile time (about a dozen messages a file).
//
//   template <> inline constexpr auto asn1::schema<SmdpSigned2> = extensible(0x30, &SmdpSigned2::unknown,
//       field("transactionId", &SmdpSigned2::transactionId, 0x80),
//       field("ccRequiredFlag", &SmdpSigned2::ccRequiredFlag),
//       field("bppEuiccOtpk", &SmdpSigned2::bppEuiccOtpk, 0x5F49));
//   ASN1_MESSAGE(SmdpSigned2)
//
// A field's tag is its own where none is given. A CHOICE in a tagged field is wrapped (explicit), as the
// standard has it; everything else is tagged implicitly. `.range(lo, hi)` bounds a value, or a size (of a
// UTF8String in characters, X.680 51.5; of a SEQUENCE OF in elements, which are counted before one is made);
// `.at_most(n)` bounds the octets of the whole TLV.
#pragma once

#include <limits>
#include <tuple>
#include <type_traits>

#include "asn1/oid.hpp"
#include "asn1/shape.hpp"
#include "asn1/types.hpp"
#include "asn1/writer.hpp"
#include "base/ids.hpp"

namespace sealift::asn1 {

/// Nesting deeper than this is refused.
inline constexpr int max_depth = 16;

/// The state of one decode: where errors are counted from, and the first error.
class Decoder {
 public:
  explicit Decoder(View der) : base_(der.data()) {}
  /// Always false, so that it can be returned.
  bool fail(View at, ErrorKind kind, std::string what);
  bool fail(View at, const Error& e) { return fail(at, e.kind, e.message); }
  /// Puts a field's name before the path of the error; always false.
  bool inside(const char* name);
  bool next(View& in, Tlv& out);
  bool enter(View at);
  void leave() { --depth_; }
  Error error() const;

 private:
  const uint8_t* base_;
  int depth_ = 0;
  bool failed_ = false;
  ErrorKind kind_ = ErrorKind::invalid;
  size_t offset_ = 0;
  std::string what_, path_;
};

/// Collects trace(): a line a field.
class Printer {
 public:
  void open(std::string_view name);
  void close() { --indent_; }
  void line(std::string_view name, std::string_view value);
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
  int indent_ = 0;
};

template <class T>
struct Codec;
struct NoSchema {};
template <class T>
inline constexpr auto schema = NoSchema{};

// ---- declarations -------------------------------------------------------------------------------------

template <class C, class M>
struct Field {
  const char* name;
  M C::*member;
  Tag tag;      ///< 0: natural
  Tag element;  ///< of a SEQUENCE OF; 0: natural
  uint64_t low = 0, high = std::numeric_limits<uint64_t>::max();
  size_t octets = std::numeric_limits<size_t>::max();
  constexpr Field range(uint64_t lo, uint64_t hi) const {
    Field f = *this;
    f.low = lo;
    f.high = hi;
    return f;
  }
  constexpr Field at_most(size_t whole_tlv) const {
    Field f = *this;
    f.octets = whole_tlv;
    return f;
  }
};
template <class C, class M>
constexpr Field<C, M> field(const char* name, M C::*member, Tag tag = 0, Tag element = 0) {
  return {name, member, tag, element};
}

template <class C, class... F>
struct Sequence {
  Tag tag;
  Unknown C::*unknown;  ///< null: not extensible
  std::tuple<F...> fields;
};
/// SEQUENCE that refuses what it does not know.
template <class C, class... M>
constexpr auto sequence(Tag tag, Field<C, M>... fields) {
  return Sequence<C, Field<C, M>...>{tag, nullptr, {fields...}};
}
/// SEQUENCE whose unknown trailing fields are kept.
template <class C, class... M>
constexpr auto extensible(Tag tag, Unknown C::*unknown, Field<C, M>... fields) {
  return Sequence<C, Field<C, M>...>{tag, unknown, {fields...}};
}

struct Alternative {
  const char* name;
  Tag tag;      ///< 0: natural
  Tag element;  ///< of a SEQUENCE OF; 0: natural
  uint64_t low = 0, high = std::numeric_limits<uint64_t>::max();
  constexpr Alternative range(uint64_t lo, uint64_t hi) const {
    Alternative a = *this;
    a.low = lo;
    a.high = hi;
    return a;
  }
};
constexpr Alternative alternative(const char* name, Tag tag = 0, Tag element = 0) {
  return {name, tag, element};
}
template <size_t N>
struct Choice {
  Tag tag;  ///< explicit tag around the alternatives; 0: none
  std::array<Alternative, N> alternatives;
};
/// CHOICE: alternative i belongs to the i-th type of `alt`.
template <class... A>
constexpr auto choice(Tag tag, A... alternatives) {
  return Choice<sizeof...(A)>{tag, {alternatives...}};
}

template <class S>
struct IsChoice : std::false_type {};
template <size_t N>
struct IsChoice<Choice<N>> : std::true_type {};
template <class T>
concept ChoiceMessage = IsChoice<std::remove_cv_t<decltype(schema<T>)>>::value;
template <class T>
concept SequenceMessage =
    !ChoiceMessage<T> && !std::is_same_v<std::remove_cv_t<decltype(schema<T>)>, NoSchema>;

// ---- leaves -------------------------------------------------------------------------------------------

/// Characters of a well-formed UTF-8 text.
size_t characters(std::string_view utf8);
/// What range() bounds: the value of a number, the size of the rest.
template <class T>
uint64_t measure(const T& v) {
  if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
    return static_cast<uint64_t>(v);
  else if constexpr (std::is_same_v<T, std::string>)
    return characters(v);
  else if constexpr (requires { v.size(); })
    return v.size();
  else
    return 0;
}

/// Leaves whose contents are octets: Codec<T> has parse(contents), contents(value) and show(value).
template <class T, Tag natural>
struct LeafCodec {
  static constexpr Tag tag = natural;
  static constexpr auto kind = Shape::Kind::octets;
  static constexpr uint64_t least = 0, most = Shape::unlimited;  ///< octets of contents
  static bool accepts(Tag got) { return got == natural; }
  static bool get(Decoder& d, const Tlv& t, T& out, Tag, Tag) {
    auto r = Codec<T>::parse(t.value);
    if (!r) return d.fail(t.whole, r.error());
    out = std::move(*r);
    return true;
  }
  static void put(Writer& w, const T& v, Tag as, Tag) { w.tlv(as ? as : natural, Codec<T>::contents(v)); }
  static void print(Printer& p, const char* name, const T& v) { p.line(name, Codec<T>::show(v)); }
};

template <>
struct Codec<Bytes> : LeafCodec<Bytes, 0x04> {
  static Result<Bytes> parse(View v) { return to_bytes(v); }
  static View contents(const Bytes& v) { return v; }
  static std::string show(const Bytes& v) { return hex(v); }
};
template <size_t N>
struct Codec<Octets<N>> : LeafCodec<Octets<N>, 0x04> {
  static constexpr uint64_t least = N, most = N;
  static Result<Octets<N>> parse(View v) { return octets<N>(v); }
  static View contents(const Octets<N>& v) { return v; }
  static std::string show(const Octets<N>& v) { return hex(v); }
};
template <>
struct Codec<std::string> : LeafCodec<std::string, 0x0C> {
  static constexpr auto kind = Shape::Kind::text;
  static Result<std::string> parse(View v) {
    if (!is_utf8(v)) return Error{ErrorKind::invalid, "not UTF-8"};
    return std::string(text(v));
  }
  static View contents(const std::string& v) { return view(v); }
  static std::string show(const std::string& v) { return "\"" + v + "\""; }
};
template <>
struct Codec<Null> : LeafCodec<Null, 0x05> {
  static constexpr auto kind = Shape::Kind::null;
  static constexpr uint64_t most = 0;
  static Result<Null> parse(View v) {
    if (!v.empty()) return Error{ErrorKind::invalid, "NULL with contents"};
    return Null{};
  }
  static View contents(const Null&) { return {}; }
  static std::string show(const Null&) { return "NULL"; }
};
template <>
struct Codec<BitString> : LeafCodec<BitString, 0x03> {
  static constexpr auto kind = Shape::Kind::bit_string;
  static constexpr uint64_t least = 1, most = 64;  ///< no set of named bits is anywhere near
  static Result<BitString> parse(View v);
  static Bytes contents(const BitString& v);
  static std::string show(const BitString& v);
};
template <>
struct Codec<bool> : LeafCodec<bool, 0x01> {
  static constexpr auto kind = Shape::Kind::boolean;
  static constexpr uint64_t least = 1, most = 1;
  static Result<bool> parse(View v) {
    if (v.size() != 1 || (v[0] != 0 && v[0] != 0xFF))
      return Error{ErrorKind::invalid, "a BOOLEAN is 00 or FF"};
    return v[0] != 0;
  }
  static Octets<1> contents(bool v) { return {static_cast<uint8_t>(v ? 0xFF : 0)}; }
  static std::string show(bool v) { return v ? "true" : "false"; }
};
template <class T>
requires((std::is_unsigned_v<T> && !std::is_same_v<T, bool>) || std::is_enum_v<T>) struct Codec<T> {
  static constexpr Tag tag = 0x02;
  static constexpr auto kind = Shape::Kind::integer;
  static constexpr uint64_t least = 1;
  static constexpr uint64_t most = [] {
    if constexpr (std::is_enum_v<T>)
      return uint64_t{std::numeric_limits<std::underlying_type_t<T>>::max()};
    else
      return uint64_t{std::numeric_limits<T>::max()};
  }();  ///< its largest value
  static bool accepts(Tag got) { return got == tag; }
  static bool get(Decoder& d, const Tlv& t, T& out, Tag, Tag) {
    auto r = read_unsigned(t.value);
    if (!r) return d.fail(t.whole, r.error());
    out = static_cast<T>(*r);
    if (static_cast<uint64_t>(out) != *r) return d.fail(t.whole, ErrorKind::limit, "INTEGER out of range");
    return true;
  }
  static void put(Writer& w, const T& v, Tag as, Tag) {
    w.unsigned_integer(as ? as : tag, static_cast<uint64_t>(v));
  }
  static void print(Printer& p, const char* name, const T& v) {
    std::string number = std::to_string(static_cast<uint64_t>(v));
    if constexpr (requires { to_name(v); }) {
      std::string_view known = to_name(v);
      if (!known.empty()) number = std::string(known) + " (" + number + ")";
    }
    p.line(name, number);
  }
};
/// The newtypes of base: OCTET STRINGs with rules of their own.
template <class T>
concept OctetNewtype = requires(const T& t, View v) {
  { T::from_octets(v) } -> std::same_as<Result<T>>;
  {View(t.octets())};
};
template <OctetNewtype T>
struct Codec<T> : LeafCodec<T, 0x04> {
  /// Octets: those of the array that holds them, or what ids.hpp says of those that vary.
  static constexpr uint64_t least = [] {
    if constexpr (std::is_same_v<T, Aid>) return uint64_t{5};
    else if constexpr (std::is_same_v<T, TransactionId>) return uint64_t{1};
    else return uint64_t{std::tuple_size_v<std::remove_cvref_t<decltype(std::declval<T>().octets())>>};
  }();
  static constexpr uint64_t most =
      std::is_same_v<T, Aid> || std::is_same_v<T, TransactionId> ? uint64_t{16} : least;
  static Result<T> parse(View v) { return T::from_octets(v); }
  static View contents(const T& v) { return v.octets(); }
  static std::string show(const T& v) { return hex(v.octets()); }
};
template <>
struct Codec<MatchingId> : LeafCodec<MatchingId, 0x0C> {
  static constexpr auto kind = Shape::Kind::text;
  static constexpr uint64_t most = 255;
  static Result<MatchingId> parse(View v) { return MatchingId::parse(text(v)); }
  static View contents(const MatchingId& v) { return view(v.value()); }
  static std::string show(const MatchingId& v) { return "\"" + v.value() + "\""; }
};
template <>
struct Codec<Oid> : LeafCodec<Oid, 0x06> {
  static constexpr auto kind = Shape::Kind::oid;
  static constexpr uint64_t least = 1, most = Oid::max_size;
  static Result<Oid> parse(View v) { return Oid::from_content(v); }
  static View contents(const Oid& v) { return v.content(); }
  static std::string show(const Oid& v) { return v.dotted(); }
};
template <>
struct Codec<Any> {
  static constexpr auto kind = Shape::Kind::any;
  static constexpr uint64_t least = 0, most = Shape::unlimited;
  static constexpr Tag tag = 0x30;  ///< of a Certificate or other SEQUENCE, where the field names no tag
  static bool accepts(Tag got) { return got == tag; }
  static bool get(Decoder&, const Tlv& t, Any& out, Tag, Tag) {
    out.tlv = to_bytes(t.whole);
    return true;
  }
  static void put(Writer& w, const Any& v, Tag, Tag) { w.bytes(v.tlv); }
  static void print(Printer& p, const char* name, const Any& v) { p.line(name, hex(v.tlv)); }
};

// ---- wrappers -----------------------------------------------------------------------------------------

template <class T>
struct Optionality {
  static constexpr bool optional = false;
  using value = T;
};
template <class T>
struct Optionality<std::optional<T>> {
  static constexpr bool optional = true;
  using value = T;
};
template <auto V>
struct Optionality<Default<V>> {
  static constexpr bool optional = true;
  using value = std::remove_cv_t<decltype(V)>;
};

template <class T>
struct Codec<Signed<T>> {
  static constexpr Tag tag = Codec<T>::tag;
  static bool accepts(Tag got) { return Codec<T>::accepts(got); }
  static bool get(Decoder& d, const Tlv& t, Signed<T>& out, Tag as, Tag element) {
    out.tlv = to_bytes(t.whole);
    return Codec<T>::get(d, t, out.value, as, element);
  }
  static void put(Writer& w, const Signed<T>& v, Tag as, Tag element) {
    if (v.tlv.empty())
      Codec<T>::put(w, v.value, as, element);
    else
      w.bytes(v.tlv);
  }
  static void print(Printer& p, const char* name, const Signed<T>& v) { Codec<T>::print(p, name, v.value); }
};

template <class T>
struct Codec<std::vector<T>> {
  static constexpr Tag tag = 0x30;
  static bool accepts(Tag got) { return got == tag; }
  static bool get(Decoder& d, const Tlv& t, std::vector<T>& out, Tag, Tag element) {
    if (!d.enter(t.whole)) return false;
    View in = t.value;
    while (!in.empty()) {
      Tlv x;
      if (!d.next(in, x)) return false;
      if (!(element ? x.tag == element : Codec<T>::accepts(x.tag))) {
        return d.fail(x.whole, ErrorKind::invalid, "an element with an unexpected tag");
      }
      if (!Codec<T>::get(d, x, out.emplace_back(), element, 0)) return false;
    }
    d.leave();
    return true;
  }
  static void put(Writer& w, const std::vector<T>& v, Tag as, Tag element) {
    size_t m = w.mark();
    for (size_t i = v.size(); i-- > 0;) Codec<T>::put(w, v[i], element, 0);
    w.header(as ? as : tag, m);
  }
  static void print(Printer& p, const char* name, const std::vector<T>& v) {
    p.open(name);
    for (const T& e : v) Codec<T>::print(p, "-", e);
    p.close();
  }
};

/// SEQUENCE OF, which Bytes is not.
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <>
struct IsVector<Bytes> : std::false_type {};
/// A list of more elements than allowed is refused before the first is made: an element may be far larger in
/// memory than on the wire.
template <class T>
bool takes_elements(Decoder& d, const Tlv& t, uint64_t high) {
  if constexpr (IsVector<T>::value) {
    if (high == Shape::unlimited || !is_constructed(t.tag)) return true;
    uint64_t count = 0;
    Tlv x;
    for (View in = t.value; !in.empty();) {
      if (++count > high) return d.fail(t.whole, ErrorKind::limit, "more elements than allowed");
      if (!d.next(in, x)) return false;
    }
  }
  return true;
}

// ---- SEQUENCE -----------------------------------------------------------------------------------------

template <SequenceMessage T>
struct Codec<T> {
  static constexpr Tag tag = schema<T>.tag;
  static bool accepts(Tag got) { return got == tag; }

  static bool get(Decoder& d, const Tlv& t, T& out, Tag, Tag) {
    if (!d.enter(t.whole)) return false;
    View in = t.value;
    bool ok =
        std::apply([&](const auto&... f) { return (get_field(d, in, out, f) && ...); }, schema<T>.fields);
    if (ok && !in.empty()) {
      if (schema<T>.unknown == nullptr)
        return d.fail(in, ErrorKind::invalid, "a field that does not belong here");
      (out.*schema<T>.unknown).tlvs = to_bytes(in);
      Tlv x;
      while (ok && !in.empty()) ok = d.next(in, x) && may_be_unknown(d, x);
    }
    if (ok) d.leave();
    return ok;
  }

  static void put(Writer& w, const T& v, Tag as, Tag) {
    size_t m = w.mark();
    if (schema<T>.unknown != nullptr) w.bytes((v.*schema<T>.unknown).tlvs);
    constexpr size_t n = std::tuple_size_v<decltype(schema<T>.fields)>;
    [&]<size_t... I>(std::index_sequence<I...>) {
      (put_field(w, v, std::get<n - 1 - I>(schema<T>.fields)), ...);
    }
    (std::make_index_sequence<n>{});
    w.header(as ? as : tag, m);
  }

  static void print(Printer& p, const char* name, const T& v) {
    p.open(name);
    std::apply([&](const auto&... f) { (print_field(p, v, f), ...); }, schema<T>.fields);
    if (schema<T>.unknown != nullptr && !(v.*schema<T>.unknown).tlvs.empty()) {
      p.line("(unknown)", hex((v.*schema<T>.unknown).tlvs));
    }
    p.close();
  }

 private:
  /// A field that we know is no unknown extension: there it is a duplicate, or out of order.
  static bool is_known(Tag got) {
    auto names = [got]<class C, class M>(const Field<C, M>& f) {
      return f.tag ? got == f.tag : Codec<typename Optionality<M>::value>::accepts(got);
    };
    return std::apply([&](const auto&... f) { return (names(f) || ...); }, schema<T>.fields);
  }
  static bool may_be_unknown(Decoder& d, const Tlv& x) {
    if (x.tag == 0) return d.fail(x.whole, ErrorKind::invalid, "tag 00, which is no tag");
    return !is_known(x.tag) || d.fail(x.whole, ErrorKind::invalid, "a field twice, or out of order");
  }
  template <class C, class M>
  static bool get_field(Decoder& d, View& in, T& out, const Field<C, M>& f) {
    using V = typename Optionality<M>::value;
    M& slot = out.*f.member;
    Tlv x;
    View after = in;
    bool present = false;
    if (!in.empty()) {
      if (!d.next(after, x)) return d.inside(f.name);
      present = f.tag ? x.tag == f.tag : Codec<V>::accepts(x.tag);
    }
    if (!present) {
      if constexpr (Optionality<M>::optional) return true;
      if (in.empty())
        d.fail(in, ErrorKind::truncated, "missing");
      else
        d.fail(in, ErrorKind::invalid, "missing, or out of order");
      return d.inside(f.name);
    }
    in = after;
    V* value = nullptr;
    if constexpr (requires { slot.encoded; })
      value = &slot.value;
    else if constexpr (Optionality<M>::optional)
      value = &slot.emplace();
    else
      value = &slot;
    if (x.whole.size() > f.octets) {
      d.fail(x.whole, ErrorKind::limit, "larger than allowed");
      return d.inside(f.name);
    }
    if (!takes_elements<V>(d, x, f.high) || !Codec<V>::get(d, x, *value, f.tag, f.element)) {
      return d.inside(f.name);
    }
    if constexpr (requires { slot.encoded; }) slot.encoded = slot.value == M{}.value;
    uint64_t size = measure(*value);
    if (size < f.low || size > f.high) {
      d.fail(x.whole, ErrorKind::limit, "a value or size out of bounds");
      return d.inside(f.name);
    }
    return true;
  }
  template <class C, class M>
  static void put_field(Writer& w, const T& v, const Field<C, M>& f) {
    const M& slot = v.*f.member;
    using V = typename Optionality<M>::value;
    if constexpr (requires { slot.encoded; }) {
      if (slot.value != M{}.value || slot.encoded) Codec<V>::put(w, slot.value, f.tag, f.element);
    } else if constexpr (Optionality<M>::optional) {
      if (slot) Codec<V>::put(w, *slot, f.tag, f.element);
    } else {
      Codec<V>::put(w, slot, f.tag, f.element);
    }
  }
  template <class C, class M>
  static void print_field(Printer& p, const T& v, const Field<C, M>& f) {
    const M& slot = v.*f.member;
    using V = typename Optionality<M>::value;
    if constexpr (requires { slot.encoded; }) {
      Codec<V>::print(p, f.name, slot.value);
    } else if constexpr (Optionality<M>::optional) {
      if (slot) Codec<V>::print(p, f.name, *slot);
    } else {
      Codec<V>::print(p, f.name, slot);
    }
  }
};

// ---- CHOICE -------------------------------------------------------------------------------------------

template <ChoiceMessage T>
struct Codec<T> {
  static constexpr Tag tag = schema<T>.tag;
  using Variant = decltype(T::alt);
  template <size_t I>
  using Of = std::variant_alternative_t<I, Variant>;
  static constexpr size_t count = std::variant_size_v<Variant>;

  static bool accepts(Tag got) { return tag != 0 ? got == tag : accepts_alternative(got); }

  static bool get(Decoder& d, const Tlv& t, T& out, Tag as, Tag) {
    if (as == 0 && tag == 0) return get_alternative(d, t, out);
    if (!d.enter(t.whole)) return false;
    View in = t.value;
    Tlv x;
    if (in.empty()) return d.fail(t.whole, ErrorKind::truncated, "an empty CHOICE");
    if (!d.next(in, x) || !get_alternative(d, x, out)) return false;
    if (!in.empty()) return d.fail(in, ErrorKind::invalid, "more than one alternative");
    d.leave();
    return true;
  }

  static void put(Writer& w, const T& v, Tag as, Tag) {
    size_t m = w.mark();
    each([&]<size_t I>(const Alternative& a) {
      if (v.alt.index() == I) Codec<Of<I>>::put(w, std::get<I>(v.alt), a.tag, a.element);
      return false;
    });
    if (as != 0)
      w.header(as, m);
    else if (tag != 0)
      w.header(tag, m);
  }

  static void print(Printer& p, const char* name, const T& v) {
    p.open(name);
    each([&]<size_t I>(const Alternative& a) {
      if (v.alt.index() == I) Codec<Of<I>>::print(p, a.name, std::get<I>(v.alt));
      return false;
    });
    p.close();
  }

 private:
  /// Calls f<I>(alternative I) for each until one answers true.
  template <class F>
  static bool each(F f) {
    static_assert(count == schema<T>.alternatives.size(), "an alternative for each type");
    return [&]<size_t... I>(std::index_sequence<I...>) {
      return (f.template operator()<I>(schema<T>.alternatives[I]) || ...);
    }
    (std::make_index_sequence<count>{});
  }
  template <size_t I>
  static bool matches(const Alternative& a, Tag got) {
    return a.tag ? got == a.tag : Codec<Of<I>>::accepts(got);
  }
  static bool accepts_alternative(Tag got) {
    return each([&]<size_t I>(const Alternative& a) { return matches<I>(a, got); });
  }
  static bool get_alternative(Decoder& d, const Tlv& x, T& out) {
    bool ok = false;
    bool hit = each([&]<size_t I>(const Alternative& a) {
      if (!matches<I>(a, x.tag)) return false;
      Of<I>& value = out.alt.template emplace<I>();
      ok = takes_elements<Of<I>>(d, x, a.high) && Codec<Of<I>>::get(d, x, value, a.tag, a.element);
      if (ok && (measure(value) < a.low || measure(value) > a.high)) {
        ok = d.fail(x.whole, ErrorKind::limit, "a value or size out of bounds");
      }
      if (!ok) d.inside(a.name);
      return true;
    });
    return hit ? ok : d.fail(x.whole, ErrorKind::invalid, "no alternative has this tag");
  }
};

// ---- shapes -------------------------------------------------------------------------------------------

/// A Signed<T> has the shape of T.
template <class T>
struct Bare {
  using type = T;
};
template <class T>
struct Bare<Signed<T>> {
  using type = T;
};
template <class T>
Shape make_shape(Tag element = 0);

template <class M>
ShapeMember make_member(std::string_view name, Tag tag, Tag element) {
  using V = typename Optionality<M>::value;
  ShapeMember m;
  m.name = name;
  m.optional = Optionality<M>::optional;
  m.has_default = requires(M slot) { slot.encoded; };
  m.shape = make_shape<typename Bare<V>::type>(element);
  m.tag = tag ? tag : m.shape.tag;
  return m;
}

template <class T>
Shape make_shape(Tag element) {
  Shape s;
  s.tag = Codec<T>::tag;
  if constexpr (SequenceMessage<T>) {
    s.kind = Shape::Kind::sequence;
    s.extensible = schema<T>.unknown != nullptr;
    auto add = [&s]<class C, class M>(const Field<C, M>& f) {
      ShapeMember& m = s.members.emplace_back(make_member<M>(f.name, f.tag, f.element));
      m.low = f.low;
      m.high = f.high;
      m.whole = f.octets;
    };
    std::apply([&](const auto&... f) { (add(f), ...); }, schema<T>.fields);
  } else if constexpr (ChoiceMessage<T>) {
    s.kind = Shape::Kind::choice;
    [&]<size_t... I>(std::index_sequence<I...>) {
      auto add = [&s]<class A>(const A*, const Alternative& a) {
        ShapeMember& m = s.members.emplace_back(make_member<A>(a.name, a.tag, a.element));
        m.low = a.low;
        m.high = a.high;
      };
      (add(static_cast<std::variant_alternative_t<I, decltype(T::alt)>*>(nullptr), schema<T>.alternatives[I]),
       ...);
    }
    (std::make_index_sequence<std::variant_size_v<decltype(T::alt)>>{});
  } else if constexpr (IsVector<T>::value) {
    s.kind = Shape::Kind::sequence_of;
    s.members.push_back(make_member<typename T::value_type>("-", element, 0));
  } else if constexpr (requires { Codec<T>::kind; }) {
    s.kind = Codec<T>::kind;
    s.least = Codec<T>::least;
    s.most = Codec<T>::most;
  }
  return s;
}

// ---- entry points -------------------------------------------------------------------------------------

/// A type's name without its namespaces.
constexpr std::string_view short_name(std::string_view name) {
  size_t at = name.rfind(':');
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

template <class T>
Result<T> decode_with_schema(View der) {
  Decoder d(der);
  View in = der;
  Tlv t;
  T out{};
  if (!d.next(in, t)) return d.error();
  if (!Codec<T>::accepts(t.tag)) {
    d.fail(t.whole, ErrorKind::invalid, "an unexpected outer tag");
    return d.error();
  }
  if (!in.empty()) {
    d.fail(in, ErrorKind::invalid, "octets after the message");
    return d.error();
  }
  if (!Codec<T>::get(d, t, out, 0, 0)) return d.error();
  return out;
}

}  // namespace sealift::asn1

/// Gives a type its decode, encode, trace and shape, in the .cpp file that has its schema. Use outside of all
/// namespaces, with the full name.
#define ASN1_MESSAGE(T)                                                                 \
  template <>                                                                           \
  ::sealift::Result<T> sealift::asn1::decode<T>(::sealift::View der) {                  \
    auto result = ::sealift::asn1::decode_with_schema<T>(der);                          \
    constexpr auto name = ::sealift::asn1::short_name(#T);                              \
    if (!result) return std::move(result.error()).within(name);                         \
    return result;                                                                      \
  }                                                                                     \
  template <>                                                                           \
  ::sealift::Bytes sealift::asn1::encode<T>(const T& value) {                           \
    ::sealift::asn1::Writer w;                                                          \
    ::sealift::asn1::Codec<T>::put(w, value, 0, 0);                                     \
    return std::move(w).take();                                                         \
  }                                                                                     \
  template <>                                                                           \
  ::sealift::asn1::Shape sealift::asn1::shape<T>() {                                    \
    return ::sealift::asn1::make_shape<T>();                                            \
  }                                                                                     \
  template <>                                                                           \
  std::string sealift::asn1::trace<T>(const T& value) {                                 \
    ::sealift::asn1::Printer p;                                                         \
    /* The tail of a literal, so it ends with a zero. */                                \
    ::sealift::asn1::Codec<T>::print(p, ::sealift::asn1::short_name(#T).data(), value); \
    return std::move(p).take();                                                         \
  }
