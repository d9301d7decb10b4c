// What the machine's administrator asks for: checkpoints and backups.
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

#include "daemon/core/thread.hpp"

namespace assent::core {

Answer CoreThread::admin_operation(Step& step, const Request& request) {
  if (request.operation == "assent-admin:checkpoint") {
    if (!signer_) return fail(Fault::unavailable, "core.no-checkpoint-key");
    return checkpoints(*store_, *signer_, step.now);
  }
  return fail(Fault::not_found, "core.unknown-operation", {{"operation", request.operation}});
}

void CoreThread::backup(Asked& asked) {
  // The file is written with the daemon's rights: only its own account and root may say where.
  const auto* own = ::getpwuid(::geteuid());
  if (asked.request.peer.account != "root" && (own == nullptr || asked.request.peer.account != own->pw_name))
    return asked.reply(
        fail(Fault::refused, "core.not-your-machine", {{"account", asked.request.peer.account}}));
  const std::string path = text_of(asked.request.input, "path");
  if (!path.starts_with('/'))
    return asked.reply(fail(Fault::invalid, "core.path-not-absolute", {{"path", path}}));
  work_.put([this, path, reply = std::move(asked.reply)] {
    auto done = store_->backup(path);
    if (!done) return reply(done.error());
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (error)
      return reply(fail(Fault::outside, "core.no-backup", {{"path", path}, {"cause", error.message()}}));
    reply(json::object{{"bytes", bytes}});
  });
}

} // namespace assent::core
