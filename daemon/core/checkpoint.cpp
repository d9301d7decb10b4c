#include "daemon/core/checkpoint.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "common/hash.hpp"
#include "daemon/trust/ssh_signature.hpp"

namespace assent::core {
namespace {

Result<json::object> checkpoint(store::Reader& reader, journal::Stream stream, const trust::Signer& signer,
                                Instant now) {
  auto head = reader.head(stream);
  if (!head) return head.error();
  std::string header;
  auto read = reader.entries(stream, *head, 1, [&](store::StoredEntry&& entry) {
    header = std::move(entry.header);
    return false;
  });
  if (!read) return read.error();
  auto parsed = journal::parse_header(header);
  if (!parsed) return parsed.error();
  const journal::Checkpoint made{reader.installation(), parsed->epoch, stream, *head, now,
                                 sha256_hex(header)};
  const std::string line = journal::checkpoint_text(made);
  return json::object{{"line", line}, {"signature", signer.sign(trust::ns_checkpoint, line)}};
}

/// The base64 of an armoured signature on one line.
std::string unarmoured(std::string_view armoured) {
  std::string text;
  std::size_t at = 0;
  while (at < armoured.size()) {
    const auto end = std::min(armoured.find('\n', at), armoured.size());
    const auto line = armoured.substr(at, end - at);
    if (!line.starts_with("-----")) text += line;
    at = end + 1;
  }
  return text;
}

} // namespace

Result<json::object> checkpoints(store::Store& store, const trust::Signer& signer, Instant now) {
  auto reader = store.read();
  if (!reader) return reader.error();
  json::object lines;
  for (const auto stream : {journal::Stream::decisions, journal::Stream::records}) {
    auto made = checkpoint(**reader, stream, signer, now);
    if (!made) return made.error();
    lines[name_of(stream)] = std::move(*made);
  }
  return lines;
}

Status append_checkpoints(const std::string& path, const json::object& lines) {
  std::string text;
  for (const auto& member : lines) {
    const auto& object = member.value().as_object();
    std::string line = text_of(object, "line");
    while (!line.empty() && line.back() == '\n')
      line.pop_back();
    text += line + "\nsignature " + unarmoured(text_of(object, "signature")) + "\n";
  }
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  const bool written = file >= 0 &&
                       ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!written)
    return fail(Fault::outside, "core.checkpoint-not-written",
                {{"file", path}, {"cause", std::strerror(error)}});
  return Done{};
}

} // namespace assent::core
