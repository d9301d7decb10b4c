// A fuzz target: bytes from outside go into a parser; what it promises of any bytes is checked here.
// The same file is linked with libFuzzer (tests/fuzz/run) and with a replay of its corpus (CTest
// `fuzz/NAME`).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace assent::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Stops the process where a promise is broken: a crash is what a fuzzer looks for.
inline void promise(bool kept) {
  if (!kept) __builtin_trap();
}

} // namespace assent::fuzz
