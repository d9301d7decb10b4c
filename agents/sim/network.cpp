#include <charconv>

#include "agents/sim/recording.hpp"
#include "agents/sim/simulator.hpp"

namespace assent::sim {
namespace {

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t start = line.find_first_not_of(' ', at);
    if (start == std::string_view::npos) break;
    const std::size_t end = std::min(line.find(' ', start), line.size());
    out.push_back(line.substr(start, end - start));
    at = end;
  }
  return out;
}

/// -1 where it is none.
std::int64_t number(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return -1;
  return out;
}

Result<std::string> set(Device& device, const std::vector<std::string_view>& words, std::string_view line) {
  const auto oid = words.size() >= 4 ? parse_oid(words[2]) : std::nullopt;
  if (!oid) return problem("set NAME OID TAG VALUE");
  // The value is all that stands behind the tag: it may hold spaces, or be empty.
  const std::size_t end = static_cast<std::size_t>(words[3].data() - line.data()) + words[3].size();
  auto value = parse_value(words[3], line.substr(std::min(line.size(), end + 1)));
  if (!value) return value.error();
  device.tree().set(*oid, std::move(*value));
  return std::string();
}

Result<std::string> apply(Device& device, const std::vector<std::string_view>& words, std::string_view line,
                          Moment now) {
  const std::string_view verb = words[0];
  if (verb == "set") return set(device, words, line);
  if (verb == "grow") {
    const auto counter = words.size() == 4 ? parse_oid(words[2]) : std::nullopt;
    const std::int64_t units = words.size() == 4 ? number(words[3]) : -1;
    if (!counter || units < 0) return problem("grow NAME OID UNITS");
    if (!device.grow(*counter, static_cast<std::uint64_t>(units), now)) return problem("no such counter");
    return std::string();
  }
  const auto oid = words.size() == 3 ? parse_oid(words[2]) : std::nullopt;
  // -1 rather than an optional: g++ 12 at -O2 takes an empty one for uninitialised.
  const std::int64_t amount = words.size() == 3 ? number(words[2]) : -1;
  if (verb == "del" && oid) return std::to_string(device.tree().remove(*oid)) + " removed\n";
  if (verb == "get" && oid) {
    const auto value = device.read(*oid, now);
    if (!value) return problem("no such object");
    return to_text(*oid) + "|" + value_text(*value) + "\n";
  }
  if (verb == "delay" && amount >= 0 && amount <= 600'000) {
    device.delay = std::chrono::milliseconds(amount);
  } else if (verb == "loss" && amount >= 0 && amount <= 100) {
    device.loss = static_cast<unsigned>(amount);
  } else if (verb == "rate" && amount >= 0) {
    device.rate = static_cast<std::uint64_t>(amount);
  } else if ((verb == "mute" || verb == "unmute") && words.size() == 2) {
    device.mute = verb == "mute";
  } else if (verb == "reboot" && (words.size() == 2 || (words.size() == 3 && words[2] == "reindex"))) {
    device.reboot(words.size() == 3, now);
  } else {
    return problem(
        "set NAME OID TAG VALUE | del NAME OID | get NAME OID | mute NAME | unmute NAME | delay NAME MS | "
        "loss NAME PERCENT | rate NAME UNITS | grow NAME OID UNITS | reboot NAME [reindex] | list");
  }
  return std::string();
}

} // namespace

Status Network::add(std::unique_ptr<Device> device, std::string place) {
  const std::string name = device->name();
  if (name.empty() || name == "*" || name.find(' ') != std::string::npos)
    return problem("a device cannot be called '" + name + "'");
  if (!devices_.try_emplace(name, Entry{std::move(device), std::move(place)}).second)
    return problem("two devices are called " + name);
  return Done{};
}

Device* Network::find(std::string_view name) {
  const auto at = devices_.find(name);
  return at == devices_.end() ? nullptr : at->second.device.get();
}

std::string Network::list() const {
  std::string out;
  for (const auto& [name, entry] : devices_) {
    out += name + " " + entry.place + " " + std::to_string(entry.device->tree().size()) + " objects";
    if (entry.device->mute) out += " mute";
    if (entry.device->delay.count() != 0)
      out += " delay " + std::to_string(entry.device->delay.count()) + "ms";
    out += "\n";
  }
  return out;
}

Result<std::string> Network::execute(const std::vector<std::string_view>& words, std::string_view line,
                                     Moment now) {
  if (words.size() == 1 && words[0] == "list") return list();
  if (words.size() < 2) return problem("a command and a device are needed");
  if (words[1] == "*" && words[0] != "get") {
    for (auto& [name, entry] : devices_)
      if (auto done = apply(*entry.device, words, line, now); !done) return done.error();
    return std::string();
  }
  Device* device = find(words[1]);
  if (device == nullptr) return problem("no device is called " + std::string(words[1]));
  return apply(*device, words, line, now);
}

std::string Network::command(std::string_view line, Moment now) {
  auto done = execute(split(line), line, now);
  if (!done) return "error: " + text_of(done.error()) + "\n";
  return *done + "ok\n";
}

} // namespace assent::sim
