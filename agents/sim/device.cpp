#include "agents/sim/device.hpp"

#include <algorithm>

namespace assent::sim {
namespace {

const Oid sys_up_time = {1, 3, 6, 1, 2, 1, 1, 3, 0};          // SNMPv2-MIB sysUpTime.0
const Oid hr_system_uptime = {1, 3, 6, 1, 2, 1, 25, 1, 1, 0}; // HOST-RESOURCES-MIB hrSystemUptime.0
const Oid engine_id = {1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0};     // SNMP-FRAMEWORK-MIB snmpEngineID.0
const Oid engine_boots = {1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0};  // SNMP-FRAMEWORK-MIB snmpEngineBoots.0
const Oid engine_time = {1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0};   // SNMP-FRAMEWORK-MIB snmpEngineTime.0
constexpr std::size_t message_overhead = 48;                  // around bindings and community, at most
constexpr std::int32_t max_repetitions = 4096;

std::string binding(const std::string& encoded_oid, std::string_view encoded_value) {
  std::string pair = encoded_oid;
  pair += encoded_value;
  return encode(tag::sequence, pair);
}

std::string exception(const Oid& oid, std::uint8_t kind) {
  return binding(encode_oid(oid), encode(kind, ""));
}

/// The bindings of a request as they came, for SNMPv1 errors.
std::string echo(const Request& request) {
  std::string out;
  for (const Binding& asked : request.bindings)
    out += binding(encode_oid(asked.oid), encode(asked.value));
  return out;
}

std::uint64_t grown_by(std::uint64_t units, Moment time) {
  const auto elapsed = static_cast<std::uint64_t>(std::max<Moment::rep>(0, time.count()));
  return elapsed / 1'000'000'000 * units + elapsed % 1'000'000'000 / 1000 * units / 1'000'000;
}

std::string counter_content(std::uint8_t kind, std::uint64_t value) {
  return unsigned_content(kind == tag::counter32 ? value & 0xffffffff : value);
}

} // namespace

bool Device::grow(const Oid& oid, std::uint64_t units, Moment now) {
  const auto value = read(oid, now);
  if (!value || (value->tag != tag::counter32 && value->tag != tag::counter64)) return false;
  growths_[oid] = {number_of(value->content), units, now};
  return true;
}

Device::Device(std::string name, std::shared_ptr<const Template> base, Moment now)
    : name_(std::move(name)), lots_(std::hash<std::string>{}(name_) | 1), tree_(std::move(base)),
      booted_(now) {}

void Device::speak_v3(V3Users& users) {
  engine_ = std::make_unique<V3Engine>(engine_id_of(name_), users);
  tree_.set(engine_id, {tag::octets, engine_->id()});
  for (const Oid& oid : {engine_boots, engine_time})
    if (tree_.find(oid) == nullptr) tree_.set(oid, {tag::integer, integer_content(1)});
}

snmp::usm::EngineStamp Device::engine_clock(Moment now) const {
  const auto number = [&](const Oid& oid) {
    const auto value = read(oid, now);
    return value ? static_cast<std::uint32_t>(number_of(value->content) & 0x7fffffff) : 0;
  };
  return {number(engine_boots), number(engine_time)};
}

/// Marsaglia's xorshift: enough to lose datagrams by.
bool Device::lost() {
  if (loss == 0) return false;
  lots_ ^= lots_ << 13;
  lots_ ^= lots_ >> 7;
  lots_ ^= lots_ << 17;
  return lots_ % 100 < loss;
}

Value Device::current(const Object& object, Moment now) const {
  const auto elapsed = static_cast<std::uint64_t>(std::max<Moment::rep>(0, (now - booted_).count()));
  const std::uint64_t base = number_of(object.value.content);
  const std::uint64_t start = fresh_counters_ ? 0 : base;
  switch (object.value.tag) {
  case tag::ticks:
    if (object.oid != sys_up_time && object.oid != hr_system_uptime) return object.value;
    return {tag::ticks, unsigned_content((start + elapsed / 10'000'000) & 0xffffffff)};
  case tag::integer:
    if (object.oid != engine_time) return object.value;
    return {tag::integer,
            integer_content(static_cast<std::int64_t>((start + elapsed / 1'000'000'000) & 0x7fffffff))};
  case tag::counter32:
  case tag::counter64: {
    if (const auto growth = growths_.find(object.oid); growth != growths_.end())
      return {object.value.tag,
              counter_content(object.value.tag, growth->second.start + grown_by(growth->second.units,
                                                                                now - growth->second.since))};
    if (rate == 0 && !fresh_counters_) return object.value;
    return {object.value.tag, counter_content(object.value.tag, start + grown_by(rate, now - booted_))};
  }
  default:
    return object.value;
  }
}

std::string Device::encoded(const Object& object, Moment now) const {
  switch (object.value.tag) {
  case tag::counter32:
  case tag::counter64:
    if (rate == 0 && !fresh_counters_ && growths_.empty()) break;
    [[fallthrough]];
  case tag::ticks:
  case tag::integer:
    return binding(object.encoded_oid, encode(current(object, now)));
  default:
    break;
  }
  return binding(object.encoded_oid, object.encoded_value);
}

std::optional<Value> Device::read(const Oid& oid, Moment now) const {
  const Object* object = tree_.find(oid);
  if (object == nullptr) return std::nullopt;
  return current(*object, now);
}

std::optional<std::string> Device::answer(std::string_view datagram, Moment now) {
  if (mute) return std::nullopt;
  auto out = answered(datagram, now);
  if (out && lost()) return std::nullopt;
  return out;
}

std::optional<std::string> Device::answered(std::string_view datagram, Moment now) {
  if (engine_ != nullptr && snmp::usm::version_of(datagram) == 3) return answer_v3(datagram, now);
  const auto request = parse_request(datagram);
  if (!request || community.empty() || request->community != community) return std::nullopt;
  if (request->version == 0 && request->pdu == pdu::get_bulk) return std::nullopt; // SNMPv1 has none
  return answer_pdu(*request, answer_bytes, message_overhead + request->community.size(), now,
                    [&](std::string_view response) { return message(*request, response); });
}

std::optional<std::string> Device::answer_v3(std::string_view datagram, Moment now) {
  const auto clock = engine_clock(now);
  V3Engine::Opened opened = engine_->open(datagram, clock);
  if (!opened.report.empty()) return std::move(opened.report);
  if (!opened.good) return std::nullopt;
  const std::size_t limit = std::min<std::size_t>(answer_bytes, opened.max_size);
  auto out = answer_pdu(opened.request, limit, engine_->overhead(opened), now,
                        [&](std::string_view response) { return engine_->seal(opened, response, clock); });
  if (out && out->empty()) return std::nullopt;
  return out;
}

std::optional<std::string> Device::answer_pdu(const Request& request, std::size_t limit, std::size_t overhead,
                                              Moment now, const Wrap& wrap) {
  int error = status::ok, index = 0;
  std::string bindings;
  switch (request.pdu) {
  case pdu::get:
    bindings = bindings_of_get(request, now, error, index);
    break;
  case pdu::get_next:
    bindings = bindings_of_next(request, now, error, index);
    break;
  case pdu::get_bulk:
    bindings = bindings_of_bulk(request, limit - std::min(limit, overhead), now);
    break;
  case pdu::set:
    bindings = apply_set(request, error, index);
    break;
  default:
    return std::nullopt;
  }
  std::string out = wrap(response_pdu(request, error, index, error == status::ok ? bindings : echo(request)));
  if (out.size() <= limit || request.bindings.size() <= 1 || request.pdu == pdu::get_bulk) return out;
  return wrap(
      response_pdu(request, status::too_big, 0, request.version == 0 ? echo(request) : std::string()));
}

std::string Device::bindings_of_get(const Request& request, Moment now, int& error, int& index) const {
  std::string out;
  for (std::size_t i = 0; i < request.bindings.size(); ++i) {
    const Oid& oid = request.bindings[i].oid;
    const Object* object = tree_.find(oid);
    if (request.version == 0 && (object == nullptr || object->value.tag == tag::counter64)) {
      error = status::no_such_name;
      index = static_cast<int>(i + 1);
      return out;
    }
    out += object == nullptr ? exception(oid, tag::no_such_instance) : encoded(*object, now);
  }
  return out;
}

std::string Device::bindings_of_next(const Request& request, Moment now, int& error, int& index) const {
  std::string out;
  for (std::size_t i = 0; i < request.bindings.size(); ++i) {
    const Oid& oid = request.bindings[i].oid;
    Tree::Cursor cursor(tree_, oid);
    const Object* object = cursor.next();
    // SNMPv1 cannot carry a Counter64 and passes over it (RFC 3584, 4.2.2.1).
    while (request.version == 0 && object != nullptr && object->value.tag == tag::counter64)
      object = cursor.next();
    if (object == nullptr && request.version == 0) {
      error = status::no_such_name;
      index = static_cast<int>(i + 1);
      return out;
    }
    out += object == nullptr ? exception(oid, tag::end_of_view) : encoded(*object, now);
  }
  return out;
}

/// RFC 3416, 4.2.3: as many bindings as fit, in the order of the repetitions.
std::string Device::bindings_of_bulk(const Request& request, std::size_t room, Moment now) const {
  std::string out;
  const std::size_t singles =
      std::min<std::size_t>(static_cast<std::size_t>(std::max(0, request.first)), request.bindings.size());
  const auto add = [&](const Object* object, const Oid& oid) {
    const std::string next = object == nullptr ? exception(oid, tag::end_of_view) : encoded(*object, now);
    if (!out.empty() && out.size() + next.size() > room) return false;
    out += next;
    return true;
  };
  for (std::size_t i = 0; i < singles; ++i) {
    Tree::Cursor cursor(tree_, request.bindings[i].oid);
    if (!add(cursor.next(), request.bindings[i].oid)) return out;
  }
  struct Column {
    Tree::Cursor cursor;
    Oid last;
    bool ended = false;
  };
  std::vector<Column> columns;
  for (std::size_t i = singles; i < request.bindings.size(); ++i)
    columns.push_back({Tree::Cursor(tree_, request.bindings[i].oid), request.bindings[i].oid, false});
  const std::int32_t repetitions = std::clamp(request.second, 0, max_repetitions);
  for (std::int32_t r = 0; r < repetitions; ++r) {
    bool all_ended = true;
    for (Column& column : columns) {
      const Object* object = column.ended ? nullptr : column.cursor.next();
      column.ended = object == nullptr;
      if (object != nullptr) column.last = object->oid;
      if (!add(object, column.last)) return out;
      all_ended = all_ended && column.ended;
    }
    if (all_ended) break;
  }
  return out;
}

/// All or nothing: an object that is there, with a value of its type.
std::string Device::apply_set(const Request& request, int& error, int& index) {
  for (std::size_t i = 0; i < request.bindings.size() && error == status::ok; ++i) {
    const Object* object = tree_.find(request.bindings[i].oid);
    if (object == nullptr)
      error = request.version == 0 ? status::no_such_name : status::no_creation;
    else if (object->value.tag != request.bindings[i].value.tag)
      error = request.version == 0 ? status::bad_value : status::wrong_type;
    if (error != status::ok) index = static_cast<int>(i + 1);
  }
  if (error != status::ok) return {};
  for (const Binding& wanted : request.bindings)
    tree_.set(wanted.oid, wanted.value);
  return echo(request);
}

void Device::reboot(bool with_reindex, Moment now) {
  booted_ = now;
  fresh_counters_ = true;
  growths_.clear();
  if (const Object* boots = tree_.find(engine_boots))
    tree_.set(
        engine_boots,
        {tag::integer, integer_content(static_cast<std::int64_t>(number_of(boots->value.content) + 1))});
  if (with_reindex) reindex();
}

} // namespace assent::sim
