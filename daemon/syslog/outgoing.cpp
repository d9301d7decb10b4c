#include "daemon/syslog/outgoing.hpp"

#include <iterator>
#include <utility>

namespace assent::syslog {
namespace {
constexpr std::size_t chunk_bytes = 16u << 10; // one TLS record
}

/// RFC 6587 3.4.1 (RFC 5425 4.3): MSG-LEN SP SYSLOG-MSG; or 3.4.2: a line feed ends it. A message of ours
/// holds no control character, so that a line feed cannot be inside.
std::size_t Outgoing::framed(std::string_view text, std::string& out) const {
  const std::size_t before = out.size();
  if (!line_feeds_) out.append(std::to_string(text.size())).append(" ");
  out.append(text);
  if (line_feeds_) out += '\n';
  return out.size() - before;
}

void Outgoing::add(Spool::Record record) {
  pending_bytes_ += record.text.size();
  pending_.push_back(std::move(record));
}

std::string_view Outgoing::chunk(Moment now) {
  if (chunk_done_ == chunk_.size()) {
    chunk_.clear();
    chunk_done_ = 0;
    while (!pending_.empty() && chunk_.size() < chunk_bytes) {
      Sent sent;
      sent.record = std::move(pending_.front());
      pending_.pop_front();
      pending_bytes_ -= sent.record.text.size();
      sent_bytes_ += sent.record.text.size();
      plain_queued_ += framed(sent.record.text, chunk_);
      sent.plain_end = plain_queued_;
      sent.at = now;
      sent_.push_back(std::move(sent));
    }
  }
  return std::string_view(chunk_).substr(chunk_done_);
}

void Outgoing::taken(std::size_t bytes, std::uint64_t wire) {
  chunk_done_ += bytes;
  plain_taken_ += bytes;
  for (; written_ < sent_.size() && sent_[written_].plain_end <= plain_taken_; ++written_)
    sent_[written_].wire_end = wire;
  if (chunk_done_ == chunk_.size()) {
    chunk_.clear();
    chunk_done_ = 0;
  }
}

std::size_t Outgoing::acknowledged(std::uint64_t wire, std::uint64_t unacknowledged) {
  const std::uint64_t safe = wire - std::min(wire, unacknowledged);
  const std::size_t before = arrived_;
  while (arrived_ < written_ && sent_[arrived_].wire_end <= safe)
    ++arrived_;
  return arrived_ - before;
}

void Outgoing::forget(Moment before, std::size_t bytes) {
  while (arrived_ > 0 && (sent_.front().at < before || sent_bytes_ > bytes)) {
    sent_bytes_ -= sent_.front().record.text.size();
    sent_.pop_front();
    --arrived_;
    --written_;
  }
}

std::size_t Outgoing::rewind(Moment doubtful) {
  while (arrived_ > 0 && sent_.front().at < doubtful) {
    sent_.pop_front();
    --arrived_;
  }
  const std::size_t again = sent_.size();
  while (!sent_.empty()) {
    pending_bytes_ += sent_.back().record.text.size();
    pending_.push_front(std::move(sent_.back().record));
    sent_.pop_back();
  }
  arrived_ = written_ = sent_bytes_ = 0;
  chunk_.clear();
  chunk_done_ = 0;
  plain_queued_ = plain_taken_ = 0;
  return again;
}

std::uint64_t Outgoing::first(std::uint64_t otherwise) const {
  for (std::size_t i = arrived_; i < sent_.size(); ++i)
    if (sent_[i].record.number != 0) return sent_[i].record.number;
  for (const auto& record : pending_)
    if (record.number != 0) return record.number;
  return otherwise;
}

} // namespace assent::syslog
