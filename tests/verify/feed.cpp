// Makes a store out of entries that a test wrote down: reads JSON lines on standard input, commits them one
// by one, leaves a backup and an export.
//   journal-feed DATABASE INSTALLATION BACKUP EXPORT
// The first line is the founding; each line is
// {"stream","event","time","account","key","person","ticket","detail", "rows"}, rows as in the journal.
#include <fstream>
#include <future>
#include <iostream>

#include "daemon/store/store.hpp"

using namespace assent;

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::cerr << result.error().what.id;
    for (const auto& [name, value] : result.error().what.args)
      std::cerr << ' ' << name << '=' << value;
    std::cerr << '\n';
    std::exit(1);
  }
  return *std::move(result);
}

journal::Draft draft_of(const std::string& line) {
  const auto value = must(parse_json(line));
  const auto& object = value.as_object();
  journal::Draft draft;
  if (text_of(object, "stream") == "records") draft.stream = journal::Stream::records;
  draft.event = text_of(object, "event");
  draft.time = must(parse_instant(text_of(object, "time", "2026-11-23T17:55:00.123456Z")));
  draft.actor = {number_of(object, "person"), text_of(object, "key"), text_of(object, "account")};
  draft.ticket = number_of(object, "ticket");
  draft.detail = object_of(object, "detail");
  draft.rows = must(journal::rows_of(object));
  return draft;
}

void write_export(store::Reader& reader, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  for (const auto stream : {journal::Stream::decisions, journal::Stream::records})
    must(reader.entries(stream, 0, SIZE_MAX, [&out](store::StoredEntry&& entry) {
      out << canonical(json::object{
                 {"stream", name_of(entry.stream)}, {"header", entry.header}, {"body", entry.body}})
          << '\n';
      return true;
    }));
}

} // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  store::Options options;
  options.path = words[1];
  std::string line;
  std::getline(std::cin, line);
  must(store::Store::create(options, words[2], draft_of(line)));
  auto opened = must(store::Store::open(options));
  while (std::getline(std::cin, line)) {
    store::Batch batch;
    batch.entries.push_back(draft_of(line));
    std::promise<store::Committed> promise;
    opened->commit(std::move(batch),
                   [&promise](store::Committed done) { promise.set_value(std::move(done)); });
    const auto done = promise.get_future().get();
    if (!done.done) must(Result<Done>(done.failed));
  }
  must(opened->backup(words[3]));
  write_export(*must(opened->read()), words[4]);
  return 0;
}
