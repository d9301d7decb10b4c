// search.*: questions to a register of a million addresses (or as many as the argument says) in a real store,
// as the search thread answers them: snapshot, candidates, rows, JSON, no HTTP.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>

#include "common/hash.hpp"
#include "daemon/api/search.hpp"

using namespace assent;
using Steady = std::chrono::steady_clock;

namespace {

double since(Steady::time_point begin) {
  return std::chrono::duration<double>(Steady::now() - begin).count();
}

std::size_t resident() {
  std::size_t all = 0, here = 0;
  std::ifstream("/proc/self/statm") >> all >> here;
  return here * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "bench-search: %s\n", result.error().what.id.c_str());
    std::exit(1);
  }
  return std::move(result).value();
}

constexpr const char* bureaus[] = {"财政局", "教育局", "卫生健康委员会", "公安局",
                                   "水利局", "档案馆", "图书馆",         "审计局"};
constexpr const char* rooms[] = {"办公楼三层打印机", "机房核心交换机", "会议室无线接入点", "大厅自助终端",
                                 "视频会议终端",     "门禁控制器",     "值班室电话",       "网站服务器"};
constexpr const char* sorts[] = {"printer", "sw", "ap", "kiosk", "video", "door", "phone", "web"};
constexpr Id organisations = 1000;

json::object body(Kind kind, Id id, std::mt19937& random) {
  const auto any = [&random](std::size_t end) { return random() % end; };
  const Id organisation = 2 + id % (organisations - 1);
  if (kind == Kind::organisation)
    return {{"name", std::string(bureaus[id % 8]) + std::to_string(id)},
            {"parent", id < 10 ? 1 : 1 + id % 9},
            {"tier", "bureau"}};
  const std::string first =
      "10." + std::to_string(id >> 16 & 255) + "." + std::to_string(id >> 8 & 255) + ".";
  if (kind == Kind::prefix)
    return {{"network", 1},
            {"organisation", organisation},
            {"status", "active"},
            {"prefix", "10." + std::to_string(id >> 8 & 255) + "." + std::to_string(id & 255) + ".0/24"},
            {"description", bureaus[any(8)]}};
  const std::size_t sort = any(8);
  char mac[18];
  std::snprintf(mac, sizeof mac, "aa:bb:%02x:%02x:%02x:%02x", static_cast<unsigned>(any(256)),
                static_cast<unsigned>(any(256)), static_cast<unsigned>(any(256)),
                static_cast<unsigned>(any(256)));
  return {{"network", 1},
          {"organisation", organisation},
          {"address", first + std::to_string(id & 255)},
          {"name", std::string(sorts[sort]) + "-" + std::to_string(id)},
          {"mac", mac},
          {"description", std::string(bureaus[any(8)]) + " " + rooms[sort]}};
}

void fill(store::Store& store, Kind kind, Id count, std::mt19937& random) {
  constexpr Id at_once = 5000;
  for (Id from = 1; from <= count; from += at_once) {
    journal::Draft draft;
    draft.event = "ticket-opened";
    for (Id id = from; id < std::min(from + at_once, count + 1); ++id)
      draft.rows.push_back({kind, id + (kind == Kind::organisation ? 1 : 0), 1, false,
                            body(kind, id + (kind == Kind::organisation ? 1 : 0), random)});
    store::Batch batch;
    batch.entries.push_back(std::move(draft));
    std::promise<store::Committed> promise;
    store.commit(std::move(batch), [&promise](store::Committed done) { promise.set_value(std::move(done)); });
    if (const auto done = promise.get_future().get(); !done.done) {
      std::fprintf(stderr, "bench-search: %s\n", done.failed.what.id.c_str());
      std::exit(1);
    }
  }
}

void figure(const std::string& name, double value, const char* unit) {
  std::printf("%-28s %.3f %s\n", name.c_str(), value, unit);
}

