// The one place of assentctl that reads a store, and only ever a copy: the live file is opened by assentd
// alone.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agents/ctl/handlers.hpp"
#include "agents/ctl/print.hpp"
#include "agents/ctl/values.hpp"
#include "daemon/journal/entry.hpp"
#include "daemon/store/store.hpp"
#include "daemon/trust/ssh_signature.hpp"

namespace assent::ctl {

namespace {

namespace fs = std::filesystem;

/// A directory of our own, gone with its content at the end.
class Scratch {
 public:
  Scratch() {
    std::error_code failed;
    std::string pattern = (fs::temp_directory_path(failed) / "assentctl-XXXXXX").string();
    if (!failed && ::mkdtemp(pattern.data())) path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored; // nothing else can be done about a left-over, and the audit's answer stands
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Given {
  journal::Checkpoint checkpoint;
  std::string line;      ///< exactly as signed
  std::string signature; ///< armoured
  Place place;
};

std::string armoured(std::string_view base64) {
  std::string text = "-----BEGIN SSH SIGNATURE-----\n";
  for (std::size_t i = 0; i < base64.size(); i += 70)
    text += std::string(base64.substr(i, 70)) + "\n";
  return text + "-----END SSH SIGNATURE-----\n";
}

Error bad_checkpoint(const Place& place, std::string id) {
  Error error = fail(Fault::invalid, "ctl.bad-checkpoints", {{"file", place.file}});
  error.mistakes.push_back({place, "", Message{std::move(id), {}}, {}});
  return error;
}

/// Lines `assent-checkpoint-1 …`, each followed by `signature BASE64`.
Status read_checkpoints(const std::string& file, std::vector<Given>& found) {
  auto text = read_file(file);
  if (!text.ok()) return std::move(text).error();
  std::string_view rest = *text;
  const auto before = found.size();
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const Place place{file, number, 1};
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("signature ")) {
      if (found.size() == before || !found.back().signature.empty())
        return bad_checkpoint(place, "ctl.stray-signature");
      found.back().signature = armoured(line.substr(10));
      continue;
    }
    auto parsed = journal::parse_checkpoint(line);
    if (!parsed.ok()) parsed = journal::parse_checkpoint(std::string(line) + "\n");
    if (!parsed.ok()) return bad_checkpoint(place, "ctl.not-a-checkpoint");
    found.push_back({*parsed, std::string(line), "", place});
  }
  if (found.size() == before) return bad_checkpoint({file, 0, 0}, "ctl.no-checkpoint-in-it");
  return Done{};
}

Result<std::vector<Given>> checkpoints(const std::vector<std::string>& names) {
  std::vector<Given> found;
  for (const auto& name : names) {
    std::vector<std::string> files{name};
    std::error_code failed;
    if (fs::is_directory(name, failed)) {
      files.clear();
      for (const auto& entry : fs::directory_iterator(name, failed))
        if (entry.is_regular_file(failed)) files.push_back(entry.path().string());
      std::sort(files.begin(), files.end());
      if (files.empty()) return bad_checkpoint({name, 0, 0}, "ctl.no-checkpoint-in-it");
    }
    for (const auto& file : files)
      if (auto read = read_checkpoints(file, found); !read.ok()) return std::move(read).error();
  }
  return found;
}

/// The key that the founding file names, from entry 0.
Result<trust::PublicKey> checkpoint_key(store::Reader& reader) {
  std::string line;
  auto read = reader.entries(journal::Stream::decisions, 0, 1, [&](store::StoredEntry&& entry) {
    if (auto body = parse_json(entry.body, 16u << 20, "founding"); body.ok() && body->is_object())
      line = text_of(object_of(body->get_object(), "detail"), "checkpoint-key");
    return false;
  });
  if (!read.ok()) return std::move(read).error();
  return trust::parse_public_key(line);
}

/// Every checkpoint must bear a signature of the founding's checkpoint key; only then it is worth comparing.
Status prove(store::Reader& reader, const std::vector<Given>& given) {
  if (given.empty()) return Done{};
  auto key = checkpoint_key(reader);
  if (!key.ok()) return std::move(key).error();
  for (const auto& one : given) {
    if (one.signature.empty()) return bad_checkpoint(one.place, "ctl.unsigned-checkpoint");
    // Written with and without the line feed of the line; both are one and the same line.
    const bool good = trust::verify(*key, trust::ns_checkpoint, one.line, one.signature).ok() ||
                      trust::verify(*key, trust::ns_checkpoint, one.line + "\n", one.signature).ok();
    if (!good) {
      Error error = bad_checkpoint(one.place, "ctl.forged-checkpoint");
      error.fault = Fault::refused;
      return error;
    }
  }
  return Done{};
}

Result<std::string> copy_of_live(Session& session, const Scratch& scratch) {
  if (scratch.path().empty()) return fail(Fault::outside, "ctl.no-scratch");
  const auto path = scratch.path() + "/copy.db";
  auto answer = session.api.call("assent-admin:backup", {{"path", path}});
  if (!answer.ok()) {
    Error error = std::move(answer).error();
    if (!error.next && error.what.id != "common.daemon-unreachable")
      error.next = Message{"ctl.next-audit-file", {}};
    return error;
  }
  return path;
}

Exit report(Session& session, const store::Audit& audit, const std::string& installation,
            std::size_t checked) {
  json::array problems;
  for (const auto& problem : audit.problems)
    problems.emplace_back(session.say(problem.id, problem.args));
  if (const auto format = session.asked.text("--output", "table"); format == "json" || format == "yaml") {
    const json::object all{{"installation", installation},
                           {"decisions", audit.decisions},
                           {"records", audit.records},
                           {"rows", audit.rows},
                           {"trees", audit.trees},
                           {"head-decisions", audit.head_decisions},
                           {"head-records", audit.head_records},
                           {"checkpoints", checked},
                           {"problems", problems}};
    session.console.out(format == "json" ? pretty(all) + "\n" : as_yaml(all));
  } else {
    session.console.out(session.say("ctl.audit-counted", {{"decisions", std::to_string(audit.decisions)},
                                                          {"records", std::to_string(audit.records)},
                                                          {"rows", std::to_string(audit.rows)},
                                                          {"trees", std::to_string(audit.trees)}}) +
                        "\n");
    session.console.out(session.say("ctl.audit-heads", {{"decisions", audit.head_decisions},
                                                        {"records", audit.head_records},
                                                        {"installation", installation}}) +
                        "\n");
    for (const auto& problem : problems)
      session.console.out(session.say("ctl.audit-problem", {{"problem", plain(problem)}}) + "\n");
  }
  if (checked == 0 && !session.asked.has("--founding")) session.tell("ctl.audit-without-checkpoint");
  session.tell(audit.problems.empty() ? "ctl.audit-holds" : "ctl.audit-broken",
               {{"count", std::to_string(audit.problems.size())}});
  return audit.problems.empty() ? Exit::done : Exit::failed;
}

} // namespace

Exit verify_audit(Session& session) {
  auto given = checkpoints(session.asked.all("--checkpoint"));
  if (!given.ok()) return session.refuse(given.error());
  const Scratch scratch;
  std::string file = session.asked.text("--file");
  if (file.empty()) {
    auto copied = copy_of_live(session, scratch);
    if (!copied.ok()) return session.refuse(copied.error());
    file = *copied;
  }
  auto reader = store::open_copy(file);
  if (!reader.ok()) return session.refuse(reader.error());
  const std::string installation = (*reader)->installation();
  if (const auto founding = session.asked.text("--founding"); !founding.empty() && founding != installation)
    return session.refuse(
        fail(Fault::refused, "ctl.other-founding", {{"found", installation}, {"expected", founding}}));
  if (auto proved = prove(**reader, *given); !proved.ok()) return session.refuse(proved.error());
  std::vector<journal::Checkpoint> plain_ones;
  for (const auto& one : *given)
    plain_ones.push_back(one.checkpoint);
  auto audit = store::audit(**reader, plain_ones);
  if (!audit.ok()) return session.refuse(audit.error());
  return report(session, *audit, installation, given->size());
}

Exit take_checkpoint(Session& session) {
  auto answer = session.api.call("assent-admin:checkpoint", {});
  if (!answer.ok()) return session.refuse(answer.error());
  if (session.asked.text("--output") == "json") {
    session.console.out(pretty(*answer) + "\n");
    return Exit::done;
  }
  for (const char* stream : {"decisions", "records"}) {
    const auto& one = object_of(*answer, stream);
    std::string line = text_of(one, "line"), base64;
    while (line.ends_with('\n'))
      line.pop_back();
    const std::string signature = text_of(one, "signature");
    for (std::size_t at = 0; at < signature.size();) {
      const auto end = std::min(signature.find('\n', at), signature.size());
      if (!signature.starts_with("-----") || at != 0)
        if (signature.compare(at, 5, "-----") != 0) base64 += signature.substr(at, end - at);
      at = end + 1;
    }
    session.console.out(line + "\nsignature " + base64 + "\n");
  }
  session.tell("ctl.checkpoint-next");
  return Exit::done;
}

} // namespace assent::ctl
