// Device recordings: snmpsim's `.snmprec`, one `OID|TAG|VALUE` a line, and trees made up for the benchmarks.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agents/sim/tree.hpp"
#include "common/result.hpp"

namespace assent::sim {

/// An error of the simulator: one sentence, for the person at the terminal.
[[nodiscard]] Error problem(std::string text);
const std::string& text_of(const Error& error);

/// A value in a recording's notation. Tags: 2 Integer32, 4 text, 4x hexadecimal octets, 6 OBJECT IDENTIFIER,
/// 64 IpAddress (dotted), 65 Counter32, 66 Gauge32, 67 TimeTicks, 68x Opaque (hexadecimal), 70 Counter64.
Result<Value> parse_value(std::string_view tag, std::string_view text);
std::string
value_text(const Value& value); ///< `TAG|VALUE` again; text that is not printable ASCII or UTF-8 as 4x

/// Empty lines and lines that begin with `#` are passed over; lines may stand in any order; a second line for
/// an OID is an error. An error names file and line.
Result<std::shared_ptr<const Template>> parse_recording(std::string_view text, std::string_view name);
Result<std::shared_ptr<const Template>> load_recording(const std::string& file);

/// A switch with this many interfaces: the system group, ifTable and ifXTable, every counter growing from its
/// own beginning.
std::shared_ptr<const Template> fleet_template(unsigned interfaces);

} // namespace assent::sim
