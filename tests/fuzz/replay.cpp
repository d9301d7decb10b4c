// The ordinary suite's share of fuzzing: every file of a corpus, and a fixed number of mutations of each.
#define BOOST_TEST_MODULE fuzz
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/targets/target.hpp"

namespace {

std::vector<std::string> corpus() {
  const char* directory = std::getenv("ASSENT_CORPUS"); // NOLINT(concurrency-mt-unsafe)
  BOOST_REQUIRE_MESSAGE(directory, "ASSENT_CORPUS names no corpus");
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

void run(const std::string& input) {
  BOOST_TEST(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size()) == 0);
}

std::string mutated(std::string input, const std::vector<std::string>& all, std::mt19937& random) {
  const auto below = [&](std::size_t bound) {
    return static_cast<std::size_t>(random()) % std::max<std::size_t>(bound, 1);
  };
  for (std::size_t step = 0, steps = 1 + below(4); step < steps; ++step) {
    const std::size_t at = below(input.size());
    switch (below(6)) {
    case 0:
      if (!input.empty()) input[at] = static_cast<char>(random());
      break;
    case 1:
      if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
      break;
    case 2:
      input.insert(at, 1 + below(8), static_cast<char>(random()));
      break;
    case 3:
      input.erase(at, 1 + below(16));
      break;
    case 4:
      input.insert(at, input.substr(below(input.size()), below(64)));
      break;
    default: {
      const auto& other = all[below(all.size())];
      input = input.substr(0, at) + other.substr(std::min(other.size(), below(other.size())));
    }
    }
  }
  return input;
}

} // namespace

BOOST_AUTO_TEST_CASE(the_corpus_keeps_every_promise) {
  const auto inputs = corpus();
  BOOST_REQUIRE(!inputs.empty());
  run({});
  for (const auto& input : inputs)
    run(input);
}

BOOST_AUTO_TEST_CASE(mutations_of_the_corpus_keep_every_promise) {
  const auto inputs = corpus();
  std::mt19937 random(20261123);
  for (std::size_t round = 0; round < 4'000; ++round)
    run(mutated(inputs[round % inputs.size()], inputs, random));
}
