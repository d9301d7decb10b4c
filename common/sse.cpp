#include "common/sse.hpp"

#include "common/client.hpp"

namespace assent::sse {

namespace {
constexpr std::size_t bound = 1u << 20;
}

std::string framed(std::string_view id, std::string_view type, std::string_view data) {
  std::string out;
  out.reserve(data.size() + 64);
  if (!id.empty()) out.append("id: ").append(id).append("\n");
  if (!type.empty()) out.append("event: ").append(type).append("\n");
  for (bool more = true; more;) {
    const auto end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    more = end != std::string_view::npos;
    if (more) data.remove_prefix(end + 1);
  }
  return out += '\n';
}

bool Reader::feed(std::string_view bytes, const std::function<void(const StreamEvent&)>& on_event) {
  rest_.append(bytes);
  std::size_t from = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', from)) {
    std::string_view text(rest_.data() + from, end - from);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    line(text, on_event);
    from = end + 1;
    if (data_.size() > bound) return false;
  }
  rest_.erase(0, from);
  return rest_.size() <= bound;
}

void Reader::line(std::string_view text, const std::function<void(const StreamEvent&)>& on_event) {
  if (text.empty()) {
    if (any_data_) on_event({id_, type_.empty() ? "message" : type_, data_});
    type_.clear();
    data_.clear();
    any_data_ = false;
    return;
  }
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  if (name == "data") {
    if (any_data_) data_ += '\n';
    data_.append(value);
    any_data_ = true;
  } else if (name == "id") {
    id_ = value;
  } else if (name == "event") {
    type_ = value;
  }
}

} // namespace assent::sse
