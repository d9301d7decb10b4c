// Answers are hostile, have sixty times as many values as requests and cost the most of the CPU: they are
// read without touching the heap. tests/unit/snmp proves it equal to net-snmp on good and broken bytes.
#include "agents/snmp/pdu.hpp"

#include <algorithm>
#include <cstring>

#include "agents/snmp/ber.hpp"

namespace assent::snmp {
namespace {

Type type_of(unsigned char tag) {
  switch (tag) {
  case pdu::integer:
    return Type::integer;
  case pdu::octets:
    return Type::octets;
  case pdu::object_id:
    return Type::object_id;
  case 0x40:
    return Type::address;
  case pdu::counter32:
    return Type::counter32;
  case 0x42: // Gauge32
  case 0x47: // UInteger32 of RFC 1442
    return Type::gauge32;
  case 0x43:
    return Type::ticks;
  case 0x44:
    return Type::opaque;
  case 0x46:
    return Type::counter64;
  case 0x80:
    return Type::no_object;
  case 0x81:
    return Type::no_instance;
  case 0x82:
    return Type::end_of_view;
  default:
    return Type::none;
  }
}

} // namespace

bool PduReader::read(std::string_view content, Answer& answer) {
  answer = {};
  BerReader reader(content);
  std::string_view id, status, index, list;
  std::int64_t numbers[3] = {};
  if (!reader.take(pdu::integer, id) || !read_integer(id, numbers[0])) return false;
  if (!reader.take(pdu::integer, status) || !read_integer(status, numbers[1])) return false;
  if (!reader.take(pdu::integer, index) || !read_integer(index, numbers[2])) return false;
  if (!reader.take(pdu::sequence, list) || !reader.empty()) return false;
  answer.request_id = static_cast<std::uint32_t>(numbers[0]);
  answer.error_status = static_cast<long>(numbers[1]);
  answer.error_index = static_cast<long>(numbers[2]);
  return read_list(list, answer.varbinds);
}

bool PduReader::read_list(std::string_view content, std::span<const Varbind>& varbinds) {
  varbinds = {};
  varbinds_.clear();
  used_ = 0;
  BerReader list(content);
  while (!list.empty()) {
    std::string_view pair;
    if (varbinds_.size() == max_varbinds || !list.take(pdu::sequence, pair) || !take_varbind(pair))
      return false;
  }
  varbinds = varbinds_;
  return true;
}

bool PduReader::take_varbind(std::string_view pair) {
  BerReader reader(pair);
  std::string_view name;
  Element value;
  Varbind varbind;
  // Bytes after the value would be read by some as the next varbind.
  if (!reader.take(pdu::object_id, name) || !reader.take(value) || !reader.empty()) return false;
  if (!take_oid(name, varbind.oid)) return false;
  varbind.type = type_of(value.tag);
  if (!take_value(value.content, varbind)) return false;
  varbinds_.push_back(varbind);
  return true;
}

bool PduReader::take_oid(std::string_view bytes, OidView& to) {
  std::size_t count = 0;
  const std::size_t room = std::min(max_oid_parts, parts_.size() - used_);
  if (!read_oid(bytes, parts_.data() + used_, room, count)) return false;
  to = {parts_.data() + used_, count};
  used_ += count;
  return true;
}

bool PduReader::take_value(std::string_view bytes, Varbind& to) {
  std::int64_t number = 0;
  switch (to.type) {
  case Type::integer:
    if (!read_integer(bytes, number)) return false;
    to.number = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(number)));
    return true;
  case Type::counter32:
  case Type::gauge32:
  case Type::ticks:
    // Some agents send a negative gauge; what counts is its 32 bits.
    if (!read_unsigned(bytes, to.number)) return false;
    to.number &= UINT32_MAX;
    return true;
  case Type::counter64:
    return read_unsigned(bytes, to.number);
  case Type::octets:
  case Type::address:
  case Type::opaque:
    to.octets = bytes;
    return true;
  case Type::object_id:
    return take_oid(bytes, to.object);
  default:
    return true;
  }
}

