// Comparing large trees takes longer than a step may: it is done beside core's thread, over the store and
// values, and core takes the result only where it is still about the same baseline.
#include "daemon/core/thread.hpp"

namespace assent::core {

bool CoreThread::examine_elsewhere(Asked& asked) {
  const Request& request = asked.request;
  if (request.peer.door != Peer::Door::agent || read_only_ || store_->cramped()) return false;
  if (request.operation != "assent-agent:report" && request.operation != "assent-agent:tree") return false;
  const auto agent = state_->registry.find(Kind::agent, request.peer.agent);
  if (!agent) return false;
  Step step = step_for(request.peer);
  auto wanted = to_examine(step, request.operation, *agent, request.input);
  if (wanted.empty()) return false;
  comparing_.put(
      [this, kept = std::make_shared<Asked>(std::move(asked)), wanted = std::move(wanted)]() mutable {
        std::vector<watch::Examined> results;
        auto reader = store_->read();
        const bool has_text = kept->request.operation == "assent-agent:tree";
        for (auto& what : wanted) {
          if (!reader) break; // core tries itself, and says what is wrong
          const auto tree_of = [&](const std::string& fingerprint) { return (*reader)->tree(fingerprint); };
          auto text = has_text ? Result<std::string>(text_of(kept->request.input, "text"))
                               : tree_of(what.fingerprint);
          if (text) results.push_back(watch::examine(std::move(what), *text, tree_of));
        }
        queue_.put(Examined{std::move(*kept), std::move(results)});
      });
  return true;
}

void CoreThread::handle(Examined& examined) {
  answer(examined.asked, &examined.results);
}

} // namespace assent::core