void ask(const char* name, const api::Indexed& indexed, store::Store& store,
         const std::function<std::string()>& query) {
  std::vector<double> times;
  std::size_t hits = 0;
  for (int i = 0; i < 200; ++i) {
    const auto wanted = must(api::search_query({{"q", query()}, {"limit", "100"}}));
    const auto begin = Steady::now();
    auto reader = must(store.read());
    const auto answer = json::serialize(
        must(api::answer_search(indexed, *reader, {api::View::full, 0, {}, nullptr}, wanted)));
    times.push_back(since(begin) * 1000);
    hits += answer.size() > 40 ? 1 : 0;
  }
  std::sort(times.begin(), times.end());
  figure(std::string("search.") + name + ".p50", times[times.size() / 2], "ms");
  figure(std::string("search.") + name + ".p99", times[times.size() * 99 / 100], "ms");
  if (hits == 0) std::fprintf(stderr, "bench-search: %s finds nothing\n", name);
}

} // namespace

int main(int count_of_words, char** words) {
  const Id count = count_of_words > 1 ? std::strtoull(words[1], nullptr, 10) : 1'000'000;
  const std::string directory =
      (std::filesystem::temp_directory_path() / ("bench-search-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directory(directory);
  {
    store::Options options;
    options.path = directory + "/assent.db";
    journal::Draft founding;
    founding.event = "founding";
    founding.rows = {{Kind::organisation, 1, 1, false, {{"name", "九江市"}, {"tier", "city"}}},
                     {Kind::network, 1, 1, false, {{"name", "extranet"}}}};
    must(store::Store::create(options, sha256_hex("bench"), founding));
    auto store = must(store::Store::open(options));
    std::mt19937 random(1);
    fill(*store, Kind::organisation, organisations - 1, random);
    fill(*store, Kind::prefix, std::min<Id>(count / 10, 65'536), random);
    fill(*store, Kind::address, count, random);

    const std::size_t before = resident();
    const auto begin = Steady::now();
    auto indexed = must(api::build_index(*store, [] { return false; }));
    figure("search.build", since(begin), "s");
    figure("search.rss", static_cast<double>(resident() - before) / (1 << 20), "MiB");
    figure("search.bytes", static_cast<double>(indexed->index.bytes()) / static_cast<double>(count),
           "bytes_per_address");

    const auto some = [&random, count] { return 1 + random() % count; };
    ask("address", *indexed, *store, [&] {
      const Id id = some();
      return "10." + std::to_string(id >> 16 & 255) + "." + std::to_string(id >> 8 & 255) + "." +
             std::to_string(id & 255);
    });
    ask("in", *indexed, *store, [&] { return "in:10." + std::to_string(some() >> 16 & 255) + ".0.0/16"; });
    ask("in-all", *indexed, *store, [] { return "in:10.0.0.0/8"; });
    ask("around", *indexed, *store, [&] {
      return "around:10.0." + std::to_string(random() % 256) + "." + std::to_string(random() % 256);
    });
    ask("mac", *indexed, *store, [&] {
      const auto row = must(must(store->read())->get(Kind::address, some()));
      return text_of(must(parse_json(row.body)).as_object(), "mac");
    });
    ask("name", *indexed, *store, [&] { return "name:" + std::to_string(some()); });
    ask("one-character", *indexed, *store, [] { return "档"; });
    ask("two-characters", *indexed, *store, [] { return "財政"; });
    ask("three-characters", *indexed, *store, [] { return "交换机"; });
    ask("rare", *indexed, *store, [&] { return "审计局 kiosk " + std::to_string(some() % 1000); });
    ask("organisation", *indexed, *store,
        [&] { return "org:" + std::to_string(2 + random() % 900) + " printer"; });
    ask("nothing", *indexed, *store, [] { return "财政 in:10.0.0.0/16 交换机 自助"; });
    ask("all-parts", *indexed, *store, [&] { return "org:1 财政 in:10.0.0.0/12 打印 mac:aa-bb -web"; });
  }
  std::filesystem::remove_all(directory);
}
