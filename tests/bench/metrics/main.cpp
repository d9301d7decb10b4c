// How long the text of /metrics takes with 100,000 series: 25,000 devices with four figures each, as core
// gives them. Prints the median of its rounds and the size of the text.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "daemon/api/metrics.hpp"

using namespace assent;

int main() {
  constexpr std::size_t devices = 25'000, rounds = 15;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < devices; ++i)
    names.push_back("{device=\"fleet-" + std::to_string(i) + "\"}");
  const auto labels = std::make_shared<const std::vector<std::string>>(std::move(names));
  core::Figures figures;
  double start = 1'795'000'000.123456;
  for (const char* family : {"assent_device_findings", "assent_device_last_reading_timestamp_seconds",
                             "assent_device_reachable", "assent_device_samples_total"}) {
    std::vector<double> values(devices);
    for (std::size_t i = 0; i < devices; ++i)
      values[i] = start + static_cast<double>(i) * 0.25;
    figures.series.push_back(
        {family, std::string_view(family).ends_with("_total"), labels, std::move(values)});
    start = start > 2 ? 0 : start + 1;
  }
  std::vector<double> times;
  std::size_t size = 0;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    size = api::metrics_text(figures).size();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
  }
  std::sort(times.begin(), times.end());
  std::printf("metrics.text %.1f ms\nmetrics.text.size %.1f MiB\n", times[rounds / 2],
              static_cast<double>(size) / (1 << 20));
}
