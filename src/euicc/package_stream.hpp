// Cuts the octets of a Bound Profile Package into its parts as they arrive, split anywhere (SGP.22 2.5.4).
//
//   BF36 { BF23 {...}, A0 { '87'+ }, A1 { '88'+ }, A2 { '87'+ } OPTIONAL, A3 { '86'+ } }
//
// Holds one protected TLV at most. Nothing here is verified yet: sizes are bounded, order is enforced,
// contents are the loader's matter.
#pragma once

#include <functional>

#include "asn1/reader.hpp"

namespace sealift::euicc {

enum class PackagePart : uint8_t { initialise, configure, metadata, replace_keys, profile };

class PackageStream {
 public:
  /// Largest InitialiseSecureChannel and protected TLV that are taken, octets with tag and length. Servers in
  /// the field cut '86' at 1036 instead of 1020.
  static constexpr size_t max_initialise = 512;
  static constexpr size_t max_tlv = 1036;

  /// Takes complete objects; false ends the feeding.
  class Sink {
   public:
    virtual ~Sink() = default;
    /// The whole BF23, or one whole protected TLV.
    virtual bool object(PackagePart part, View tlv) = 0;
    /// The last TLV of a list has been given.
    virtual bool end_of(PackagePart part) = 0;
  };

  enum class Fed : uint8_t { more, complete, malformed, stopped };
  Fed feed(View octets, Sink& sink);
  /// Where the next octet belongs, or what it belongs to.
  PackagePart part() const { return part_; }
  /// No object is half received.
  bool at_boundary() const { return pending_.empty(); }
  /// BF36 has come, BF23 has not.
  bool expects_initialise() const { return opened_ && !initialised_; }

 private:
  enum class Step : uint8_t { again, more, malformed, stopped };
  Step outer(const asn1::Header& h);
  Step between(const asn1::Header& h, Sink& sink);
  Step within(const asn1::Header& h, Sink& sink);
  Step next(Sink& sink);
  void take(size_t n);

  Bytes pending_;
  uint64_t left_ = 0;       ///< of BF36, not yet taken
  uint64_t list_left_ = 0;  ///< of the current list
  bool opened_ = false, initialised_ = false, in_list_ = false, done_ = false;
  PackagePart part_ = PackagePart::initialise;
};

}  // namespace sealift::euicc