void BerWriter::put(unsigned char byte) {
  if (at_ == 0) full_ = true;
  if (!full_) room_[--at_] = static_cast<char>(byte);
}

void BerWriter::bytes(std::string_view value) {
  if (value.size() > at_) full_ = true;
  if (full_ || value.empty()) return;
  at_ -= value.size();
  std::memcpy(room_.data() + at_, value.data(), value.size());
}

void BerWriter::head(std::size_t length, unsigned char tag) {
  if (length < 0x80) {
    put(static_cast<unsigned char>(length));
  } else {
    unsigned count = 0;
    for (std::size_t left = length; left != 0; left >>= 8, ++count)
      put(static_cast<unsigned char>(left & 0xff));
    put(static_cast<unsigned char>(0x80U | count));
  }
  put(tag);
}

void BerWriter::integer(std::int64_t value, unsigned char tag) {
  const std::size_t start = mark();
  std::int64_t left = value;
  unsigned char byte = 0;
  do {
    byte = static_cast<unsigned char>(left & 0xff);
    put(byte);
    left >>= 8;
  } while (left != ((byte & 0x80U) != 0 ? -1 : 0));
  head(mark() - start, tag);
}

void BerWriter::unsigned_number(std::uint64_t value, unsigned char tag) {
  const std::size_t start = mark();
  unsigned char byte = 0;
  do {
    byte = static_cast<unsigned char>(value & 0xff);
    put(byte);
    value >>= 8;
  } while (value != 0);
  if ((byte & 0x80U) != 0) put(0);
  head(mark() - start, tag);
}

void BerWriter::octets(std::string_view value, unsigned char tag) {
  bytes(value);
  head(value.size(), tag);
}

void BerWriter::object(OidView value) {
  const std::size_t start = mark();
  const auto part = [&](std::uint64_t number) {
    put(static_cast<unsigned char>(number & 0x7f));
    while ((number >>= 7) != 0)
      put(static_cast<unsigned char>(0x80U | (number & 0x7f)));
  };
  for (std::size_t i = value.size(); i > 2; --i)
    part(value[i - 1]);
  part(value.size() < 2 ? 0 : std::uint64_t{value[0]} * 40 + value[1]);
  head(mark() - start, pdu::object_id);
}

void BerWriter::close(std::size_t since, unsigned char tag) {
  head(mark() - since, tag);
}

std::string_view BerWriter::view() const {
  return full_ ? std::string_view() : std::string_view(room_.data() + at_, room_.size() - at_);
}

void write_pdu(BerWriter& out, unsigned char tag, std::uint32_t request_id, std::int64_t first,
               std::int64_t second, std::string_view list) {
  const std::size_t start = out.mark();
  out.octets(list, pdu::sequence);
  out.integer(second);
  out.integer(first);
  out.integer(static_cast<std::int32_t>(request_id));
  out.close(start, tag);
}

void write_request(BerWriter& out, const Request& request, std::uint32_t request_id) {
  const bool bulk = request.kind == Request::Kind::get_bulk;
  const std::size_t start = out.mark();
  for (auto wanted = request.oids.rbegin(); wanted != request.oids.rend(); ++wanted) {
    const std::size_t varbind = out.mark();
    out.null();
    out.object(*wanted);
    out.close(varbind, pdu::sequence);
  }
  out.close(start, pdu::sequence);
  out.integer(bulk ? request.repetitions : 0);
  out.integer(bulk ? request.non_repeaters : 0);
  out.integer(static_cast<std::int32_t>(request_id));
  out.close(start, bulk ? pdu::get_bulk : request.kind == Request::Kind::get_next ? pdu::get_next : pdu::get);
}

void write_report(BerWriter& out, std::uint32_t request_id, OidView counter, std::uint32_t value) {
  const std::size_t start = out.mark();
  out.unsigned_number(value, pdu::counter32);
  out.object(counter);
  out.close(start, pdu::sequence);
  out.close(start, pdu::sequence);
  out.integer(0);
  out.integer(0);
  out.integer(static_cast<std::int32_t>(request_id));
  out.close(start, pdu::report);
}

} // namespace assent::snmp
