#include <algorithm>

#include "agents/sim/recording.hpp"

namespace assent::sim {
namespace {

Value number(std::uint8_t kind, std::uint64_t value) {
  return {kind, unsigned_content(value)};
}
Value words(std::string text) {
  return {tag::octets, std::move(text)};
}

class Maker {
 public:
  void put(std::string_view oid, Value value) {
    const auto parsed = parse_oid(oid);
    ASSENT_CHECK(parsed);
    out_.push_back(make_object(*parsed, std::move(value)));
  }
  void column(std::string_view entry, unsigned column, unsigned index, Value value) {
    put(std::string(entry) + "." + std::to_string(column) + "." + std::to_string(index), std::move(value));
  }
  std::shared_ptr<const Template> done() {
    std::sort(out_.begin(), out_.end(), [](const Object& a, const Object& b) { return a.oid < b.oid; });
    return std::make_shared<const Template>(std::move(out_));
  }

 private:
  Template out_;
};

constexpr std::string_view if_entry = "1.3.6.1.2.1.2.2.1";      // IF-MIB ifEntry
constexpr std::string_view if_x_entry = "1.3.6.1.2.1.31.1.1.1"; // IF-MIB ifXEntry

void put_interface(Maker& make, unsigned index) {
  const std::string name = "GigabitEthernet0/0/" + std::to_string(index);
  const std::string mac = {
      '\x02', '\0', '\0', '\0', static_cast<char>(index >> 8), static_cast<char>(index & 0xff)};
  const std::uint64_t start = std::uint64_t{index} * 1'000'003;
  make.column(if_entry, 1, index, number(tag::integer, index));
  make.column(if_entry, 2, index, words(name));
  make.column(if_entry, 3, index, number(tag::integer, 6));
  make.column(if_entry, 4, index, number(tag::integer, 1500));
  make.column(if_entry, 5, index, number(tag::gauge32, 1'000'000'000));
  make.column(if_entry, 6, index, words(mac));
  make.column(if_entry, 7, index, number(tag::integer, 1));
  make.column(if_entry, 8, index, number(tag::integer, index % 3 == 0 ? 2 : 1));
  make.column(if_entry, 9, index, number(tag::ticks, 4200));
  for (const unsigned column : {10u, 11u, 13u, 14u, 16u, 17u, 19u, 20u})
    make.column(if_entry, column, index, number(tag::counter32, start + column));
  make.column(if_x_entry, 1, index, words(name));
  for (const unsigned column : {2u, 3u, 4u, 5u})
    make.column(if_x_entry, column, index, number(tag::counter32, start));
  for (unsigned column = 6; column <= 13; ++column)
    make.column(if_x_entry, column, index, number(tag::counter64, (start << 12) + column));
  make.column(if_x_entry, 14, index, number(tag::integer, 1));
  make.column(if_x_entry, 15, index, number(tag::gauge32, 1000));
  make.column(if_x_entry, 16, index, number(tag::integer, 2));
  make.column(if_x_entry, 17, index, number(tag::integer, 1));
  make.column(if_x_entry, 18, index, words("port " + std::to_string(index)));
  make.column(if_x_entry, 19, index, number(tag::ticks, 0));
}

} // namespace

std::shared_ptr<const Template> fleet_template(unsigned interfaces) {
  Maker make;
  make.put("1.3.6.1.2.1.1.1.0", words("assent-sim fleet switch, version 1"));
  make.put("1.3.6.1.2.1.1.2.0", {tag::oid, oid_content({1, 3, 6, 1, 4, 1, 32473, 1, 1})});
  make.put("1.3.6.1.2.1.1.3.0", number(tag::ticks, 100));
  make.put("1.3.6.1.2.1.1.4.0", words(""));
  make.put("1.3.6.1.2.1.1.5.0", words("fleet"));
  make.put("1.3.6.1.2.1.1.6.0", words(""));
  make.put("1.3.6.1.2.1.1.7.0", number(tag::integer, 2));
  make.put("1.3.6.1.2.1.2.1.0", number(tag::integer, interfaces));
  for (unsigned index = 1; index <= interfaces; ++index)
    put_interface(make, index);
  make.put("1.3.6.1.6.3.10.2.1.2.0", number(tag::integer, 1));
  make.put("1.3.6.1.6.3.10.2.1.3.0", number(tag::integer, 1));
  return make.done();
}

} // namespace assent::sim
