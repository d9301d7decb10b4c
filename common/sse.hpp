// The text of server-sent events (WHATWG HTML 9.2), both ways. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace assent {
struct StreamEvent;
}

namespace assent::sse {

/// `id: …`, `event: …` (left out where empty), one `data: …` for each line, a blank line.
std::string framed(std::string_view id, std::string_view type, std::string_view data);

/// Takes the stream's bytes in pieces of any size and gives whole events.
class Reader {
 public:
  /// False where a line or an event is over 1 MiB: the rest is not to be trusted.
  bool feed(std::string_view bytes, const std::function<void(const StreamEvent&)>& on_event);

 private:
  void line(std::string_view text, const std::function<void(const StreamEvent&)>& on_event);
  std::string rest_, id_, type_, data_;
  bool any_data_ = false;
};

} // namespace assent::sse
